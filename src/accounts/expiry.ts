import { sql } from 'kysely'
import { z } from 'zod'
import { type Db, transaction } from '../platform/database/database.ts'
import { jobKind } from '../platform/jobs/kinds.ts'

export const expireSessions = jobKind('expire_sessions', z.strictObject({}))

/** Forgets sessions and links past their time, and counters of limits that no longer limit. Gives how many rows went. */
export async function forgetExpired(db: Db): Promise<number> {
  return transaction(db, async tx => {
    const sessions = await tx
      .deleteFrom('sessions')
      .where('expires_at', '<', sql<Date>`now()`)
      .executeTakeFirst()
    const links = await tx.deleteFrom('links').where('expires_at', '<', sql<Date>`now()`).executeTakeFirst()
    // Milliseconds since 1970, as the library that counts writes it.
    const limits = await tx
      .deleteFrom('rate_limits')
      .where('expire', '<', sql<number>`extract(epoch from now()) * 1000`)
      .executeTakeFirst()
    return Number(sessions.numDeletedRows + links.numDeletedRows + limits.numDeletedRows)
  })
}
