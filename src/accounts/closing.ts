// Closing one's account: first it is proved that it is the person themself, which takes its time, then all that is the
// account's goes in one transaction, of which the Tablos are another's part. The families of tokens stay, ended, for as
// long as an access token of theirs could be shown: so every process learns that it is good for nothing.

import { AppError, invalid, notFound } from '../errors.ts'
import type { Db, Reader, Tx } from '../platform/database/database.ts'
import { endAccess } from './access.ts'
import type { Actor, Origin } from './actor.ts'
import { mustLeaveAnAdmin } from './admins.ts'
import { type AuditDetails, recordAudit } from './audit.ts'
import type { SignInLimits } from './limits.ts'
import { isFresh } from './sessions.ts'
import { provePassword, type StoredHash } from './verified.ts'

/** Minutes after signing in for which somebody without a password can close their account. */
const FRESH_MINUTES = 15

/** By what it is proved: the password; without one, the address typed again in a session that has just begun. */
export interface ClosingProof {
  readonly password: string
  readonly email: string
  /** Undefined for a program, which then needs the password */
  readonly session: string | undefined
}

/** Whether an account has a password. */
export async function hasPassword(reader: Reader, actor: Actor): Promise<boolean> {
  return (await credentialsOf(reader, actor)).password_hash !== null
}

/**
 * Throws invalid for a wrong password, which counts as a failed sign-in, or a wrong address; conflict for a session that
 * began too long ago, and for a program where there is no password; too_many.
 */
export async function prove(
  db: Db,
  limits: SignInLimits,
  actor: Actor,
  { password, email, session }: ClosingProof,
  from: Origin,
): Promise<StoredHash> {
  const stored = await provePassword(db, limits, actor, { password }, from)
  if (stored !== null) return stored
  if (session === undefined) throw new AppError('conflict', 'closing_password')
  if (!(await isFresh(db, actor, session, FRESH_MINUTES))) throw new AppError('conflict', 'session_old')
  const { email: own } = await credentialsOf(db, actor)
  if (email.trim().toLowerCase() !== own) throw invalid('email', 'closing_email')
  return null
}

/**
 * Holds the account that is about to close, and those of all admins. Throws invalid when its password was changed
 * meanwhile, forbidden when it was disabled, conflict for the last admin who can sign in.
 */
export async function holdAccount(tx: Tx, { id }: Actor, proved: StoredHash): Promise<void> {
  const locked = await tx
    .selectFrom('users')
    .select(['id', 'role', 'password_hash', 'disabled_at'])
    .where(eb => eb.or([eb('id', '=', id), eb('role', '=', 'admin')]))
    .orderBy('id')
    .forUpdate()
    .execute()
  const own = locked.find(row => row.id === id)
  if (!own) throw notFound()
  if (own.disabled_at) throw new AppError('forbidden', 'account_disabled')
  if (own.password_hash !== proved) throw invalid('password', 'password_wrong')
  if (own.role === 'admin') await mustLeaveAnAdmin(tx, id)
}

/** Takes away all that is the account's; what the person made elsewhere stays, without their name. */
export async function eraseAccount(
  tx: Tx,
  { id }: Actor,
  address: string,
  details: AuditDetails,
): Promise<void> {
  await endAccess(tx, id)
  // As long as there is a name to be kept.
  await recordAudit(tx, { kind: 'account_closed', subject: id, by: id, address, details })
  await tx.deleteFrom('users').where('id', '=', id).execute()
}

async function credentialsOf(reader: Reader, { id }: Actor) {
  const row = await reader
    .selectFrom('users')
    .select(['email', 'password_hash'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound()
  return row
}
