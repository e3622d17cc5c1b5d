import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { PART_BYTES, Permits, partsOf } from './parts.ts'

const never = new AbortController().signal

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

test('a body is cut into parts of one size, the last of which is known to be the last', async () => {
  for (const size of [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES]) {
    const bytes = randomBytes(size)
    const parts: Buffer[] = []
    const lasts: boolean[] = []
    for await (const part of partsOf(of(bytes.subarray(0, 7), bytes.subarray(7)), never, new Permits(1))) {
      parts.push(Buffer.from(part.bytes))
      lasts.push(part.last)
      assert.equal(part.number, parts.length)
    }
    assert.ok(Buffer.concat(parts).equals(bytes))
    assert.equal(parts.length, Math.max(1, Math.ceil(size / PART_BYTES)))
    assert.deepEqual(lasts, [...parts.slice(1).map(() => false), true])
  }
})

test('permits are given in the order in which they were asked for', async () => {
  const permits = new Permits(1)
  const order: number[] = []
  const take = async (n: number) => {
    const { release } = await permits.take(never)
    order.push(n)
    await setImmediate()
    release()
  }
  await Promise.all([1, 2, 3, 4].map(take))
  assert.deepEqual(order, [1, 2, 3, 4])
})

test('who gives up waiting leaves the queue at once, and frees nothing', async () => {
  const permits = new Permits(1)
  const { release } = await permits.take(never)
  const abort = new AbortController()
  const given = permits.take(abort.signal)
  const next = permits.take(never)
  abort.abort(new Error('gone'))
  await assert.rejects(given, /gone/)
  let had = false
  next.then(() => {
    had = true
  })
  await setImmediate()
  assert.equal(had, false)
  release()
  await next
  await assert.rejects(permits.take(abort.signal), /gone/)
})

test('a permit that comes in the moment of the abort goes to the next', async () => {
  for (const first of ['release', 'abort']) {
    const permits = new Permits(1)
    const { release } = await permits.take(never)
    const abort = new AbortController()
    const given = permits.take(abort.signal)
    const next = permits.take(never)
    if (first === 'abort') abort.abort(new Error('gone'))
    release()
    if (first === 'release') abort.abort(new Error('gone'))
    await assert.rejects(given, /gone/)
    ;(await next).release()
    ;(await permits.take(never)).release()
  }
})

test('a reader that ends early gives its permit back', async () => {
  const permits = new Permits(1)
  for await (const _ of partsOf(of(randomBytes(PART_BYTES + 1)), never, permits)) break
  ;(await permits.take(never)).release()
})

test('the memory of a part that was sent is the next one’s, that of one given up is nobody’s', async () => {
  const permits = new Permits(1)
  const first = await permits.take(never)
  const waiting = permits.take(never)
  first.release(true)
  const second = await waiting
  assert.equal(second.bytes, first.bytes)
  const third = permits.take(never)
  second.release()
  assert.notEqual((await third).bytes, first.bytes)
})
