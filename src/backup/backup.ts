// A backup is one archive (archive.ts): the manifest, the rows of every table as one snapshot sees them (snapshot.ts),
// the object of every file that it lists, and a summary. It is made while the product runs, and as it is read: whoever
// takes its bytes sets its pace.
//
// The rows of a table are what COPY writes, compressed as one stream of zstd and cut into entries, since an entry's
// length must be known before its bytes. Put together again they are the stream: `cat users.*.copy.zst | zstd -d`.

import { pipeline } from 'node:stream'
import { createZstdCompress } from 'node:zlib'
import type { Deps } from '../platform/deps.ts'
import { type Entry, writeArchive } from './archive.ts'
import { MANIFEST, nameOf, report, SUMMARY, type Summary, type Table } from './manifest.ts'
import { entryOf } from './objects.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

/** Bytes of an entry of rows, as they are held in memory. */
const PART = 4 * 1_048_576

type Source = Pick<Deps, 'connection' | 'storage'>

export interface Backup {
  readonly bytes: AsyncGenerator<Uint8Array>
  /** So far; whole when the last byte was read */
  readonly told: Summary
}

/**
 * A backup that begins when its bytes are asked for, and lets go of everything when they end or are no longer wanted.
 * They throw a BackupError where there is nothing to back up, the StorageError of a storage that stays away, and the
 * signal's reason.
 */
export function backUp(source: Source, command: string, signal: AbortSignal): Backup {
  const told: Summary = { rows: 0, files: 0, bytes: 0, faulty: 0, faults: [] }
  return { bytes: writeArchive(entries(source, command, signal, told)), told }
}

async function* entries(
  { connection, storage }: Source,
  command: string,
  signal: AbortSignal,
  told: Summary,
): AsyncGenerator<Entry> {
  const snapshot = await takeSnapshot(connection, command, signal)
  try {
    yield described(MANIFEST, snapshot.manifest)
    for (const table of snapshot.manifest.tables) yield* rows(snapshot, table, told)
    for await (const file of snapshot.files()) {
      signal.throwIfAborted()
      const entry = await entryOf(storage, file, signal, fault => report(told, fault))
      if (!entry) continue
      told.files++
      told.bytes += entry.size
      yield entry
    }
    yield described(SUMMARY, told)
  } finally {
    await snapshot.close().catch(() => {})
  }
}

function described(name: string, what: unknown): Entry {
  const bytes = Buffer.from(`${JSON.stringify(what, undefined, 2)}\n`)
  return { name, size: bytes.length, body: [bytes] }
}

async function* rows(snapshot: Snapshot, table: Table, told: Summary): AsyncGenerator<Entry> {
  const copy = snapshot.copy(table)
  const compressed = createZstdCompress()
  // What goes wrong comes out of the last of them.
  pipeline(copy, compressed, () => {})
  let number = 0
  for await (const part of parts(compressed)) {
    const name = `database/${nameOf(table)}.${String(++number).padStart(6, '0')}.copy.zst`
    yield { name, size: part.length, body: [part] }
  }
  told.rows += await snapshot.rowsOf(copy)
}

async function* parts(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    size += chunk.length
    if (size < PART) continue
    yield Buffer.concat(chunks)
    chunks = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(chunks)
}
