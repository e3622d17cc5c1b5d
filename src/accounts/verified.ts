import { AppError, invalid } from '../errors.ts'
import type { Reader, Tx } from '../platform/database/database.ts'
import type { Actor, Origin, Person } from './actor.ts'
import type { SignInLimits } from './limits.ts'
import { verifyPassword } from './passwords.ts'

/**
 * Asks a signed-in person for their password once more, and gives its hash, for `isStillStored`. Throws invalid for a
 * wrong one, which counts as a failed sign-in; too_many.
 */
export async function provePassword(
  reader: Reader,
  limits: SignInLimits,
  person: Person,
  current: string,
  { address }: Origin,
): Promise<string> {
  await limits.attempt(person.email, address)
  const user = await reader
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', person.id)
    .executeTakeFirst()
  const stored = user?.password_hash ?? null
  if (!(await verifyPassword(current, stored)) || !stored) {
    await limits.failed(person.email)
    throw invalid('current', 'password_wrong')
  }
  await limits.succeeded(person.email, address)
  return stored
}

/**
 * Whether the person's hash is still the one that was verified: verifying takes its time, and the password may have
 * been changed or reset meanwhile. From here to the end of the transaction nobody else changes it or disables the
 * account. Throws forbidden when it is disabled: only whoever knows the password is told.
 */
export async function isStillStored(tx: Tx, userId: string, verified: string): Promise<boolean> {
  const user = await tx
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', userId)
    .where('password_hash', '=', verified)
    .forUpdate()
    .executeTakeFirst()
  if (user?.disabled_at) throw new AppError('forbidden', 'account_disabled')
  return user !== undefined
}

/**
 * Holds the person's row to the end of the transaction, so that what comes in by them or changes how they come in happens
 * one after the other. Throws forbidden for a disabled account, unauthenticated when it is gone.
 */
export async function lockPerson(tx: Tx, userId: string): Promise<Actor> {
  const user = await tx
    .selectFrom('users')
    .select(['id', 'role', 'disabled_at'])
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst()
  if (!user) throw new AppError('unauthenticated', 'challenge_over')
  if (user.disabled_at) throw new AppError('forbidden', 'account_disabled')
  return { id: user.id, role: user.role }
}

/**
 * The e-mail of a person at this moment, which stays theirs to the end of the transaction. Throws unauthenticated when
 * they are gone, forbidden when the account was disabled meanwhile.
 */
export async function holdEmail(tx: Tx, actor: Actor): Promise<string> {
  const person = await tx
    .selectFrom('users')
    .select(['email', 'disabled_at'])
    .where('id', '=', actor.id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!person) throw new AppError('unauthenticated', 'token_invalid')
  if (person.disabled_at) throw new AppError('forbidden', 'account_disabled')
  return person.email
}
