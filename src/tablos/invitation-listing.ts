// The pending invitations of a Tablo, for its owners.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { notFound } from '../errors.ts'
import type { Reader } from '../platform/database/database.ts'
import { type MadeAt, microsecondsOf, rowOf } from '../platform/database/moments.ts'
import { may, type Role, roles } from './roles.ts'
import { visibleTo } from './tablos.ts'

export interface Invitation {
  readonly id: string
  readonly tabloId: string
  readonly email: string
  readonly role: Role
  /** Whoever has the link may take it */
  readonly open: boolean
  /** A mail is being sent */
  readonly sending: boolean
  /** When its link went out or was shown */
  readonly sentAt: Date | null
  /** The link went by mail */
  readonly mailed: boolean
  readonly expiresAt: Date
  /** When it was made, in microseconds since 1970 */
  readonly place: number
}

/** The pending invitations of a Tablo whose owner asks, the newest first, those after a place. */
export async function listInvitations(
  reader: Reader,
  tabloId: string,
  { after, limit }: { after?: MadeAt | undefined; limit?: number } = {},
): Promise<Invitation[]> {
  return entries(reader)
    .where('tablo_id', '=', tabloId)
    .$call(query => (after ? query.where(sql<boolean>`(created_at, id) < ${rowOf(after)}`) : query))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .$if(limit !== undefined, query => query.limit(limit ?? 0))
    .execute()
}

/** One pending invitation, for whoever may change the members of its Tablo. Throws not_found for anybody else. */
export async function findInvitation(reader: Reader, actor: Actor, id: string): Promise<Invitation> {
  const managed = visibleTo(reader, actor).where('members.role', 'in', managing).select('tablos.id')
  const row = await entries(reader)
    .where('invitations.id', '=', id)
    .where('tablo_id', 'in', managed)
    .executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** Of a row of invitations: nobody has taken it, and its time is not over. */
export const isPending = sql<boolean>`accepted_at is null and expires_at > now()`

const managing = roles.filter(role => may(role, 'members'))

const entries = (reader: Reader) =>
  reader
    .selectFrom('invitations')
    .select(['invitations.id', 'tablo_id as tabloId', 'email', 'invitations.role', 'open', 'mailed'])
    .select(['sent_at as sentAt', 'expires_at as expiresAt'])
    .select(sql<boolean>`mailing is not null`.as('sending'))
    .select(microsecondsOf('invitations.created_at').as('place'))
    .where(isPending)
