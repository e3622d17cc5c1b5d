import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { FAIR_MS, PART_BYTES, Permits, partsOf, WAIT_MS } from './parts.ts'

const never = { signal: new AbortController().signal }
const kept = () => assert.fail('it was given up')

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
    const { release } = await permits.take(never, kept)
    order.push(n)
    await setImmediate()
    release()
  }
  await Promise.all([1, 2, 3, 4].map(take))
  assert.deepEqual(order, [1, 2, 3, 4])
})

test('who gives up waiting leaves the queue at once, and frees nothing', async () => {
  const permits = new Permits(1)
  const { release } = await permits.take(never, kept)
  const abort = new AbortController()
  const given = permits.take(abort, kept)
  const next = permits.take(never, kept)
  abort.abort(new Error('gone'))
  await assert.rejects(given, /gone/)
  let had = false
  next.then(() => {
    had = true
  })
  await setImmediate()
  assert.equal(had, false)
  release()
  const last = await next
  await assert.rejects(permits.take(abort, kept), /gone/)
  last.release()
})

test('a permit that comes in the moment of the abort goes to the next', async () => {
  for (const first of ['release', 'abort']) {
    const permits = new Permits(1)
    const { release } = await permits.take(never, kept)
    const abort = new AbortController()
    const given = permits.take(abort, kept)
    const next = permits.take(never, kept)
    if (first === 'abort') abort.abort(new Error('gone'))
    release()
    if (first === 'release') abort.abort(new Error('gone'))
    await assert.rejects(given, /gone/)
    ;(await next).release()
    ;(await permits.take(never, kept)).release()
  }
})

test('a reader that ends early gives its permit back', async () => {
  const permits = new Permits(1)
  for await (const _ of partsOf(of(randomBytes(PART_BYTES + 1)), never, permits)) break
  ;(await permits.take(never, kept)).release()
})

test('the memory of a part that was sent is the next one’s, that of one given up is nobody’s', async () => {
  const permits = new Permits(1)
  const first = await permits.take(never, kept)
  const waiting = permits.take(never, kept)
  first.release(true)
  const second = await waiting
  assert.equal(second.bytes, first.bytes)
  const third = permits.take(never, kept)
  second.release()
  const last = await third
  assert.notEqual(last.bytes, first.bytes)
  last.release()
})

/** Gives one byte and then nothing. */
async function* stalling(): AsyncGenerator<Uint8Array> {
  yield randomBytes(1)
  await new Promise(() => {})
}

const endOf = async (parts: AsyncIterable<unknown>): Promise<string> => {
  try {
    for await (const part of parts) assert.ok(part)
    return 'whole'
  } catch (error) {
    return (error as { fault: string }).fault
  }
}

const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

test('a sender may take any time alone, and a fair one while others wait', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const permits = new Permits(3)
  const ends: string[] = []
  const note = (name: string, body: AsyncIterable<Uint8Array>) =>
    endOf(partsOf(body, never, permits)).then(end => void ends.push(`${name} ${end}`))
  for (const name of ['first', 'second', 'third']) void note(name, stalling())
  await settled()
  t.mock.timers.tick(10 * FAIR_MS)
  await settled()
  assert.deepEqual(ends, [])
  await note('fourth', of(randomBytes(9)))
  assert.deepEqual(ends.toSorted(), ['first slow', 'fourth whole'], 'no more than have to')
})

test('who waits has what a slow sender held as soon as that was fair, and is not told to be busy', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const permits = new Permits(2)
  const slow = [1, 2].map(() => endOf(partsOf(stalling(), never, permits)))
  await settled()
  const next = endOf(partsOf(of(randomBytes(9)), never, permits))
  await settled()
  t.mock.timers.tick(FAIR_MS - 1)
  await settled()
  assert.equal(await Promise.race([...slow, next, setImmediate('all wait')]), 'all wait')
  t.mock.timers.tick(1)
  assert.deepEqual([await slow[0], await next], ['slow', 'whole'])
  t.mock.timers.tick(WAIT_MS)
  await settled()
  assert.equal(await Promise.race([slow[1], setImmediate('goes on')]), 'goes on')
})

test('what takes long to be sent is not its sender’s fault, and who waits in vain is told that it is busy', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const permits = new Permits(1)
  const parts = partsOf(of(randomBytes(PART_BYTES), randomBytes(1)), never, permits)
  const first = await parts.next()
  const told: boolean[] = []
  const queued = (waits: boolean) => void told.push(waits)
  const vain = endOf(partsOf(of(randomBytes(9)), { ...never, queued }, permits))
  await settled()
  assert.deepEqual(told, [true])
  t.mock.timers.tick(WAIT_MS - 1)
  assert.equal(await Promise.race([vain, setImmediate('waits')]), 'waits')
  t.mock.timers.tick(1)
  assert.equal(await vain, 'busy')
  assert.deepEqual(told, [true, false])
  assert.equal(first.value?.number, 1)
  assert.equal((await parts.next()).value?.last, true)
  await parts.return()
  assert.equal(await endOf(partsOf(of(randomBytes(9)), { ...never, queued }, permits)), 'whole')
  assert.equal(told.length, 2)
})
