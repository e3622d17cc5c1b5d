import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { startFakeS3 } from '../../../test/fake-s3.ts'
import { startS3 } from '../../../test/s3.ts'
import { newId } from '../ids.ts'
import { PART_BYTES, PARTS_IN_MEMORY } from './parts.ts'
import { type S3Options, s3Storage } from './s3.ts'
import type { Storage } from './storage.ts'

const CHUNK = 65_536
const local = await startS3()
const newKey = () => `files/${newId()}/${newId()}`
const plain = (signal = new AbortController().signal) => ({ type: 'application/octet-stream', signal })

async function* bytesOf(size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += CHUNK) yield randomBytes(Math.min(CHUNK, size - at))
}

function open(options: S3Options): Storage {
  const storage = s3Storage(options)
  after(() => storage.close())
  return storage
}

/** Waits until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5)
}

test('a signed URL gives the object as the type and under the disposition that were signed', async () => {
  const storage = open(local)
  const key = newKey()
  await storage.put(key, bytesOf(1000), plain())
  const disposition = `attachment; filename="a.txt"; filename*=UTF-8''%C3%A9t%C3%A9.txt`
  const url = (await storage.signedUrl(key, { type: 'text/plain; charset=utf-8', disposition })) ?? ''
  const answer = await fetch(url)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('Content-Type'), 'text/plain; charset=utf-8')
  assert.equal(answer.headers.get('Content-Disposition'), disposition)
  assert.equal((await answer.bytes()).length, 1000)
  assert.equal(new URL(url).origin, storage.origin)
  // That it is refused after them is the storage's own work.
  assert.equal(new URL(url).searchParams.get('X-Amz-Expires'), '300')
  for (const altered of [url.replace('attachment', 'inline'), url.replace('text%2Fplain', 'text%2Fhtml')]) {
    assert.notEqual(altered, url)
    assert.equal((await fetch(altered)).status, 403)
  }
})

test('URLs for browsers lead to the public endpoint', async () => {
  const storage = open({ ...local, publicEndpoint: 'https://files.example.org' })
  const url = await storage.signedUrl(newKey(), { type: 'image/png', disposition: 'inline' })
  assert.match(url ?? '', /^https:\/\/files\.example\.org\/files\/files\//)
  assert.equal(storage.origin, 'https://files.example.org')
  await storage.check()
})

test('the origin is where browsers go, the bucket before the host or not', async () => {
  const cases: [Partial<S3Options>, string][] = [
    [
      { endpoint: undefined, region: 'eu-west-3', pathStyle: false },
      'https://files.s3.eu-west-3.amazonaws.com',
    ],
    [
      { endpoint: undefined, region: 'cn-north-1', pathStyle: false },
      'https://files.s3.cn-north-1.amazonaws.com.cn',
    ],
    [{ endpoint: undefined, pathStyle: true }, 'https://s3.us-east-1.amazonaws.com'],
    [{ endpoint: 'https://s3.example.org:9000', pathStyle: true }, 'https://s3.example.org:9000'],
    [{ endpoint: 'https://s3.example.org:9000', pathStyle: false }, 'https://files.s3.example.org:9000'],
    [{ endpoint: 'http://minio:9000', publicEndpoint: 'https://f.example.org' }, 'https://f.example.org'],
  ]
  for (const [options, origin] of cases) {
    const storage = open({ ...local, ...options })
    assert.equal(storage.origin, origin)
    const url = (await storage.signedUrl(newKey(), { type: 'image/png', disposition: 'inline' })) ?? ''
    assert.equal(new URL(url).origin, origin)
  }
})

test('the parts of an upload are named in their order, which real storages insist on', async () => {
  const fake = await startFakeS3()
  const key = newKey()
  const bytes = randomBytes(12_000_000)
  const body = (async function* () {
    yield bytes
  })()
  await open(fake.options).put(key, body, plain())
  assert.ok(fake.objects.get(key)?.equals(bytes))
  assert.deepEqual(fake.asked, ['POST uploads', 'PUT part', 'PUT part', 'PUT part', 'POST complete'])
})

test('a multipart upload that is given up is aborted, whatever it was doing', async () => {
  for (const at of ['POST uploads', 'PUT part', 'POST complete']) {
    const fake = await startFakeS3()
    const abort = new AbortController()
    const key = newKey()
    // The work is done, and its answer never comes.
    fake.between = async operation => {
      if (operation !== at) return
      abort.abort(new Error('gone'))
      await new Promise(() => {})
    }
    await assert.rejects(open(fake.options).put(key, bytesOf(12_000_000), plain(abort.signal)), /gone/)
    assert.deepEqual([...fake.uploads], [], at)
    assert.deepEqual([...fake.objects], [], at)
  }
})

test('an object whose request is given up does not stay', async () => {
  const fake = await startFakeS3()
  const abort = new AbortController()
  fake.between = async operation => {
    if (operation !== 'PUT object') return
    abort.abort(new Error('gone'))
    await new Promise(() => {})
  }
  await assert.rejects(open(fake.options).put(newKey(), bytesOf(10), plain(abort.signal)), /gone/)
  assert.equal(fake.objects.size, 0)
})

test('a body that throws before a part is full asks nothing of the storage', async () => {
  const fake = await startFakeS3()
  const body = (async function* () {
    yield* bytesOf(4_000_000)
    throw new Error('too large')
  })()
  await assert.rejects(open(fake.options).put(newKey(), body, plain()), /too large/)
  assert.deepEqual(fake.asked, [])
})

test('removing takes what killed uploads of exactly that key left', async () => {
  const fake = await startFakeS3()
  const key = newKey()
  fake.uploads.set('left', key).set('left too', key).set('another', `${key}1`)
  await open(fake.options).remove(key)
  assert.deepEqual([...fake.uploads], [['another', `${key}1`]])
})

test('many large uploads at once hold no more parts in memory than there may be', async () => {
  const fake = await startFakeS3()
  const storage = open(fake.options)
  const { promise: answers, resolve: letAnswer } = Promise.withResolvers<void>()
  let taken = 0
  let sent = 0
  let most = 0
  let held = 0
  fake.between = async (operation, { length }) => {
    if (operation !== 'PUT part') return
    held++
    await answers
    sent += length
  }
  const counted = async function* () {
    const chunk = randomBytes(CHUNK)
    for (let at = 0; at < 6_000_000; at += CHUNK) {
      taken += CHUNK
      most = Math.max(most, taken - sent)
      yield chunk
    }
  }
  const uploads = Array.from({ length: 40 }, () => storage.put(newKey(), counted(), plain()))
  await until(() => held >= PARTS_IN_MEMORY)
  // Without a cap, the other bodies would be read meanwhile.
  await setTimeout(300)
  assert.equal(held, PARTS_IN_MEMORY)
  const abort = new AbortController()
  const waiting = storage.put(newKey(), counted(), plain(abort.signal))
  abort.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  letAnswer()
  await Promise.all(uploads)
  assert.equal(fake.objects.size, 40)
  assert.ok(most >= PARTS_IN_MEMORY * PART_BYTES)
  // Each has one chunk in its hand when it starts a part.
  assert.ok(most <= PARTS_IN_MEMORY * PART_BYTES + 41 * CHUNK, `${most} bytes`)
})
