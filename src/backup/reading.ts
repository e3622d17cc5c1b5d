// An archive is read twice: once from the first byte to the last before anything is believed, and once more to restore
// from it, which ends by looking at the seal again.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { version } from '../platform/root.ts'
import { type Found, readArchive } from './archive.ts'
import { BackupError, damaged } from './errors.ts'
import {
  MANIFEST,
  type Manifest,
  nameOf,
  parseManifest,
  parseSummary,
  SUMMARY,
  type Summary,
  type Table,
  textOf,
} from './manifest.ts'

export interface Verified {
  readonly manifest: Manifest
  readonly summary: Summary
  /** Bytes */
  readonly size: number
}

/** What is in an archive, in order. */
export interface Content {
  readonly manifest: Manifest
  /** Each to be read before the next is asked for. */
  readonly parts: AsyncGenerator<Part>
}

export type Part =
  | { readonly kind: 'rows'; readonly table: Table; readonly body: Found['body'] }
  | { readonly kind: 'object'; readonly key: string; readonly body: Found['body'] }
  | { readonly kind: 'summary'; readonly summary: Summary }

/** Bytes */
const AT_ONCE = 262_144

/**
 * Reads all of an archive. Throws a BackupError that says why it can't be restored: it is no archive, damaged, or of a
 * form that this release does not know; and the signal's reason.
 */
export async function verify(path: string, signal?: AbortSignal): Promise<Verified> {
  const { manifest, parts } = await readContent(path, signal)
  let summary: Summary | undefined
  for await (const part of parts) if (part.kind === 'summary') summary = part.summary
  if (!summary) throw damaged(`${SUMMARY} is missing`)
  return { manifest, summary, size: (await stat(path)).size }
}

/** Opens an archive. What is read of it is to be believed only when the end of its parts was reached. */
export async function readContent(path: string, signal?: AbortSignal): Promise<Content> {
  const entries = readArchive(chunksOf(path, signal))
  try {
    const { value: first, done } = await entries.next()
    if (done || first.name !== MANIFEST) throw damaged(`it does not begin with ${MANIFEST}`)
    const manifest = parseManifest(await textOf(first.body, first.size))
    if ('tables' in manifest) return { manifest, parts: partsOf(entries, manifest) }
    throw new BackupError(
      `${path} was made by Xtablo ${manifest.release}, whose archives this release ${version} can't read: restore it by that release, or a later one.`,
    )
  } catch (error) {
    await entries.return(undefined)
    throw error
  }
}

async function* partsOf(entries: AsyncGenerator<Found>, manifest: Manifest): AsyncGenerator<Part> {
  const tables = new Map(manifest.tables.map(table => [nameOf(table), table]))
  let rowsAreOver = false
  for await (const { name, size, body } of entries) {
    const [, ofTable = ''] = /^database\/(.+)\.\d{6,}\.copy\.zst$/.exec(name) ?? []
    const table = tables.get(ofTable)
    // A restore migrates what it has when the rows are over.
    if (table && rowsAreOver) throw damaged('it has rows behind its files')
    rowsAreOver ||= !table
    if (table) yield { kind: 'rows', table, body }
    else if (/^files\/[\w-]+\/[\w-]+$/.test(name)) yield { kind: 'object', key: name, body }
    else if (name === SUMMARY) yield { kind: 'summary', summary: parseSummary(await textOf(body, size)) }
    else throw damaged('it has an entry that no backup writes')
  }
}

async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: AT_ONCE })) {
      signal?.throwIfAborted()
      yield chunk
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BackupError(`${path} can't be read: ${WHY[code] ?? code}.`, { cause: error })
  }
}

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'Xtablo may not read it',
  EIO: 'its disk does not give it back. Use another archive',
}
