import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startFakeS3 } from '../../../test/fake-s3.ts'
import { newId } from '../ids.ts'
import { type S3Options, s3Storage } from './s3.ts'
import type { Storage } from './storage.ts'

const newKey = () => `files/${newId()}/${newId()}`

function open(options: S3Options): Storage {
  const storage = s3Storage(options)
  after(() => storage.close())
  return storage
}

/** Moves the time on for what looks at it. */
function passing() {
  let passed = 0
  const { now } = performance
  performance.now = () => now.call(performance) + passed
  after(() => {
    performance.now = now
  })
  return (ms: number) => {
    passed += ms
  }
}
const pass = passing()

test('a storage is asked once for all who come, and again after five seconds', async () => {
  const fake = await startFakeS3()
  const storage = open(fake.options)
  const key = newKey()
  fake.objects.set(key, Buffer.from('abc'))
  await Promise.all([1, 2, 3].map(() => storage.answers(key)))
  await storage.answers(newKey())
  assert.deepEqual(fake.asked, ['HEAD object'])
  pass(5_000)
  // That one is missing says nothing of the storage.
  await storage.answers(newKey())
  await storage.answers(key)
  assert.deepEqual(fake.asked, ['HEAD object', 'HEAD object'])
})

test('one that is away is told at once to all who come, and found again after five seconds', async () => {
  const fake = await startFakeS3()
  const storage = open(fake.options)
  fake.before = (_, answer) => {
    answer.destroy()
    return false
  }
  const away = { name: 'StorageError', fault: 'unavailable' }
  await Promise.all([1, 2].map(() => assert.rejects(storage.answers(newKey()), away)))
  const asked = fake.asked.length
  fake.before = () => true
  await assert.rejects(storage.answers(newKey()), away)
  assert.equal(fake.asked.length, asked)
  pass(5_000)
  await storage.answers(newKey())
})

test('a closed port, a refused key and silence are told within the time that somebody waits', async () => {
  const closed = { ...(await startFakeS3()).options, endpoint: 'http://127.0.0.1:1' }
  await assert.rejects(open(closed).answers(newKey()), { fault: 'unavailable', message: /ECONNREFUSED/ })
  const refusing = await startFakeS3()
  refusing.before = (_, answer) => {
    answer.writeHead(403).end()
    return false
  }
  await assert.rejects(open(refusing.options).answers(newKey()), { fault: 'misconfigured' })
  const silent = await startFakeS3()
  silent.before = () => false
  const begun = Date.now()
  await assert.rejects(open(silent.options).answers(newKey()), { fault: 'unavailable' })
  assert.ok(Date.now() - begun < 4_000)
})
