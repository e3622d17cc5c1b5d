// The people of this Xtablo as admins read them: found by what is typed of their name or address, page by page, and one
// with all that an account has.

import { type Expression, sql } from 'kysely'
import type { Reader } from '../platform/database/database.ts'

export interface PeopleAsked {
  limit: number
  /** Those that come after the person with this id */
  after?: string | undefined
  /** What is in their name or address, accents and case aside */
  text?: string | undefined
}

/** People, the newest first. */
export async function listPeople(
  reader: Reader,
  { limit, after, text }: PeopleAsked,
): Promise<PersonEntry[]> {
  return entries(reader)
    .$if(after !== undefined, query => query.where('users.id', '<', after ?? ''))
    .$if(text !== undefined, query => query.where(isNamed(text ?? '')))
    .orderBy('users.id', 'desc')
    .limit(limit)
    .execute()
}

/** How many people there are, of whom the text is in the name or the address. */
export async function countPeople(reader: Reader, text: string | undefined): Promise<number> {
  const { count } = await reader
    .selectFrom('users')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .$if(text !== undefined, query => query.where(isNamed(text ?? '')))
    .executeTakeFirstOrThrow()
  return count
}

/** One of them, if there is one. */
export async function readPerson(reader: Reader, id: string): Promise<PersonEntry | undefined> {
  return entries(reader).where('users.id', '=', id).executeTakeFirst()
}

/** By what an account is come into, and what else it has. */
export async function readHoldings(reader: Reader, id: string) {
  const [{ rows }, identities] = await Promise.all([
    sql<Holdings>`select users.password_hash is not null as password,
      exists (select from authenticators where user_id = users.id and confirmed_at is not null) as authenticator,
      (select count(*) from recovery_codes where user_id = users.id and used_at is null) as recovery_codes,
      (select count(*) from passkeys where user_id = users.id) as passkeys,
      (select count(*) from personal_tokens where user_id = users.id and expires_at > now()) as tokens,
      (select count(*) from members where user_id = users.id) as tablos
      from users where users.id = ${id}`.execute(reader),
    reader
      .selectFrom('identities')
      .select(['provider', 'email', 'last_used_at'])
      .where('user_id', '=', id)
      .orderBy('provider')
      .execute(),
  ])
  return rows[0] && { ...rows[0], identities }
}

interface Holdings {
  password: boolean
  authenticator: boolean
  recovery_codes: number
  passkeys: number
  /** Living ones */
  tokens: number
  tablos: number
}

export type PersonHoldings = NonNullable<Awaited<ReturnType<typeof readHoldings>>>

const entries = (reader: Reader) =>
  reader
    .selectFrom('users')
    .leftJoinLateral(
      eb =>
        eb
          .selectFrom('sessions')
          .whereRef('user_id', '=', 'users.id')
          .where('expires_at', '>', sql<Date>`now()`)
          .select(({ fn }) => [fn.countAll<number>().as('sessions'), fn.max('last_seen_at').as('seen')])
          .as('living'),
      join => join.onTrue(),
    )
    .select(['users.id', 'name', 'email', 'role', 'created_at', 'disabled_at', 'email_verified_at'])
    .select(sql<number>`living.sessions`.as('sessions'))
    .select(
      sql<Date | null>`greatest(living.seen,
        (select max(last_used_at) from personal_tokens where user_id = users.id))`.as('last_seen_at'),
    )
    .select(
      sql<boolean>`exists (select from authenticators where user_id = users.id and confirmed_at is not null)
        or exists (select from passkeys where user_id = users.id)`.as('second_factor'),
    )

export type PersonEntry = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

/** Whether a person's name or address holds the text. */
const isNamed = (text: string) =>
  sql<boolean>`strpos(${folded(sql.ref('name'))}, ${folded(sql.val(text))}) > 0
    or strpos(users.email, lower(${text}::text)) > 0`

/** Without accents and in small letters, as far as Postgres knows them without an extension. */
export const folded = (text: Expression<unknown>) =>
  sql<string>`lower(regexp_replace(normalize(${text}::text, nfkd), '[\\u0300-\\u036f]', '', 'g'))`
