// What the pages show of Tablos: lists, and the people in one. Counts are counted, never stored.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import type { Reader } from '../platform/database/database.ts'
import type { Nav } from '../ui/Sidebar.tsx'
import type { Role } from './roles.ts'
import type { TabloFields } from './schema.ts'
import { type Seer, visibleTo } from './tablos.ts'

export interface TabloLink {
  readonly id: string
  readonly title: string
  readonly color: TabloFields['color']
}

export interface TabloSummary extends TabloLink {
  readonly description: string
  readonly done: number
  readonly total: number
  readonly people: readonly { id: string; name: string }[]
  /** How many people there are beyond those named. */
  readonly morePeople: number
  readonly changedAt: Date
}

export interface Member {
  readonly id: string
  readonly name: string
  readonly role: Role
}

/** How many Tablos the sidebar lists. */
const LINKS = 20

/** How many faces a card shows. */
const FACES = 4

/** The actor's Tablos for the dashboard, the newest first. */
export async function listTablos(
  reader: Reader,
  actor: Actor,
  which: { archived: boolean },
): Promise<TabloSummary[]> {
  const rows = await visibleTo(reader, actor)
    .where('tablos.archived_at', which.archived ? 'is not' : 'is', null)
    .innerJoinLateral(
      eb =>
        eb
          .selectFrom('tasks')
          .whereRef('tasks.tablo_id', '=', 'tablos.id')
          .select(sql<number>`count(*)`.as('total'))
          .select(sql<number>`count(*) filter (where status = 'done')`.as('done'))
          .as('counted'),
      join => join.onTrue(),
    )
    .innerJoinLateral(
      eb =>
        eb
          .selectFrom('members as others')
          .innerJoin('users', 'users.id', 'others.user_id')
          .whereRef('others.tablo_id', '=', 'tablos.id')
          .select(
            sql<{ id: string; name: string }[]>`json_agg(json_build_object('id', users.id, 'name', users.name)
            order by others.created_at, users.id)`.as('people'),
          )
          .as('joined'),
      join => join.onTrue(),
    )
    .innerJoinLateral(
      eb =>
        eb
          .selectFrom('activity')
          .whereRef('activity.tablo_id', '=', 'tablos.id')
          .select('activity.at as changedAt')
          .orderBy('activity.version', 'desc')
          .limit(1)
          .as('last'),
      join => join.onTrue(),
    )
    .select(['tablos.id', 'tablos.title', 'tablos.description', 'tablos.color'])
    .select(['counted.total', 'counted.done', 'joined.people', 'last.changedAt'])
    .orderBy('tablos.created_at', 'desc')
    .orderBy('tablos.id', 'desc')
    .execute()
  return rows.map(({ people, ...tablo }) => ({
    ...tablo,
    people: people.slice(0, FACES),
    morePeople: Math.max(0, people.length - FACES),
  }))
}

/** How many archived Tablos the actor has. */
export async function countArchived(reader: Reader, actor: Actor): Promise<number> {
  const { count } = await visibleTo(reader, actor)
    .where('archived_at', 'is not', null)
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The sidebar: the newest active Tablos of the actor. */
export async function readNav(reader: Reader, actor: Actor): Promise<Nav> {
  return navOf(await links(reader, actor).execute())
}

/** The Tablos of the sidebar, and one more where there are more. */
export const links = (reader: Reader, person: Seer) =>
  visibleTo(reader, person)
    .where('archived_at', 'is', null)
    .select(['tablos.id', 'title', 'color'])
    .orderBy('tablos.created_at', 'desc')
    .orderBy('tablos.id', 'desc')
    .limit(LINKS + 1)

export const navOf = (found: readonly TabloLink[]): Nav => ({
  tablos: found.slice(0, LINKS),
  more: found.length > LINKS,
})

/** Everyone in a Tablo that the caller has found for its actor, in the order they came. */
export async function listMembers(reader: Reader, tabloId: string): Promise<Member[]> {
  return reader
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('tablo_id', '=', tabloId)
    .select(['users.id', 'users.name', 'members.role'])
    .orderBy('members.created_at')
    .orderBy('users.id')
    .execute()
}

/** How far such a Tablo is: tasks done, of all. */
export async function progressOf(reader: Reader, tabloId: string): Promise<{ done: number; total: number }> {
  return reader
    .selectFrom('tasks')
    .where('tablo_id', '=', tabloId)
    .select(sql<number>`count(*)`.as('total'))
    .select(sql<number>`count(*) filter (where status = 'done')`.as('done'))
    .executeTakeFirstOrThrow()
}
