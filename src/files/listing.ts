// Files as programs read them: one, and page by page.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { notFound } from '../errors.ts'
import type { Reader } from '../platform/database/database.ts'
import { visibleTo } from '../tablos/tablos.ts'

export interface FileEntry {
  readonly id: string
  readonly tabloId: string
  readonly name: string
  /** Bytes */
  readonly size: number
  readonly type: string
  readonly sha256: Buffer
  /** Null once the person is gone */
  readonly uploadedBy: string | null
  readonly createdAt: Date
}

/** One file of any Tablo the actor is in. Throws not_found. */
export async function entry(reader: Reader, actor: Actor, id: string): Promise<FileEntry> {
  const row = await entries(reader)
    .where('files.id', '=', id)
    .where(({ exists, ref }) =>
      exists(visibleTo(reader, actor).where('tablos.id', '=', ref('files.tablo_id')).select('tablos.id')),
    )
    .executeTakeFirst()
  if (!row) throw notFound()
  return entryOf(row)
}

/** The files of a Tablo that the caller has found for its actor, the newest first, those older than `before`. */
export async function listEntries(
  reader: Reader,
  tabloId: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<FileEntry[]> {
  const rows = await entries(reader)
    .where('files.tablo_id', '=', tabloId)
    .$if(before !== undefined, query => query.where('files.id', '<', before ?? ''))
    .orderBy('files.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(entryOf)
}

const entries = (reader: Reader) =>
  reader
    .selectFrom('files')
    // Written out, for the partial index.
    .where(sql<boolean>`files.state = 'stored'`)
    .select([
      'files.id',
      'files.tablo_id as tabloId',
      'files.name',
      'files.size',
      'files.type',
      'files.sha256',
    ])
    .select(['files.uploaded_by as uploadedBy', 'files.created_at as createdAt'])

type Row = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

// The database holds a stored file to having these.
const entryOf = ({ size, type, sha256, ...row }: Row): FileEntry => ({
  ...row,
  size: size ?? 0,
  type: type ?? '',
  sha256: sha256 ?? Buffer.alloc(0),
})
