// The order of a column is a fractional index: each task has a key, keys compare by bytes, and between any two there
// is room for a third. So a move writes the moved task and no other, and `after` names a task and not a place: on a
// page that is out of date it still means what the person saw, or is refused.
//
// Keys grow when tasks are put between the same two again and again, by one character every six times. The rare
// column where one gets long is renumbered on the spot; nobody sees it, for the order stays.
// Source: David Greenspan, "Implementing Fractional Indexing", 2020; keys by the fractional-indexing package.

import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'
import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import type { TaskStatus } from '../activity/kinds.ts'
import { AppError, notFound } from '../errors.ts'
import type { Check } from '../platform/database/check.ts'
import type { Db, Reader, Tx } from '../platform/database/database.ts'
import { isId } from '../platform/ids.ts'
import { changing } from '../tablos/tablos.ts'
import type { Card } from './card.ts'

const LONGEST_KEY = 100

/**
 * Puts a task into a column right after another task, or at its top for null, and gives it with the column it left.
 * Throws stale when `after` is not in that column (any more) or is the task itself; not_found when the task is gone; and
 * what `check` throws.
 */
export async function move(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  to: { status: TaskStatus; after: string | null },
  check?: Check<{ version: number }>,
): Promise<{ card: Card; from: TaskStatus }> {
  return changing(db, actor, tabloId, 'content', async tx => {
    const place = await placeOf(tx, tabloId, id, to, check)
    const { title, described, status: from, position, low, high } = place
    const moved = { card: { id, title, described, status: to.status }, from }
    if (from === to.status && position > (low ?? '') && (high === null || position < high)) return moved
    const key = generateKeyBetween(low, high)
    await tx
      .updateTable('tasks')
      .set({ status: to.status, position: key })
      // The status is part of what the task says, its place among others is not.
      .$if(from !== to.status, update => update.set({ version: sql`version + 1`, updated_at: sql`now()` }))
      .where('id', '=', id)
      .execute()
    if (key.length > LONGEST_KEY) await renumber(tx, tabloId, to.status)
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'task_moved',
      payload: { title, from, to: to.status },
    })
    return moved
  })
}

/** The key for a new last task of a column. */
export async function footOf(tx: Tx, tabloId: string, status: TaskStatus): Promise<string> {
  const last = await tx
    .selectFrom('tasks')
    .select('position')
    .where('tablo_id', '=', tabloId)
    .where('status', '=', status)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return generateKeyBetween(last?.position ?? null, null)
}

/** For each step that a task can take within its column, the task it would follow: '' for the top. */
export interface Places {
  readonly top?: string
  readonly up?: string
  readonly down?: string
  readonly bottom?: string
}

/** The steps that a task of a Tablo, which the caller has found for its actor, can take within its column. */
export async function placesFor(reader: Reader, tabloId: string, id: string): Promise<Places> {
  const { rows } = await sql<{ before: string[]; next: string | null; last: string }>`
    select
      array(select id from tasks other where other.tablo_id = task.tablo_id and other.status = task.status
        and other.position < task.position order by other.position desc limit 2) as before,
      (select id from tasks other where other.tablo_id = task.tablo_id and other.status = task.status
        and other.position > task.position order by other.position limit 1) as next,
      (select id from tasks other where other.tablo_id = task.tablo_id and other.status = task.status
        order by other.position desc limit 1) as last
    from tasks task
    where task.tablo_id = ${tabloId} and task.id = ${id}`.execute(reader)
  const row = rows[0]
  if (!row) throw notFound()
  const { before, next, last } = row
  return {
    ...(before.length > 1 && { top: '' }),
    ...(before.length > 0 && { up: before[1] ?? '' }),
    ...(next !== null && { down: next }),
    ...(next !== null && last !== next && { bottom: last }),
  }
}

interface Place {
  version: number
  title: string
  described: boolean
  status: TaskStatus
  position: string
  /** The keys on both sides of the place, null at an end. */
  low: string | null
  high: string | null
}

async function placeOf(
  tx: Tx,
  tabloId: string,
  id: string,
  to: { status: TaskStatus; after: string | null },
  check: Check<Place> | undefined,
) {
  const after = to.after !== null && isId(to.after) && to.after !== id ? to.after : null
  const { rows } = await sql<Place>`
    select task.version, task.title, task.description <> '' as described, task.status, task.position, anchor.position as low,
      (select position from tasks
        where tablo_id = ${tabloId} and status = ${to.status} and id <> task.id
          and position > coalesce(anchor.position, '')
        order by position limit 1) as high
    from tasks task
    left join tasks anchor
      on anchor.id = ${after}::uuid and anchor.tablo_id = task.tablo_id and anchor.status = ${to.status}
    where task.tablo_id = ${tabloId} and task.id = ${id}`.execute(tx)
  const place = rows[0]
  if (!place) throw notFound()
  check?.(place)
  if (to.after !== null && place.low === null) throw new AppError('stale', 'place_gone')
  return place
}

async function renumber(tx: Tx, tabloId: string, status: TaskStatus): Promise<void> {
  const tasks = await tx
    .selectFrom('tasks')
    .select('id')
    .where('tablo_id', '=', tabloId)
    .where('status', '=', status)
    .orderBy('position')
    .execute()
  const keys = generateNKeysBetween(null, null, tasks.length)
  await sql`
    update tasks set position = renumbered.key
    from unnest(${tasks.map(task => task.id)}::uuid[], ${keys}::text[]) as renumbered (id, key)
    where tasks.id = renumbered.id`.execute(tx)
}
