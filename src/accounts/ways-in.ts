// How a person can sign in: by a password, a passkey, or an identity at a provider. The last of these is never taken away
// by themself, for nobody could let them in again but an admin.

import { sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import type { Reader, Tx } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'

export interface WaysIn {
  readonly hasPassword: boolean
  readonly passkeys: number
  readonly identities: readonly Identity[]
}

export type Identity = Awaited<ReturnType<typeof listIdentities>>[number]

/** How the person can sign in. Throws not_found when they are gone. */
export async function readWaysIn(reader: Reader, actor: Actor): Promise<WaysIn> {
  const user = await reader
    .selectFrom('users')
    .select(sql<boolean>`password_hash is not null`.as('hasPassword'))
    .select(sql<number>`(select count(*)::int from passkeys where user_id = users.id)`.as('passkeys'))
    .where('id', '=', actor.id)
    .executeTakeFirst()
  if (!user) throw notFound()
  return { ...user, identities: await listIdentities(reader, actor) }
}

const listIdentities = (reader: Reader, actor: Actor) =>
  reader
    .selectFrom('identities')
    .select(['provider', 'email', 'created_at', 'last_used_at'])
    .where('user_id', '=', actor.id)
    .orderBy('created_at')
    .execute()

/** Whether somebody with these could sign in. An identity at a provider that is no longer set up is of no use. */
export const hasWayIn = ({ hasPassword, passkeys, identities }: WaysIn, usable: readonly string[]): boolean =>
  hasPassword || passkeys > 0 || identities.some(({ provider }) => usable.includes(provider))

/** Throws conflict when the person could not sign in any more, after the change that the transaction has made. */
export async function mustKeepWayIn(tx: Tx, actor: Actor, usable: readonly string[]): Promise<void> {
  if (!hasWayIn(await readWaysIn(tx, actor), usable)) throw new AppError('conflict', 'last_way_in')
}
