// Tablos as programs read them: one, and page by page.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { notFound } from '../errors.ts'
import type { Reader } from '../platform/database/database.ts'
import { type MadeAt, microsecondsOf, rowOf } from '../platform/database/moments.ts'
import type { Role } from './roles.ts'
import { type TabloState, visibleTo } from './tablos.ts'

export interface TabloEntry extends TabloState {
  readonly createdAt: Date
}

/** One Tablo. Throws not_found. */
export async function entry(reader: Reader, actor: Actor, id: string): Promise<TabloEntry> {
  const row = await entries(reader, actor).where('tablos.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** The actor's Tablos, the newest first, those after a place. */
export async function listEntries(
  reader: Reader,
  actor: Actor,
  { archived, after, limit }: { archived: boolean; after: MadeAt | undefined; limit: number },
): Promise<(TabloEntry & { place: number })[]> {
  return entries(reader, actor)
    .select(microsecondsOf('tablos.created_at').as('place'))
    .where('archived_at', archived ? 'is not' : 'is', null)
    .$call(query =>
      after ? query.where(sql<boolean>`(tablos.created_at, tablos.id) < ${rowOf(after)}`) : query,
    )
    .orderBy('tablos.created_at', 'desc')
    .orderBy('tablos.id', 'desc')
    .limit(limit)
    .execute()
}

export interface MemberEntry {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly since: Date
  /** When they joined, in microseconds since 1970 */
  readonly place: number
}

/** Who is in a Tablo that the caller has found for its actor, in the order they came, those after a place. */
export async function listMemberEntries(
  reader: Reader,
  tabloId: string,
  { after, limit }: { after: MadeAt | undefined; limit: number },
): Promise<MemberEntry[]> {
  return reader
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('tablo_id', '=', tabloId)
    .$call(query =>
      after ? query.where(sql<boolean>`(members.created_at, users.id) > ${rowOf(after)}`) : query,
    )
    .select(['users.id', 'users.name', 'members.role', 'members.created_at as since'])
    .select(microsecondsOf('members.created_at').as('place'))
    .orderBy('members.created_at')
    .orderBy('users.id')
    .limit(limit)
    .execute()
}

const entries = (reader: Reader, actor: Actor) =>
  visibleTo(reader, actor).select([
    'tablos.id',
    'title',
    'description',
    'color',
    'role',
    'archived_at as archivedAt',
    'tablos.created_at as createdAt',
  ])
