import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { valuesOf } from '../../../test/metrics.ts'
import { TestStorage } from '../../../test/storage.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { watchedStorage } from './watched.ts'

async function* chunks(...all: string[]) {
  for (const chunk of all) yield Buffer.from(chunk)
}
const options = () => ({ type: 'text/plain', signal: new AbortController().signal })

function opened() {
  const inner = new TestStorage()
  const { registry, ...metrics } = createMetrics()
  const storage = watchedStorage(inner, { metrics })
  const times = () => valuesOf(registry, 'xtablo_storage_duration_seconds_count')
  const errors = async () =>
    Object.fromEntries(
      Object.entries(await valuesOf(registry, 'xtablo_storage_errors_total')).filter(([, n]) => n > 0),
    )
  return { inner, storage, registry, times, errors }
}

test('a storage does what it did, and each operation is measured', async () => {
  const { inner, storage, times, errors } = opened()
  inner.origin = 'https://files.example.org'
  assert.equal(storage.origin, inner.origin)
  await storage.put('a', chunks('abc'), options())
  assert.equal((await buffer(await storage.read('a', { start: 1, end: 2 }))).toString(), 'bc')
  assert.match((await storage.signedUrl('a', { type: 'x', disposition: 'y' })) ?? '', /^https:.*\/a\?/)
  await storage.answers('a')
  await storage.remove('a')
  assert.equal(inner.objects.size, 0)
  assert.deepEqual(await times(), {
    'operation="put"': 1,
    'operation="read"': 1,
    'operation="answers"': 1,
    'operation="remove"': 1,
  })
  assert.deepEqual(await errors(), {})
})

test('each error is thrown on and counted by what it is, from zero on', async () => {
  const { inner, storage, registry, errors } = opened()
  assert.equal(Object.keys(await valuesOf(registry, 'xtablo_storage_errors_total')).length, 30)
  await assert.rejects(storage.read('none'), { fault: 'missing' })
  inner.mood = 'down'
  await assert.rejects(storage.remove('a'), { fault: 'unavailable' })
  inner.mood = 'full'
  for (const _ of [1, 2]) await assert.rejects(storage.put('a', chunks('a'), options()), { fault: 'full' })
  assert.deepEqual(await errors(), {
    'operation="read",kind="missing"': 1,
    'operation="remove",kind="unavailable"': 1,
    'operation="put",kind="full"': 2,
  })
})

test('one that breaks off while it is read is counted; a reader that goes away is not', async () => {
  const { inner, storage, errors } = opened()
  inner.objects.set('a', Buffer.alloc(200_000))
  const left = await storage.read('a')
  for await (const _ of left) break
  assert.deepEqual(await errors(), {})
  inner.mood = 'cut'
  await assert.rejects(async () => buffer(await storage.read('a')), /broke off/)
  assert.deepEqual(await errors(), { 'operation="read",kind="unavailable"': 1 })
})

test('what the sender of a body throws is no error of the storage', async () => {
  const { storage, errors } = opened()
  async function* broken() {
    yield Buffer.from('a')
    throw new Error('the sender went away')
  }
  await assert.rejects(storage.put('a', broken(), options()), /went away/)
  assert.deepEqual(await errors(), {})
})
