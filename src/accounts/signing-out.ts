import type { Tx } from '../platform/database/database.ts'
import { endAccess } from './access.ts'
import { endChallenges } from './challenges.ts'
import { endAllSessions } from './sessions.ts'

/**
 * Ends all by which a person is in, or halfway in: their sessions, the programs that they signed in to, and the steps of a
 * sign-in that have been asked and not answered. Their personal tokens stay. The transaction holds their row.
 */
export async function signOutEverywhere(tx: Tx, userId: string): Promise<void> {
  await endAllSessions(tx, userId)
  await endAccess(tx, userId)
  await endChallenges(tx, userId)
}
