// A person's e-mail address: that it is theirs, and another one. Only a link that was mailed there proves it, and only to
// the person who is signed in: whoever mistypes their address has mailed the link to somebody else, who must not become
// the owner of the account by it, and whoever made an account with another's address is not helped by a careless press.

import { sql } from 'kysely'
import { AppError, invalid, notFound } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import type { Actor, Origin, Person } from './actor.ts'
import type { AskingLimits } from './asking.ts'
import { recordAudit } from './audit.ts'
import type { SignInLimits } from './limits.ts'
import { endLinks, type Link, mustBeLive, takeLink } from './links.ts'
import { enqueueEmailChange, enqueueNotice, enqueueReset, enqueueVerification } from './mails.ts'
import { startSession } from './sessions.ts'
import { signOutEverywhere } from './signing-out.ts'
import { isStillStored, type Proof, proveAgain } from './verified.ts'

const OTHER_WAYS_IN = [
  'personal_tokens',
  'identities',
  'passkeys',
  'authenticators',
  'recovery_codes',
] as const

const KINDS: Link['kind'][] = ['verify', 'change_email']

/** Since when a person's address is known to be theirs; null when it is not. */
export async function verifiedAt(reader: Reader, actor: Actor): Promise<Date | null> {
  const query = reader.selectFrom('users').select('email_verified_at').where('id', '=', actor.id)
  const row = await query.executeTakeFirst()
  if (!row) throw notFound()
  return row.email_verified_at
}

/** Mails a reset link to whoever has this address, if anybody: the same is done here for any. Throws too_many. */
export async function askReset(db: Db, limits: AskingLimits, email: string, from: Origin): Promise<void> {
  if (await limits.reset(email, from.address)) await transaction(db, tx => enqueueReset(tx, email, from))
}

/** Mails the person a link that proves their address. Throws too_many. */
export async function askVerification(
  db: Db,
  limits: AskingLimits,
  { id, email }: Person,
  from: Origin,
): Promise<void> {
  if (await limits.address(id, email)) await transaction(db, tx => enqueueVerification(tx, id, from))
}

/**
 * Mails a link to a new address, which becomes the person's when they follow it. Nothing tells whether somebody has that
 * address. Throws invalid for the address they have, what `proveAgain` throws, and too_many.
 */
export async function askEmailChange(
  db: Db,
  limits: { signIn: SignInLimits; asking: AskingLimits },
  person: Person,
  { email, ...proof }: Proof & { email: string },
  from: Origin,
): Promise<void> {
  if (email === person.email) throw invalid('email', 'email_same')
  const stored = await proveAgain(db, limits.signIn, person, proof, from)
  const mayGo = await limits.asking.address(person.id, email)
  await transaction(db, async tx => {
    if (!(await isStillStored(tx, person.id, stored))) throw invalid('current', 'password_wrong')
    if (mayGo) await enqueueEmailChange(tx, person.id, email, from)
    await recordAudit(tx, audited('email_change_asked', person, from))
  })
}

/** The address that a link is for. Throws not_found for a link that is dead, or for somebody else. */
export async function addressOf(reader: Reader, actor: Actor, token: string): Promise<string> {
  const { userId, email } = await mustBeLive(reader, KINDS, token).catch(elsewhere)
  if (userId !== actor.id || !email) throw dead()
  return email
}

/**
 * Takes the address that a link was mailed to as the person's own. A new one ends every session and every refresh token,
 * as a new password does, since links to set one come there now; the old one is told. Gives the token of a new session
 * in that case. Throws not_found for a link that is dead or for somebody else, conflict when the address was taken.
 */
export async function confirmAddress(
  db: Db,
  actor: Actor,
  token: string,
  from: Origin,
): Promise<string | undefined> {
  return transaction(db, async tx => {
    const person = await tx
      .selectFrom('users')
      .select(['id', 'email'])
      .where('id', '=', actor.id)
      .where('disabled_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    const link = await takeLink(tx, KINDS, token).catch(elsewhere)
    if (!person || link.userId !== person.id || !link.email) throw dead()
    if (link.kind === 'change_email') return changeEmail(tx, person, link.email, from)
    if (link.email !== person.email) throw dead()
    await verifyEmail(tx, person.id, from)
    return undefined
  })
}

/** Writes down that the address is the person's; nothing when that was known. */
export async function verifyEmail(tx: Tx, userId: string, from: Pick<Origin, 'address'>): Promise<boolean> {
  const verified = await tx
    .updateTable('users')
    .set({ email_verified_at: sql`now()` })
    .where('id', '=', userId)
    .where('email_verified_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (verified) await recordAudit(tx, audited('email_verified', { id: userId }, from))
  return verified !== undefined
}

/**
 * Ends what else than the password lets somebody in or is asked of them, and writes down when there was any. For an account
 * whose address is proved for the first time from outside of it: whoever made it, with an address that was not theirs,
 * may have left a way back, or a second factor that keeps its owner out. `also`: a password went, too.
 */
export async function endOtherWaysIn(
  tx: Tx,
  userId: string,
  from: Pick<Origin, 'address'>,
  also = false,
): Promise<void> {
  let ended = also
  for (const table of OTHER_WAYS_IN) {
    const { numDeletedRows } = await tx.deleteFrom(table).where('user_id', '=', userId).executeTakeFirst()
    ended ||= numDeletedRows > 0n
  }
  for (const table of ['challenges', 'devices'] as const)
    await tx.deleteFrom(table).where('user_id', '=', userId).execute()
  if (ended) await recordAudit(tx, audited('ways_in_removed', { id: userId }, from))
}

async function changeEmail(tx: Tx, person: { id: string; email: string }, email: string, from: Origin) {
  const { id, email: before } = person
  try {
    await tx.updateTable('users').set({ email, email_verified_at: sql`now()` }).where('id', '=', id).execute()
  } catch (error) {
    throw violates(error, 'users_email_unique') ? new AppError('conflict', 'email_taken') : error
  }
  await endLinks(tx, id)
  await signOutEverywhere(tx, id)
  await recordAudit(tx, audited('email_changed', person, from))
  await enqueueNotice(tx, 'email_changed', id, from, before)
  return startSession(tx, id, from)
}

const audited = <K extends string>(
  kind: K,
  { id }: { id: string },
  { address }: Pick<Origin, 'address'>,
) => ({
  kind,
  subject: id,
  by: id,
  address,
})

const dead = () => new AppError('not_found', 'link_elsewhere')

/** That a link is dead and that it is somebody else's is one answer. */
function elsewhere(error: unknown): never {
  throw error instanceof AppError && error.text === 'link_dead' ? dead() : error
}
