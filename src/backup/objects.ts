// The objects of files on their way into an archive. A tar says how long an entry is before its bytes come, so an entry
// has the length that the row of its file says, whatever the storage then gives: a backup that met a bad object and gave
// up would be no backup at all. What was wrong is said at the end of the archive.

import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { keyOf } from '../files/files.ts'
import { type Storage, StorageError } from '../platform/storage/storage.ts'
import type { Entry } from './archive.ts'
import type { Fault } from './manifest.ts'
import type { StoredFile } from './snapshot.ts'

/** How often in a row a storage may break off or be away, and for how long in all: 31 s. */
const ATTEMPTS = 6
const FIRST_PAUSE_MS = 1_000

/** Bytes of zeros at once */
const ZEROS = Buffer.alloc(65_536)

/**
 * The object of a file as an entry; undefined when there is none. `report` is told what is wrong with it. The entry's
 * body throws the StorageError of a storage that stays away.
 */
export async function entryOf(
  storage: Storage,
  { tablo_id, id, size, sha256 }: StoredFile,
  signal: AbortSignal,
  report: (fault: Fault) => void,
): Promise<Entry | undefined> {
  const key = keyOf(tablo_id, id)
  const reading = { storage, key, size, signal }
  const first = await open(reading, 0)
  if (first) return { name: key, size, body: whole(reading, first, { sha256, report }) }
  report({ key, fault: 'missing', size: 0 })
  return undefined
}

interface Reading {
  storage: Storage
  key: string
  size: number
  signal: AbortSignal
}

async function* whole(
  reading: Reading,
  first: Readable,
  { sha256, report }: { sha256: Buffer; report: (fault: Fault) => void },
): AsyncGenerator<Buffer> {
  const { key, size } = reading
  const hash = createHash('sha256')
  let at = 0
  for await (const chunk of bytesOf(reading, first)) {
    at += chunk.length
    hash.update(chunk)
    yield chunk
  }
  if (at < size) report({ key, fault: 'short', size: at })
  else if (!hash.digest().equals(sha256)) report({ key, fault: 'other', size })
  for (; at < size; at += Math.min(ZEROS.length, size - at)) yield ZEROS.subarray(0, size - at)
}

/** The bytes that there are, `size` at most; goes on where a storage broke off. */
async function* bytesOf(reading: Reading, first: Readable): AsyncGenerator<Buffer> {
  const { size, signal } = reading
  let stream: Readable | undefined = first
  let at = 0
  if (size === 0) first.destroy()
  for (let failures = 0; stream && at < size; stream = await open(reading, at)) {
    try {
      for await (const chunk of stream) {
        signal.throwIfAborted()
        const part = chunk.subarray(0, size - at)
        at += part.length
        failures = 0
        yield part
        if (at === size) return
      }
      return
    } catch (error) {
      signal.throwIfAborted()
      failures++
      await pauseAfter(error, failures, signal)
    }
  }
}

/** The object from a byte on; undefined when it is missing. */
async function open({ storage, key, size, signal }: Reading, start: number) {
  for (let failures = 1; ; failures++) {
    try {
      return await storage.read(key, start === 0 ? undefined : { start, end: size - 1 })
    } catch (error) {
      if (error instanceof StorageError && error.fault === 'missing') return undefined
      await pauseAfter(error, failures, signal)
    }
  }
}

/** Twice as long each time. Throws the error instead when it has come too often. */
async function pauseAfter(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  if (failures >= ATTEMPTS || (error instanceof StorageError && error.fault === 'misconfigured')) throw error
  await setTimeout(FIRST_PAUSE_MS * 2 ** (failures - 1), undefined, { signal })
}
