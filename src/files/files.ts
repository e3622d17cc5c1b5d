// Files are immutable: once uploaded (uploading.ts) they are listed, downloaded and removed. Only what is `stored` exists
// here; what is on its way in or out is the business of uploads and of the cleanup.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import { notFound } from '../errors.ts'
import type { Check } from '../platform/database/check.ts'
import type { Db, Reader } from '../platform/database/database.ts'
import { changing, visibleTo } from '../tablos/tablos.ts'
import { viewableTypes } from './detection.ts'

export interface TabloFile {
  readonly id: string
  readonly name: string
  /** Bytes */
  readonly size: number
  readonly type: string
  readonly createdAt: Date
  /** Null once the person is gone */
  readonly uploader: { readonly id: string; readonly name: string } | null
}

/** A file with what a download is checked by. */
export interface Downloadable extends TabloFile {
  readonly sha256: Buffer
}

export interface Totals {
  readonly count: number
  /** Bytes */
  readonly size: number
}

/** How many files a page of the list has. */
const PAGE = 100

// Written out and never a parameter: a partial index is only used when the plan can see that it holds.
const STORED = sql<boolean>`files.state = 'stored'`

/** Where the object of a file is kept. */
export const keyOf = (tabloId: string, id: string): string => `files/${tabloId}/${id}`

/**
 * The files of a Tablo that the caller has found for its actor, the newest first: a page of them, older than `before`
 * when there is one. `more` when there are older ones still.
 */
export async function list(
  reader: Reader,
  tabloId: string,
  before?: string,
): Promise<{ files: TabloFile[]; more: boolean }> {
  const rows = await entries(reader)
    .where('files.tablo_id', '=', tabloId)
    .$if(before !== undefined, query => query.where('files.id', '<', before ?? ''))
    .orderBy('files.id', 'desc')
    .limit(PAGE + 1)
    .execute()
  return { files: rows.slice(0, PAGE).map(entryOf), more: rows.length > PAGE }
}

/** How many files such a Tablo has, and how large they are together. */
export async function totalsOf(reader: Reader, tabloId: string): Promise<Totals> {
  return reader
    .selectFrom('files')
    .where('tablo_id', '=', tabloId)
    .where(STORED)
    .select(sql<number>`count(*)`.as('count'))
    .select(sql<number>`coalesce(sum(size), 0)::bigint`.as('size'))
    .executeTakeFirstOrThrow()
}

/** One file of a Tablo the actor is in. Throws not_found. */
export async function find(reader: Reader, actor: Actor, tabloId: string, id: string): Promise<Downloadable> {
  const row = await entries(reader)
    .where('files.id', '=', id)
    .where('files.tablo_id', '=', tabloId)
    .where(({ exists }) =>
      exists(visibleTo(reader, actor).where('tablos.id', '=', tabloId).select('tablos.id')),
    )
    .select('files.sha256')
    .executeTakeFirst()
  if (!row) throw notFound()
  return { ...entryOf(row), sha256: row.sha256 ?? Buffer.alloc(0) }
}

/** The file that the actor uploaded to a Tablo under an id of their own. */
export async function findSent(
  reader: Reader,
  actor: Actor,
  tabloId: string,
  sentAs: string | undefined,
): Promise<TabloFile | undefined> {
  if (sentAs === undefined) return undefined
  const row = await entries(reader)
    .where('files.uploaded_by', '=', actor.id)
    .where('files.sent_as', '=', sentAs)
    .where('files.tablo_id', '=', tabloId)
    .executeTakeFirst()
  return row && entryOf(row)
}

/** The files beside one in the list that can be looked at: the next newer, and the next older. */
export async function neighboursOf(
  reader: Reader,
  tabloId: string,
  id: string,
): Promise<{ newer?: string; older?: string }> {
  const viewable = reader
    .selectFrom('files')
    .where('tablo_id', '=', tabloId)
    .where(STORED)
    .where('type', '=', sql<string>`any(${viewableTypes}::text[])`)
    .select('id')
    .limit(1)
  const [newer, older] = await Promise.all([
    viewable.where('id', '>', id).orderBy('id').executeTakeFirst(),
    viewable.where('id', '<', id).orderBy('id', 'desc').executeTakeFirst(),
  ])
  return { ...(newer && { newer: newer.id }), ...(older && { older: older.id }) }
}

/** Takes a file from its Tablo. Its object is left to the cleanup. Throws not_found, and what `check` throws. */
export async function remove(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  check?: Check<{ id: string }>,
): Promise<void> {
  await changing(db, actor, tabloId, 'content', async tx => {
    const file = await tx
      .updateTable('files')
      .set({ state: 'removing', clean_at: sql`date_trunc('milliseconds', now())` })
      .where('id', '=', id)
      .where('tablo_id', '=', tabloId)
      .where(STORED)
      .returning('name')
      .executeTakeFirst()
    if (!file) throw notFound()
    check?.({ id })
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'file_removed',
      payload: { name: file.name },
    })
  })
}

const entries = (reader: Reader) =>
  reader
    .selectFrom('files')
    .leftJoin('users', 'users.id', 'files.uploaded_by')
    .where(STORED)
    .select(['files.id', 'files.name', 'files.size', 'files.type', 'files.created_at'])
    .select(['users.id as uploaderId', 'users.name as uploaderName'])

type Entry = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

// The database holds a stored file to having these.
const entryOf = (row: Entry): TabloFile => ({
  id: row.id,
  name: row.name,
  size: row.size ?? 0,
  type: row.type ?? '',
  createdAt: row.created_at,
  uploader: row.uploaderId === null ? null : { id: row.uploaderId, name: row.uploaderName ?? '' },
})
