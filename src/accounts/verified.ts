// Asking a signed-in person once more who they are, before what must not be done by whoever finds a browser left open.

import { AppError, invalid, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor, Origin } from './actor.ts'
import { recordAudit } from './audit.ts'
import type { SignInLimits } from './limits.ts'
import { verifyPassword } from './passwords.ts'
import { isFresh } from './sessions.ts'

/** How a person proves that it is they: by the password, or, without one, by a session that has just begun. */
export interface Proof {
  readonly current: string
  /** The id of the session */
  readonly session: string
}

/** What was verified, for `isStillStored`: the hash of the password, or that there is none. */
export type StoredHash = string | null

/**
 * Takes the proof of a signed-in person. Throws invalid for a wrong password, which counts as a failed sign-in; where
 * there is none, conflict unless the session is fresh; too_many.
 */
export async function proveAgain(
  db: Db,
  limits: SignInLimits,
  actor: Actor,
  { current, session }: Proof,
  from: Origin,
): Promise<StoredHash> {
  const stored = await provePassword(db, limits, actor, { current }, from)
  if (stored === null && !(await isFresh(db, actor, session))) throw new AppError('conflict', 'sign_in_again')
  return stored
}

/**
 * Takes the password of a signed-in person, by the field that it was typed into, and gives its hash; null for somebody who
 * has none. Throws invalid for a wrong one, which counts as a failed sign-in; too_many.
 */
export async function provePassword<F extends 'current' | 'password'>(
  db: Db,
  limits: SignInLimits,
  actor: Actor,
  given: Record<F, string>,
  from: Origin,
): Promise<StoredHash> {
  const user = await db
    .selectFrom('users')
    .select(['email', 'password_hash'])
    .where('id', '=', actor.id)
    .executeTakeFirst()
  if (!user) throw notFound()
  if (user.password_hash === null) return null
  await limits.attempt(user.email, from.address)
  const [[field, typed]] = Object.entries(given) as [[F, string]]
  if (!(await verifyPassword(typed, user.password_hash))) {
    await countFailure(db, limits, user.email, from)
    throw invalid(field, 'password_wrong')
  }
  await limits.succeeded(user.email, from.address)
  return user.password_hash
}

/** Counts a wrong password, wherever it was typed, and writes down when it is the one after which no more are taken. */
export async function countFailure(
  db: Db,
  limits: SignInLimits,
  email: string,
  { address }: Origin,
): Promise<void> {
  if (!(await limits.failed(email))) return
  await transaction(db, async tx => {
    const user = await tx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()
    if (user) await recordAudit(tx, { kind: 'sign_in_blocked', subject: user.id, by: null, address })
  })
}

/**
 * Whether the person's hash is still the one that was verified: verifying takes its time, and the password may have
 * been changed or reset meanwhile. From here to the end of the transaction nobody else changes it or disables the
 * account. Throws forbidden when it is disabled: only whoever knows the password is told.
 */
export async function isStillStored(tx: Tx, userId: string, verified: StoredHash): Promise<boolean> {
  const user = await tx
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', userId)
    .where('password_hash', 'is not distinct from', verified)
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
