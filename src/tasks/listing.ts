// Tasks as programs read them: one, those of a Tablo in its order, and those of all Tablos, the newest first.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import type { TaskStatus } from '../activity/kinds.ts'
import { notFound } from '../errors.ts'
import { compiledOnce } from '../platform/database/compiled.ts'
import type { Reader } from '../platform/database/database.ts'
import { type MadeAt, microsecondsOf, rowOf } from '../platform/database/moments.ts'
import { visibleTo } from '../tablos/tablos.ts'
import type { TaskEntry } from './tasks.ts'

/** Where a task stands in its Tablo. */
export interface TaskPlace {
  readonly status: TaskStatus
  readonly position: string
}

/** Which tasks; what is left out does not matter. */
export interface TaskFilter {
  readonly statuses?: readonly TaskStatus[] | undefined
  readonly tabloId?: string | undefined
  readonly createdBy?: string | undefined
  readonly updatedSince?: Date | undefined
}

const COLUMNS = [
  'tasks.id',
  'tasks.tablo_id as tabloId',
  'tasks.title',
  'tasks.description',
  'tasks.status',
  'tasks.version',
  'tasks.created_by as createdBy',
  'tasks.created_at as createdAt',
  'tasks.updated_at as updatedAt',
] as const

const entryQuery = compiledOnce((reader, person: string, id: string) =>
  visibleTo(reader, { id: person })
    .innerJoin('tasks', 'tasks.tablo_id', 'tablos.id')
    .where('tasks.id', '=', id)
    .select(COLUMNS),
)

/** One task of any Tablo the actor is in. Throws not_found. */
export async function entry(reader: Reader, actor: Actor, id: string): Promise<TaskEntry> {
  const [row] = await entryQuery(reader, actor.id, id)
  if (!row) throw notFound()
  return row
}

/** The tasks of a Tablo that the caller has found for its actor, column by column, each in its order, those after a place. */
export async function listInTablo(
  reader: Reader,
  tabloId: string,
  {
    statuses,
    after,
    limit,
  }: { statuses: readonly TaskStatus[] | undefined; after: TaskPlace | undefined; limit: number },
): Promise<(TaskEntry & TaskPlace)[]> {
  return reader
    .selectFrom('tasks')
    .select([...COLUMNS, 'tasks.position'])
    .where('tablo_id', '=', tabloId)
    .$if(statuses !== undefined, query => query.where('status', '=', anyOf(statuses)))
    .$if(after !== undefined, query =>
      query.where(sql<boolean>`(status, position) > (${after?.status}::task_status, ${after?.position})`),
    )
    .orderBy('status')
    .orderBy('position')
    .limit(limit)
    .execute()
}

/** Tasks of the actor's Tablos but the archived ones, the newest first, those after a place. */
export async function listEverywhere(
  reader: Reader,
  actor: Actor,
  { statuses, tabloId, createdBy, updatedSince }: TaskFilter,
  { after, limit }: { after: MadeAt | undefined; limit: number },
): Promise<(TaskEntry & { place: number })[]> {
  // The newest of each Tablo, of which there are few, and of those the newest: no Tablo is read further than needed.
  return visibleTo(reader, actor)
    .where('archived_at', 'is', null)
    .$if(tabloId !== undefined, query => query.where('tablos.id', '=', tabloId ?? ''))
    .innerJoinLateral(
      eb =>
        eb
          .selectFrom('tasks')
          .selectAll('tasks')
          .whereRef('tasks.tablo_id', '=', 'tablos.id')
          .$if(statuses !== undefined, query => query.where('status', '=', anyOf(statuses)))
          .$if(createdBy !== undefined, query => query.where('created_by', '=', createdBy ?? ''))
          .$if(updatedSince !== undefined, query =>
            query.where('updated_at', '>=', updatedSince ?? new Date()),
          )
          .$call(query => (after ? query.where(sql<boolean>`(created_at, id) < ${rowOf(after)}`) : query))
          .orderBy('tasks.created_at', 'desc')
          .orderBy('tasks.id', 'desc')
          .limit(limit)
          .as('tasks'),
      join => join.onTrue(),
    )
    .select(COLUMNS)
    .select(microsecondsOf('tasks.created_at').as('place'))
    .orderBy('tasks.created_at', 'desc')
    .orderBy('tasks.id', 'desc')
    .limit(limit)
    .execute()
}

const anyOf = (statuses: readonly TaskStatus[] = []) => sql<TaskStatus>`any(${statuses}::task_status[])`
