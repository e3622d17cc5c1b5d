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
  readonly actorId: string
  /** Null once the person is gone */
  readonly actorName: string | null
  readonly change: Change
  readonly at: Date
}

/** An Activity as programs read it. */
export interface ActivityEntry extends Activity {
  readonly version: number
  readonly subjectId: string | null
}

/** What changed, by whom: `subject` is the task, file or event, null for the Tablo itself. */
export type Entry = Change & { tablo: string; subject: string | null; actor: string }

/** Writes the Activity of a change and gives the Tablo's new version. Comes last in its transaction. */
export async function record(tx: Tx, entry: Entry): Promise<number> {
  const { tablo, subject, actor, kind, payload } = entry
  const { rows } = await sql<{ version: number }>`
    with head as (
      insert into activity_heads (tablo_id, version) values (${tablo}, 1)
      on conflict (tablo_id) do update set version = activity_heads.version + 1
      returning version
    )
    insert into activity (id, tablo_id, version, actor_id, subject_id, kind, payload)
    select ${newId()}::uuid, ${tablo}::uuid, head.version, ${actor}::uuid, ${subject}::uuid, ${kind}, ${JSON.stringify(payload)}::jsonb
    from head
    returning version`.execute(tx)
  return rows[0]?.version ?? 0
}

/** Takes a person's name from what was done to them, as it goes with them from what they did. */
export async function forgetName(tx: Tx, person: string): Promise<void> {
  await sql`
    update activity set payload = case kind when 'account_closed' then '{}' else payload || '{"name": ""}' end
    where subject_id = ${person}`.execute(tx)
}

/** The newest changes of a Tablo, or of one thing in it, newest first. An id alone proves nothing: it may be made up. */
export async function recent(
  reader: Reader,
  of: { tablo: string; subject?: string },
  limit: number,
): Promise<Activity[]> {
  const rows = await entries(reader, of.tablo)
    .$if(of.subject !== undefined, query => query.where('subject_id', '=', of.subject ?? ''))
    .orderBy('version', 'desc')
    .limit(limit)
    .execute()
  return rows.map(entryOf)
}

/** Which version of its Tablo an Activity made; undefined for one of another Tablo, or none. */
export async function versionOf(reader: Reader, tablo: string, id: string): Promise<number | undefined> {
  const row = await reader
    .selectFrom('activity')
    .select('version')
    .where('id', '=', id)
    .where('tablo_id', '=', tablo)
    .executeTakeFirst()
  return row?.version
}

/**
 * The changes of a Tablo that the caller has found for its actor, in either order: those after the version `since`, and
 * of those the ones that come after the version `from` in this order.
 */
export async function listActivity(
  reader: Reader,
  tablo: string,
  asked: { since: number | undefined; from: number | undefined; order: 'asc' | 'desc'; limit: number },
): Promise<ActivityEntry[]> {
  const { since, from, order, limit } = asked
  const rows = await entries(reader, tablo)
    .$if(since !== undefined, query => query.where('version', '>', since ?? 0))
    .$if(from !== undefined, query => query.where('version', order === 'asc' ? '>' : '<', from ?? 0))
    .orderBy('version', order)
    .limit(limit)
    .execute()
  return rows.map(entryOf)
}

const entries = (reader: Reader, tablo: string) =>
  reader
    .selectFrom('activity')
    .leftJoin('users', 'users.id', 'activity.actor_id')
    .select(['activity.id', 'activity.actor_id as actorId', 'activity.subject_id as subjectId'])
    .select(['activity.kind', 'activity.payload', 'activity.at', 'activity.version'])
    .select('users.name as actorName')
    .where('tablo_id', '=', tablo)

type Row = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

const entryOf = ({ kind, payload, ...row }: Row): ActivityEntry => ({
  ...row,
  change: { kind, payload } as Change,
})
