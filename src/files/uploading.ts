// A file is a row and an object, in two places that no transaction spans. What keeps them together, whatever is killed
// whenever, is the order:
//
//   1. A row `pending` is committed.
//   2. The object is written, under a key made of the row's ids.
//   3. One transaction makes the row `stored` and records the Activity.
//
// Only `stored` rows are listed, and a row is stored only after its object, so no listed file is without its bytes. And
// no object is without a row: the row comes first, and goes last (cleanup.ts). An upload that fails, or whose process
// was killed, leaves a row that says so: `removing` when it could still be said, else `pending` for longer than an
// upload may live.
//
// A slow upload and the cleanup may meet. An upload lives six hours and the cleanup takes what has been pending for
// twelve, but a process can sleep, so that is no proof. The cleanup therefore commits `removing` before it touches an
// object, and step 3 only takes a row that is still `pending`: of the two, one wins. An upload that lost removes its own
// object; one that was killed right after writing it is caught by the cleanup's second pass.
//
// All files of one upload are kept together or not at all. A sender may name an upload by an id of its own; sent again,
// because the answer was lost, it is the same upload, and the database holds to that (files_sent_once).

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import type { Deps } from '../platform/deps.ts'
import { newId } from '../platform/ids.ts'
import { within } from '../platform/within.ts'
import { authorize } from '../tablos/roles.ts'
import { changing, find as findTablo } from '../tablos/tablos.ts'
import { detectType } from './detection.ts'
import { FileRefused, faultOf } from './faults.ts'
import { findSent, keyOf, type TabloFile, totalsOf } from './files.ts'
import { type Head, headOf, Measured } from './measuring.ts'
import { fileName } from './names.ts'

/** How long an upload may take in all. The cleanup's patience is twice this. */
const LIFE_MS = 6 * 3_600_000

/** How long a failed upload waits for its object to be removed, before that is left to the cleanup. */
const REMOVAL_MS = 5_000

/** What uploads need. */
export interface Uploading extends Pick<Deps, 'db' | 'storage' | 'log'> {
  readonly config: Pick<Deps['config'], 'maxUploadBytes' | 'tabloQuotaBytes'>
}

/** What an upload is, besides its files. */
export interface UploadOptions {
  /** What a file without a name is called */
  readonly unnamed: string
  /** The sender's own id of an upload of one file */
  readonly sentAs?: string | undefined
}

/** A file as it comes from its sender. */
export interface Given {
  /** As the sender names it; '' and no bytes is no file */
  readonly name: string
  readonly body: AsyncIterable<Uint8Array>
  /** Aborts when the sender is gone */
  readonly signal: AbortSignal
}

/** A file of the actor's that is kept. */
export type Written = Omit<TabloFile, 'uploader'>

/** A file whose object is there. */
interface Stored extends Written {
  readonly sha256: Buffer
}

/**
 * Adds the files that `handOver` hands over, one after another, to a Tablo, and gives them; for an upload that was kept
 * before, what was kept then. Throws not_found and forbidden before a byte is read, a FileRefused, `invalid` when there
 * was no file, `unavailable` when the storage fails, and what `handOver` throws. Then nothing is left of any of them.
 */
export async function upload(
  deps: Uploading,
  actor: Actor,
  tabloId: string,
  { unnamed, sentAs }: UploadOptions,
  handOver: (take: (file: Given) => Promise<void>) => Promise<void>,
): Promise<Written[]> {
  authorize((await findTablo(deps.db, actor, tabloId)).role, 'content')
  const before = await findSent(deps.db, actor, tabloId, sentAs)
  if (before) return [before]
  const begun: string[] = []
  const written: Stored[] = []
  const tooLong = new AbortController()
  const life = setTimeout(() => tooLong.abort(new AppError('unavailable', 'upload_too_slow')), LIFE_MS)
  try {
    const room = await roomIn(deps, tabloId)
    await handOver(async ({ name, body, signal }) => {
      const left = room && { ...room, left: room.left - sizeOf(written) }
      const file = {
        name: fileName(name) || unnamed,
        left,
        signal: AbortSignal.any([signal, tooLong.signal]),
        sentAs: begun.length === 0 ? sentAs : undefined,
      }
      const head = await headOf(body)
      if (name === '' && head.whole && head.bytes.length === 0) return
      const id = newId()
      begun.push(id)
      written.push(await write(deps, actor, tabloId, id, { ...file, head }))
    })
    if (written.length === 0)
      throw new AppError('invalid', 'file_missing', { fields: { file: 'file_missing' } })
    await keep(deps, actor, tabloId, written)
    return written
  } catch (error) {
    await abandon(deps, tabloId, begun)
    const twin = violates(error, 'files_sent_once') && (await findSent(deps.db, actor, tabloId, sentAs))
    if (twin) return [twin]
    throw faultOf(error, deps.log)
  } finally {
    clearTimeout(life)
  }
}

