// A new password, by the one before, by a link, or as the first one: whichever it is, all that was open before ends.

import { AppError, invalid, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor, Origin } from './actor.ts'
import { endOtherWaysIn, verifyEmail } from './addresses.ts'
import { type Arrival, arrive } from './arriving.ts'
import { recordAudit } from './audit.ts'
import type { SignInLimits } from './limits.ts'
import { endLinks, mustBeLive, takeLink } from './links.ts'
import { enqueueNotice } from './mails.ts'
import { hashPassword } from './passwords.ts'
import { startSession } from './sessions.ts'
import { signOutEverywhere } from './signing-out.ts'
import { isStillStored, provePassword } from './verified.ts'

/**
 * Changes the password, ends every session and every refresh token, and gives the token of a new session for this
 * browser. A wrong current password is invalid, and counts as a failed sign-in.
 */
export async function changePassword(
  db: Db,
  limits: SignInLimits,
  person: Actor,
  given: { current: string; password: string },
  from: Origin,
): Promise<string> {
  const { current, password } = given
  const stored = await provePassword(db, limits, person, { current }, from)
  if (stored === null) throw invalid('current', 'password_wrong')
  const passwordHash = await hashPassword(password)
  return transaction(db, async tx => {
    if (!(await isStillStored(tx, person.id, stored))) throw invalid('current', 'password_wrong')
    await replacePassword(tx, person.id, passwordHash, 'password_changed', from)
    return startSession(tx, person.id, from)
  })
}

/**
 * Gives a password to a person who has none, ends every session and every refresh token, and gives the token of a new
 * session for this browser. Throws invalid when the person has one already.
 */
export async function addPassword(db: Db, actor: Actor, password: string, from: Origin): Promise<string> {
  const passwordHash = await hashPassword(password)
  return transaction(db, async tx => {
    const user = await tx
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', actor.id)
      .forUpdate()
      .executeTakeFirst()
    if (!user) throw notFound()
    if (user.password_hash) throw invalid('current', 'password_wrong')
    await replacePassword(tx, actor.id, passwordHash, 'password_added', from)
    return startSession(tx, actor.id, from)
  })
}

/**
 * Sets a new password by a reset link, ends every session and every refresh token, forgets the failures to sign in and
 * lets the person arrive: a second factor is asked for as ever. A link that was mailed proves the address too. Throws
 * not_found.
 */
export async function resetPassword(
  db: Db,
  limits: SignInLimits,
  token: string,
  password: string,
  from: Origin,
): Promise<Arrival> {
  const { userId } = await mustBeLive(db, 'reset', token)
  if (!userId) throw notFound()
  const passwordHash = await hashPassword(password)
  const { email, arrival } = await transaction(db, async tx => {
    // Before the link, as everybody takes them who ends the links of a person.
    const query = tx.selectFrom('users').select(['id', 'email']).where('id', '=', userId).forUpdate()
    const user = await query.executeTakeFirst()
    const { email: mailedTo } = await takeLink(tx, 'reset', token)
    if (!user) throw notFound()
    const { id, email } = user
    await replacePassword(tx, id, passwordHash, 'password_reset', from)
    if (mailedTo === email && (await verifyEmail(tx, id, from))) await endOtherWaysIn(tx, id, from)
    return { email, arrival: await arrive(tx, id, from) }
  })
  await limits.forget(email)
  return arrival
}

async function replacePassword(
  tx: Tx,
  userId: string,
  passwordHash: string,
  kind: 'password_changed' | 'password_reset' | 'password_added',
  from: Origin,
): Promise<void> {
  const changed = await tx
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!changed) throw new AppError('forbidden', 'account_disabled')
  await endLinks(tx, userId)
  await signOutEverywhere(tx, userId)
  await recordAudit(tx, { kind, subject: userId, by: userId, address: from.address })
  await enqueueNotice(tx, 'password_changed', userId, from)
}
