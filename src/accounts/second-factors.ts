// What proves a person besides the password: an authenticator app, or a passkey. Whoever has one of them is asked for it
// after the password, too; recovery codes take the place of either.

import { type Expression, sql } from 'kysely'
import type { Reader } from '../platform/database/database.ts'

export interface SecondFactors {
  /** Since when there is an authenticator; null when there is none */
  readonly authenticator: Date | null
  readonly passkeys: number
}

/** What a person has. */
export async function secondFactorsOf(reader: Reader, userId: string): Promise<SecondFactors> {
  const [authenticator, { count }] = await Promise.all([
    reader
      .selectFrom('authenticators')
      .select('confirmed_at')
      .where('user_id', '=', userId)
      .executeTakeFirst(),
    reader
      .selectFrom('passkeys')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow(),
  ])
  return { authenticator: authenticator?.confirmed_at ?? null, passkeys: count }
}

/** Whether a second step is asked of a person. */
export async function hasSecondFactor(reader: Reader, userId: string): Promise<boolean> {
  const row = await reader
    .selectFrom('users')
    .select(hasFactor(sql.ref('users.id')).as('has'))
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.has ?? false
}

const hasFactor = (userId: Expression<unknown>) => sql<boolean>`(
  exists (select from authenticators a where a.user_id = ${userId} and a.confirmed_at is not null)
  or exists (select from passkeys p where p.user_id = ${userId})
)`

/** Whether a person must set a second factor up before anything else. */
export async function mustSetUp(reader: Reader, userId: string): Promise<boolean> {
  const row = await reader
    .selectFrom('users')
    .select(isUnprotected(sql.ref('users.id')).as('must'))
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.must ?? false
}

/** Whether an admin requires a second factor of everybody and the person has none: a part of queries that run anyway. */
export const isUnprotected = (userId: Expression<unknown>) =>
  sql<boolean>`((select require_second_factor from settings) and not ${hasFactor(userId)})`
