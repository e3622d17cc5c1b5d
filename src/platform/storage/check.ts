// Whether a storage works, found out by using it: credentials that may read but not write show up in nothing less.

import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { type Storage, StorageError } from './storage.ts'

/** Milliseconds that a start waits for its storage. */
const START_LIMIT_MS = 8_000

/** Writes, reads and removes a small object under a key of its own: the `check` of every storage. */
export async function roundTrip(storage: Pick<Storage, 'put' | 'read' | 'remove'>): Promise<void> {
  const key = `checks/${newId()}`
  const written = Buffer.from(key)
  await storage.put(key, chunksOf(written), { type: 'text/plain', signal: new AbortController().signal })
  try {
    const read = await buffer(await storage.read(key))
    if (!read.equals(written)) throw new StorageError('missing', 'These are other bytes.')
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault !== 'missing') throw error
    throw new StorageError('misconfigured', 'The storage does not give back what was written to it.', {
      cause: error,
    })
  } finally {
    await storage.remove(key)
  }
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/**
 * Throws the StorageError of a storage that is misconfigured; of one that is away or full it only warns, because all but
 * files works without it.
 */
export async function checkAtStart(storage: Pick<Storage, 'check'>, log: Pick<Log, 'warn'>): Promise<void> {
  const answered = new AbortController()
  const late = setTimeout(START_LIMIT_MS, undefined, { signal: answered.signal, ref: false }).then(() => {
    throw new StorageError('unavailable', `The storage did not answer within ${START_LIMIT_MS / 1000} s.`)
  })
  try {
    await Promise.race([storage.check(), late])
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault === 'misconfigured') throw error
    const until =
      error.fault === 'full'
        ? 'nothing can be uploaded until there is room'
        : 'files answer 503 until it is back'
    log.warn(`${error.message} The start goes on: ${until}.`)
  } finally {
    answered.abort()
  }
}
