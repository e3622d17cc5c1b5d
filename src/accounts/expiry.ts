import { sql } from 'kysely'
import { z } from 'zod'
import { type Db, transaction } from '../platform/database/database.ts'
import { jobKind } from '../platform/jobs/kinds.ts'
import { RETIRED_MINUTES } from './signing-keys.ts'

export const expireSessions = jobKind('expire_sessions', z.strictObject({}))

/** Days for which an expired personal token is still listed. */
const LISTED_DAYS = 30

/**
 * Forgets sessions, links, challenges, tokens and keys past their time, authenticators that were set up halfway, and
 * counters of limits that no longer limit. Gives how many rows went, those that go with a row not counted.
 */
export async function forgetExpired(db: Db): Promise<number> {
  return transaction(db, async tx => {
    const expired = (table: 'sessions' | 'links' | 'challenges' | 'refresh_tokens' | 'token_families') =>
      tx.deleteFrom(table).where('expires_at', '<', sql<Date>`now()`).executeTakeFirst()
    const forgotten = [
      await expired('sessions'),
      await expired('links'),
      await expired('challenges'),
      // Set up halfway, and left.
      await tx
        .deleteFrom('authenticators')
        .where('confirmed_at', 'is', null)
        .where('created_at', '<', sql<Date>`now() - interval '1 day'`)
        .executeTakeFirst(),
      await expired('refresh_tokens'),
      await expired('token_families'),
      // A day longer than any of their access tokens could still be presented.
      await tx
        .deleteFrom('token_families')
        .where('ended_at', '<', sql<Date>`now() - interval '1 day'`)
        .executeTakeFirst(),
      await tx
        .deleteFrom('personal_tokens')
        .where('expires_at', '<', sql<Date>`now() - make_interval(days => ${sql.lit(LISTED_DAYS)})`)
        .executeTakeFirst(),
      await tx
        .deleteFrom('signing_keys')
        .where('retired_at', '<', sql<Date>`now() - make_interval(mins => ${sql.lit(RETIRED_MINUTES)})`)
        .executeTakeFirst(),
      // Milliseconds since 1970, as the library that counts writes it.
      await tx
        .deleteFrom('rate_limits')
        .where('expire', '<', sql<number>`extract(epoch from now()) * 1000`)
        .executeTakeFirst(),
    ]
    return forgotten.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0)
  })
}
