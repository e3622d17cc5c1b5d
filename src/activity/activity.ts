// The record of every change in a Tablo. Each change raises the Tablo's version by one in its own transaction, as that
// transaction's last statement: the row of `activity_heads` stays locked until the commit, so versions become visible
// in their order and without a gap. Whoever knows version n can ask for what came after n and miss nothing; whoever
// keeps something rendered at version n may show it for as long as n is the newest.

import { sql } from 'kysely'
import type { Reader, Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import type { Change } from './kinds.ts'

export interface Activity {
  readonly id: string
  readonly actorName: string | null
  readonly change: Change
  readonly at: Date
}

/** Writes the Activity of a change and gives the Tablo's new version. Comes last in its transaction. */
export async function record(tx: Tx, tabloId: string, actorId: string, change: Change): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    with head as (
      insert into activity_heads (tablo_id, version) values (${tabloId}, 1)
      on conflict (tablo_id) do update set version = activity_heads.version + 1
      returning version
    )
    insert into activity (id, tablo_id, version, actor_id, kind, payload)
    select ${newId()}::uuid, ${tabloId}::uuid, head.version, ${actorId}::uuid, ${change.kind}, ${JSON.stringify(change.payload)}::jsonb
    from head
    returning version`.execute(tx)
  return rows[0]?.version ?? 0
}

/** The newest changes of a Tablo, newest first; the actor's name is null once the person is gone. */
export async function recent(reader: Reader, tabloId: string, limit: number): Promise<Activity[]> {
  const rows = await reader
    .selectFrom('activity')
    .leftJoin('users', 'users.id', 'activity.actor_id')
    .select(['activity.id', 'activity.kind', 'activity.payload', 'activity.at', 'users.name as actorName'])
    .where('tablo_id', '=', tabloId)
    .orderBy('version', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id, at, actorName, kind, payload }) => ({
    id,
    at,
    actorName,
    change: { kind, payload } as Change,
  }))
}