/** The quota of a Tablo and what it leaves, in bytes; undefined where there is none. */
async function roomIn({ db, config }: Uploading, tabloId: string) {
  const quota = config.tabloQuotaBytes
  return quota === undefined ? undefined : { quota, left: quota - (await totalsOf(db, tabloId)).size }
}

type Room = Awaited<ReturnType<typeof roomIn>>

/** Steps 1 and 2. */
async function write(
  { db, storage, config }: Uploading,
  actor: Actor,
  tabloId: string,
  id: string,
  file: {
    name: string
    left: Room
    signal: AbortSignal
    sentAs: string | undefined
    head: Head
  },
): Promise<Stored> {
  const { name, left, signal, sentAs = null, head } = file
  const check = (size: number): void => {
    if (size > config.maxUploadBytes) throw new FileRefused('file_too_large', name, config.maxUploadBytes)
    if (left && size > left.left) throw new FileRefused('quota_full', name, left.quota)
  }
  check(head.bytes.length)
  const type = await detectType(head.bytes, head.whole)
  const { createdAt } = await transaction(db, tx =>
    tx
      .insertInto('files')
      .values({ id, tablo_id: tabloId, name, uploaded_by: actor.id, sent_as: sentAs })
      .returning('created_at as createdAt')
      .executeTakeFirstOrThrow(),
  )
  const measured = new Measured(head, check)
  try {
    await storage.put(keyOf(tabloId, id), measured.bytes(), {
      type,
      signal: AbortSignal.any([signal, measured.stalled]),
      queued: measured.queued,
    })
  } finally {
    measured.end()
  }
  return { id, name, createdAt, type, size: measured.size, sha256: measured.sha256() }
}

/** Step 3, for all of them. */
async function keep({ db, config }: Uploading, actor: Actor, tabloId: string, written: Stored[]) {
  const quota = config.tabloQuotaBytes
  await changing(db, actor, tabloId, 'content', async tx => {
    // Under the Tablo's lock, so that of two uploads which fit alone but not together one is refused.
    const used = quota === undefined ? 0 : (await totalsOf(tx, tabloId)).size
    if (quota !== undefined && used + sizeOf(written) > quota)
      throw new FileRefused('quota_full', written.at(-1)?.name ?? '', quota)
    for (const file of written) await keepOne(tx, actor, tabloId, file)
  })
}

async function keepOne(tx: Tx, actor: Actor, tabloId: string, file: Stored): Promise<void> {
  const { id, name, size, type, sha256 } = file
  const { numUpdatedRows } = await tx
    .updateTable('files')
    .set({ state: 'stored', size, type, sha256 })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  // The cleanup was faster.
  if (numUpdatedRows === 0n) throw notFound()
  await record(tx, { tablo: tabloId, subject: id, actor: actor.id, kind: 'file_added', payload: { name } })
}

/** Marks what is not to stay, and takes the objects as far as that goes; the cleanup does the rest. */
async function abandon(
  { db, storage, log }: Uploading,
  tabloId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  try {
    const kept = await markRemoving(db, ids)
    const gone = ids.filter(id => !kept.has(id)).map(id => storage.remove(keyOf(tabloId, id)))
    await within(REMOVAL_MS, Promise.all(gone))
  } catch (error) {
    log.warn({ err: error }, 'a failed upload is left to the cleanup')
  }
}

/** Gives those that are stored after all: whoever lost the connection in a commit does not know how it ended. */
async function markRemoving(db: Db, ids: readonly string[]): Promise<Set<string>> {
  return transaction(db, async tx => {
    await tx
      .updateTable('files')
      .set({ state: 'removing', clean_at: sql`date_trunc('milliseconds', now())` })
      .where('id', 'in', ids)
      .where('state', '=', 'pending')
      .execute()
    const kept = await tx
      .selectFrom('files')
      .select('id')
      .where('id', 'in', ids)
      .where('state', '=', 'stored')
      .execute()
    return new Set(kept.map(({ id }) => id))
  })
}

const sizeOf = (files: readonly Written[]) => files.reduce((sum, { size }) => sum + size, 0)
