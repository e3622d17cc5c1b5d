// Where an archive goes. A file is written aside, reaches the disk, and only then takes its name: one that was killed on
// its way leaves nothing that looks whole.

import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { untilAborted } from '../platform/storage/abort.ts'
import { writeAll } from '../platform/storage/writing.ts'
import { BackupError } from './errors.ts'

export interface Written {
  readonly bytes: number
  readonly sha256: string
}

/** What an archive is called until it is whole. */
export const PARTIAL = /\.[0-9a-f]{8}\.part$/

const { O_CREAT, O_EXCL, O_WRONLY } = constants

/**
 * Writes an archive to `path`, readable by its owner alone, or nothing at all. Throws a BackupError when there is
 * something already or it can't be written, what `archive` throws, and the signal's reason.
 */
export async function writeToFile(
  path: string,
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Written> {
  const explain = (error: unknown) => fault(error, path)
  await refuseTaken(path, explain)
  const aside = `${path}.${randomBytes(4).toString('hex')}.part`
  const file = await open(aside, O_WRONLY | O_CREAT | O_EXCL, 0o600).catch(explain)
  try {
    const measured = new Measured(archive)
    await writeAll(file, untilAborted(measured, signal), explain)
    await file.sync().catch(explain)
    await file.close().catch(explain)
    await refuseTaken(path, explain)
    await rename(aside, path).catch(explain)
    await syncFolder(dirname(path))
    return measured.written()
  } catch (error) {
    await file.close().catch(() => {})
    await rm(aside, { force: true }).catch(() => {})
    throw error
  }
}

/** Writes an archive to a stream, whose reader sets the pace. Throws a BackupError when that one goes away. */
export async function writeToStream(
  output: Writable,
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Written> {
  const measured = new Measured(archive)
  await pipeline(Readable.from(untilAborted(measured, signal)), output, { end: false, signal }).catch(
    error => {
      signal.throwIfAborted()
      if (error.code !== 'EPIPE') throw error
      throw new BackupError('Whoever read the archive went away: what they have is not whole.', {
        cause: error,
      })
    },
  )
  return measured.written()
}

/** The same bytes, counted and hashed. */
class Measured implements AsyncIterable<Uint8Array> {
  readonly #archive: AsyncIterable<Uint8Array>
  readonly #hash = createHash('sha256')
  #bytes = 0

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.#archive = archive
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#archive) {
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      yield chunk
    }
  }

  /** Once, when they have all been read. */
  written(): Written {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}

async function refuseTaken(path: string, explain: (error: unknown) => never): Promise<void> {
  const there = await lstat(path).catch(error => (error.code === 'ENOENT' ? undefined : explain(error)))
  if (there) throw new BackupError(`${path} is there already: name another file, or move that one away.`)
}

/** Makes the name survive a power cut, where the file system can. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folder)
    await handle.sync()
  } catch {
  } finally {
    await handle?.close()
  }
}

function fault(error: unknown, path: string): never {
  const { code } = error as NodeJS.ErrnoException
  const why = WHY[code ?? ''] ?? `${code ?? error}: look after the disk, and try again`
  throw new BackupError(`${path} can't be written: ${why}.`, { cause: error })
}

const WHY: Record<string, string> = {
  ENOSPC: 'the disk is full. Free some space, or name a file on another disk',
  EDQUOT: 'the quota of the disk is used up. Free some space, or name a file on another disk',
  EFBIG: 'the disk takes no file of this size. Name one on another disk',
  ENOENT: 'its folder is not there. Make it first',
  ENOTDIR: 'what should be its folder is none',
  EACCES: 'Xtablo may not write there. Allow it to the user who runs Xtablo, or name another folder',
  EPERM: 'Xtablo may not write there. Allow it to the user who runs Xtablo, or name another folder',
  EROFS: 'the disk is read-only there. Name another folder',
}
