// What a process knows of access without asking for each token: the keys whose signature counts, and the families of
// tokens that ended while an access token of theirs may still live, and whom a second factor is required of that they do
// not have. It is read anew when it is too old for who asks,
// so that what ended anywhere is refused everywhere soon, and verifying a token costs no query.

import { sql } from 'kysely'
import type { Reader } from '../platform/database/database.ts'
import { isUnprotected } from './second-factors.ts'
import { type PublicKey, RETIRED_MINUTES, readPublicKeys } from './signing-keys.ts'

export interface KnownAccess {
  readonly keys: ReadonlyMap<string, PublicKey>
  /** The ids of families */
  readonly ended: ReadonlySet<string>
  /** The ids of people who must set a second factor up before anything else */
  readonly unprotected: ReadonlySet<string>
}

/**
 * Gives what is known, at most so many milliseconds old. Those who ask while it is being read get what comes of that;
 * when reading fails, they all get the error, and the next one reads again.
 */
export function knownAccess(reader: Reader, now: () => number): (maxAge: number) => Promise<KnownAccess> {
  let latest: { since: number; known: Promise<KnownAccess> } | undefined
  return maxAge => {
    const since = now()
    // Of a clock that was set back it is not known how old it is.
    if (latest && since >= latest.since && since - latest.since < maxAge) return latest.known
    const known = read(reader)
    latest = { since, known }
    known.catch(() => {
      if (latest?.known === known) latest = undefined
    })
    return known
  }
}

async function read(reader: Reader): Promise<KnownAccess> {
  const [keys, refused] = await Promise.all([readPublicKeys(reader), readRefused(reader)])
  const idsOf = (kind: boolean) => new Set(refused.filter(({ ended }) => ended === kind).map(({ id }) => id))
  return { keys, ended: idsOf(true), unprotected: idsOf(false) }
}

/** The families that ended within the life of an access token; and, of those who have one, the people. */
async function readRefused(reader: Reader): Promise<{ id: string; ended: boolean }[]> {
  const living = sql<Date>`now() - make_interval(mins => ${sql.lit(RETIRED_MINUTES)})`
  return reader
    .selectFrom('token_families')
    .select(['id', sql<boolean>`true`.as('ended')])
    .where('ended_at', '>', living)
    .unionAll(
      reader
        .selectFrom('users')
        .select(['id', sql<boolean>`false`.as('ended')])
        .where(isUnprotected(sql.ref('users.id')))
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('token_families')
              .select('token_families.id')
              .whereRef('user_id', '=', 'users.id')
              .where('ended_at', 'is', null)
              .where('expires_at', '>', sql<Date>`now()`),
          ),
        ),
    )
    .execute()
}
