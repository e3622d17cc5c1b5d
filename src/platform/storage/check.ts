// Whether a storage works, found out by using it: credentials that may read but not write show up in nothing less. A
// check that is killed leaves its object, which no row knows. So there is a handful of keys and no more: what is left
// under one, the next check there takes along. Two processes that start at once may so meet at a key, and spoil each
// other's check; whoever sees something that may come of that tries another key.

import { randomInt } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { type Storage, StorageError } from './storage.ts'

/** Milliseconds that a start waits for its storage. */
const START_LIMIT_MS = 8_000

/** Keys of checks. */
const KEYS = 4
/** Keys that one check tries. Each time the other may be there as well, by chance. */
const ATTEMPTS = 6
/** Milliseconds at most until the next, so that two do not go on side by side. */
const APART_MS = 200

type Checked = Pick<Storage, 'put' | 'read' | 'remove'>

/** Writes, reads and removes a small object: the `check` of every storage. Any number of processes may at once. */
export async function roundTrip(storage: Checked): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await roundTripAt(storage, `checks/${randomInt(KEYS)}`)
      return
    } catch (error) {
      if (!mayHaveMet(error)) throw error
      if (attempt < ATTEMPTS) await setTimeout(randomInt(APART_MS))
      else if (error.fault !== 'missing') throw error
      else {
        const said = 'The storage does not give back what was written to it.'
        throw new StorageError('misconfigured', said, { cause: error })
      }
    }
  }
}

async function roundTripAt(storage: Checked, key: string): Promise<void> {
  const written = Buffer.from(newId())
  try {
    await storage.put(key, chunksOf(written), { type: 'text/plain', signal: new AbortController().signal })
    const read = await buffer(await storage.read(key)).catch(error => {
      throw new StorageError('unavailable', `The storage broke off (${error}).`, { cause: error })
    })
    if (!read.equals(written)) throw new StorageError('missing', 'These are other bytes.')
  } catch (error) {
    // What is in the way: of another check, which then tries again, or left by one that was killed.
    if (mayHaveMet(error)) await storage.remove(key)
    throw error
  }
  await storage.remove(key)
}

/** Whether this may come of another check that wrote to the same key, or removed it. */
function mayHaveMet(error: unknown): error is StorageError {
  if (!(error instanceof StorageError)) return false
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return error.fault === 'missing' || code === 'EEXIST' || code === 'ENOENT'
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
