// A challenge is what a browser was asked and has not answered yet: the second step of a sign-in, or a passkey. Its cookie
// holds 32 random bytes of which the row has only the hash, so it is bound to the browser; the row says whom and what it
// is for. It is good for five minutes, and answered once.

import { sql } from 'kysely'
import type { Reader, Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { hashToken, newToken } from './tokens.ts'

/**
 * `second`: the second step of a sign-in; `passkey`: a sign-in by a passkey alone, of whoever it is; `confirm`: that
 * the person is still there who is signed in; `register`: a new passkey.
 */
export type ChallengeKind = 'second' | 'passkey' | 'confirm' | 'register'

/** Minutes */
export const CHALLENGE_LIFE = 5

/** Wrong answers to a second step, after which one signs in again. */
const TRIES = 5

export interface Challenge {
  readonly userId: string | null
  /** What a passkey is to sign */
  readonly challenge: string | null
}

/** Makes a challenge and gives the token for the browser's cookie. */
export async function makeChallenge(
  tx: Tx,
  kind: ChallengeKind,
  { userId, challenge }: Challenge,
): Promise<string> {
  const token = newToken()
  const expires_at = sql<Date>`now() + make_interval(mins => ${sql.lit(CHALLENGE_LIFE)})`
  const values = { id: newId(), token_hash: hashToken(token), kind, user_id: userId, challenge, expires_at }
  await tx.insertInto('challenges').values(values).execute()
  return token
}

/** The person whose second step this browser stands at, while it may be tried. */
export async function findSecondStep(reader: Reader, token: string): Promise<string | undefined> {
  const row = await reader
    .selectFrom('challenges')
    .select('user_id')
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', 'second' satisfies ChallengeKind)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('attempts', '<', TRIES)
    .executeTakeFirst()
  return row?.user_id ?? undefined
}

/** Counts a try at a second step, before it is looked at. Gives what was asked; nothing when it may not be tried any more. */
export async function tryChallenge(
  tx: Tx,
  token: string,
  userId: string,
): Promise<{ challenge: string | null } | undefined> {
  return tx
    .updateTable('challenges')
    .set(({ eb }) => ({ attempts: eb('attempts', '+', 1) }))
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', 'second' satisfies ChallengeKind)
    .where('user_id', '=', userId)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('attempts', '<', TRIES)
    .returning('challenge')
    .executeTakeFirst()
}

/** Asks a passkey in a second step, in place of one that it was asked before. Says whether there is such a step. */
export async function askInSecondStep(tx: Tx, token: string, challenge: string): Promise<boolean> {
  const asked = await tx
    .updateTable('challenges')
    .set({ challenge })
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', 'second' satisfies ChallengeKind)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst()
  return asked !== undefined
}

/** Uses a challenge up and gives what was asked; nothing when it is another's, another kind's, over, or was answered. */
export async function takeChallenge(
  tx: Tx,
  kind: ChallengeKind,
  token: string,
  userId: string | null,
): Promise<string | undefined> {
  const row = await tx
    .deleteFrom('challenges')
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', kind)
    .where('user_id', 'is not distinct from', userId)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('challenge')
    .executeTakeFirst()
  return row?.challenge ?? undefined
}

/** Ends all challenges of a person. */
export async function endChallenges(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('challenges').where('user_id', '=', userId).execute()
}
