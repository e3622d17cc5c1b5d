import { AppError } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor, Origin } from './actor.ts'
import { type Arrival, arrive } from './arriving.ts'
import type { SignInLimits } from './limits.ts'
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts'
import { dropToken } from './sessions.ts'
import { countFailure, isStillStored } from './verified.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
}

/** Receives a person by their password; the browser's earlier session ends. Throws as `withCredentials`. */
export async function signIn(
  db: Db,
  limits: SignInLimits,
  given: Credentials,
  from: Origin,
): Promise<Arrival> {
  return withCredentials(db, limits, given, from, (tx, { id }) => arrive(tx, id, from))
}

/**
 * Runs `work` for the person whose credentials these are, in a transaction that holds their row. An unknown e-mail and a
 * wrong password are told apart neither by the error (unauthenticated) nor by the time it takes. Throws forbidden for
 * the right password of a disabled account, and too_many past the limits.
 */
export async function withCredentials<T>(
  db: Db,
  limits: SignInLimits,
  given: Credentials,
  from: Origin,
  work: (tx: Tx, actor: Actor) => Promise<T>,
): Promise<T> {
  await limits.attempt(given.email, from.address)
  const user = await db
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where('email', '=', given.email)
    .executeTakeFirst()
  const stored = user?.password_hash ?? null
  if (!(await verifyPassword(given.password, stored)) || !user || !stored) {
    await countFailure(db, limits, given.email, from)
    throw new AppError('unauthenticated', 'wrong_credentials')
  }
  await limits.succeeded(given.email, from.address)
  const raised = isOutdated(stored) ? await hashPassword(given.password) : undefined
  return transaction(db, async tx => {
    if (!(await isStillStored(tx, user.id, stored)))
      throw new AppError('unauthenticated', 'wrong_credentials')
    if (raised)
      await tx.updateTable('users').set({ password_hash: raised }).where('id', '=', user.id).execute()
    // As it is now: meanwhile it may have been given or taken.
    const held = tx.selectFrom('users').select(['id', 'role']).where('id', '=', user.id)
    return work(tx, await held.executeTakeFirstOrThrow())
  })
}

/** Ends the session of a token. */
export async function signOut(db: Db, token: string): Promise<void> {
  await transaction(db, tx => dropToken(tx, token))
}
