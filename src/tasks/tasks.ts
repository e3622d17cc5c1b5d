import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { record } from '../activity/activity.ts'
import type { Change, TaskStatus } from '../activity/kinds.ts'
import { AppError, notFound } from '../errors.ts'
import type { Check } from '../platform/database/check.ts'
import type { Db, Reader, Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { changing, visibleTo } from '../tablos/tablos.ts'
import type { Card } from './card.ts'
import { footOf } from './ordering.ts'

export interface TaskFields {
  title: string
  description: string
  status: TaskStatus
}

export interface Task extends TaskFields {
  readonly id: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A task as programs read it. */
export interface TaskEntry extends Task {
  readonly tabloId: string
  /** Null once the person is gone */
  readonly createdBy: string | null
}

/** Every task of a Tablo that the caller has found for its actor, column by column, each in its order. */
export async function cardsOf(reader: Reader, tabloId: string): Promise<Card[]> {
  return reader
    .selectFrom('tasks')
    .select(['id', 'title', 'status', sql<boolean>`description <> ''`.as('described')])
    .where('tablo_id', '=', tabloId)
    .orderBy('status')
    .orderBy('position')
    .execute()
}

/** How many tasks these columns of such a Tablo have. */
export async function countsOf(
  reader: Reader,
  tabloId: string,
  statuses: readonly TaskStatus[],
): Promise<Map<TaskStatus, number>> {
  const rows = await reader
    .selectFrom('tasks')
    .select(['status', sql<number>`count(*)`.as('count')])
    .where('tablo_id', '=', tabloId)
    .where('status', '=', sql<TaskStatus>`any(${statuses}::task_status[])`)
    .groupBy('status')
    .execute()
  const counts = new Map(statuses.map(status => [status, 0]))
  for (const { status, count } of rows) counts.set(status, count)
  return counts
}

/** One task of a Tablo the actor is in. Throws not_found. */
export async function find(reader: Reader, actor: Actor, tabloId: string, id: string): Promise<Task> {
  const task = await visibleTo(reader, actor)
    .innerJoin('tasks', 'tasks.tablo_id', 'tablos.id')
    .where('tablos.id', '=', tabloId)
    .where('tasks.id', '=', id)
    .select(['tasks.id', 'tasks.title', 'tasks.description', 'tasks.status', 'tasks.version'])
    .select(['tasks.created_at as createdAt', 'tasks.updated_at as updatedAt'])
    .executeTakeFirst()
  if (!task) throw notFound()
  return task
}

/**
 * Adds a task at the foot of its column. The same form posted twice makes one; a form that was changed and sent again
 * under the same id makes another.
 */
export async function create(
  db: Db,
  actor: Actor,
  tabloId: string,
  given: TaskFields & { id?: string | undefined },
): Promise<TaskEntry & Card> {
  const { id = newId(), ...fields } = given
  const { title, description } = fields
  const added = { ...fields, tabloId, createdBy: actor.id, described: description !== '' }
  return changing(db, actor, tabloId, 'content', async tx => {
    const first = await insert(tx, actor, tabloId, id, fields)
    if (first) return { ...added, ...first }
    const same = await tx
      .selectFrom('tasks')
      .select([...MADE, 'status'])
      .where('id', '=', id)
      .where('tablo_id', '=', tabloId)
      .where('created_by', '=', actor.id)
      .where('title', '=', title)
      .where('description', '=', description)
      .executeTakeFirst()
    if (same) return { ...added, ...same }
    const another = await insert(tx, actor, tabloId, newId(), fields)
    if (!another) throw new Error('an id that was just made is taken')
    return { ...added, ...another }
  })
}

/**
 * Saves a task's texts and status, those that are given; another status puts it at the foot of that column. Throws stale
 * when it was edited since the version that the caller saw, unless what is saved is what is there, and what `check`
 * throws. Gives the status it had.
 */
export async function edit(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  to: { [F in keyof TaskFields]?: TaskFields[F] | undefined } & { version?: number },
  check?: Check<{ version: number }>,
): Promise<TaskStatus> {
  return changing(db, actor, tabloId, 'content', async tx => {
    const task = await take(tx, tabloId, id)
    check?.(task)
    const { title = task.title, description = task.description, status = task.status } = to
    const moved = task.status !== status
    if (task.title === title && task.description === description && !moved) return task.status
    if (to.version !== undefined && task.version !== to.version) throw new AppError('stale', 'task_stale')
    const place = moved ? { position: await footOf(tx, tabloId, status) } : {}
    await tx
      .updateTable('tasks')
      .set({ title, description, status, ...place, version: task.version + 1, updated_at: sql`now()` })
      .where('id', '=', id)
      .execute()
    const change: Change =
      task.title === title && task.description === description
        ? { kind: 'task_moved', payload: { title, from: task.status, to: status } }
        : {
            kind: 'task_changed',
            payload: { title, before: task.title, ...(moved && { from: task.status, to: status }) },
          }
    await record(tx, { tablo: tabloId, subject: id, actor: actor.id, ...change })
    return task.status
  })
}

/** Deletes a task. Throws not_found, and what `check` throws. */
export async function remove(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  check?: Check<{ version: number }>,
): Promise<void> {
  await changing(db, actor, tabloId, 'content', async tx => {
    const task = await take(tx, tabloId, id)
    check?.(task)
    const { title } = task
    await tx.deleteFrom('tasks').where('id', '=', id).execute()
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'task_deleted',
      payload: { title },
    })
  })
}

/** What the database adds to a new task. */
const MADE = ['id', 'version', 'created_at as createdAt', 'updated_at as updatedAt'] as const
type Made = Pick<Task, 'id' | 'version' | 'createdAt' | 'updatedAt'>

async function take(tx: Tx, tabloId: string, id: string) {
  const task = await tx
    .selectFrom('tasks')
    .select(['title', 'description', 'status', 'version'])
    .where('tablo_id', '=', tabloId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!task) throw notFound()
  return task
}

async function insert(
  tx: Tx,
  actor: Actor,
  tabloId: string,
  id: string,
  fields: TaskFields,
): Promise<Made | undefined> {
  const { title, description, status } = fields
  const position = await footOf(tx, tabloId, status)
  const made = await tx
    .insertInto('tasks')
    .values({ id, tablo_id: tabloId, title, description, status, position, created_by: actor.id })
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning(MADE)
    .executeTakeFirst()
  if (!made) return undefined
  await record(tx, {
    tablo: tabloId,
    subject: id,
    actor: actor.id,
    kind: 'task_created',
    payload: { title },
  })
  return made
}
