// Whom the owners of a Tablo have asked in. An invitation is bound to its address, or by choice open to whoever has the
// link. Its link is made when it is needed: by the job that mails it (invitation-mail.ts), or here to be shown once and passed
// on by hand. There is one link at a time, so the newest is the one that works. Everything happens under the Tablo's
// lock; who takes an invitation is told in joining.ts.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { recordAudit } from '../accounts/audit.ts'
import { hashToken, newToken } from '../accounts/tokens.ts'
import { AppError, invalid, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { enqueue } from '../platform/jobs/enqueue.ts'
import type { Language } from '../texts/locale.ts'
import { mustMayInvite } from './invitation-limits.ts'
import { isPending } from './invitation-listing.ts'
import type { InvitationFields } from './invitation-schema.ts'
import { sendInvitation } from './inviting.ts'
import { changing, type TabloState } from './tablos.ts'

/** Days for which a link is good. */
const INVITATION_DAYS = 7

/** Pending ones of one Tablo. */
const MOST = 200

/** How the link gets to whom it is for: by mail, or it is given to the owner to pass on. */
export type Way = 'mail' | 'hand'

interface By {
  readonly address: string
  /** What the mail is written in to somebody who has chosen no language here, unless the actor has chosen one */
  readonly language: Language
  readonly way: Way
}

/**
 * Asks somebody into a Tablo. Asking the same address again changes the role and sends anew. Gives the invitation's id,
 * and by hand the token of its link, this once. Throws invalid for an address that is a member's or the actor's own,
 * conflict in an archived Tablo and past 200 pending ones, too_many past the mails of a day.
 */
export async function invite(
  db: Db,
  actor: Actor,
  tabloId: string,
  { email, role, open }: InvitationFields,
  { address, language, way }: By,
): Promise<{ id: string; token?: string }> {
  return changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    mustBeActive(tablo)
    const own = await tx
      .selectFrom('users')
      .select(['email', 'language'])
      .where('id', '=', actor.id)
      .executeTakeFirst()
    if (own?.email === email) throw invalid('email', 'invited_self')
    if (await isMember(tx, tabloId, email)) throw invalid('email', 'invited_member')
    const values = {
      tablo_id: tabloId,
      email,
      role,
      open,
      invited_by: actor.id,
      language: own?.language ?? language,
      created_at: sql<Date>`now()`,
      expires_at: expiry,
      token_hash: null,
      mailed: false,
      mailing: null,
      sent_at: null,
      accepted_at: null,
      accepted_by: null,
    }
    const { id } = await tx
      .insertInto('invitations')
      .values({ id: newId(), ...values })
      .onConflict(conflict => conflict.constraint('invitations_once').doUpdateSet(values))
      .returning('id')
      .executeTakeFirstOrThrow()
    if ((await countPending(tx, tabloId)) > MOST) throw new AppError('conflict', 'invitations_many')
    return { id, ...(await send(tx, actor, tablo, { id, email, role, open }, way, address)) }
  })
}

/**
 * Sends a pending invitation anew, good for seven days from now, and gives by hand the token of its link. Links of before
 * end. Throws not_found, and conflict and too_many as `invite`.
 */
export async function resend(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  { address, way }: Pick<By, 'address' | 'way'>,
): Promise<{ token?: string }> {
  return changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    mustBeActive(tablo)
    const invitation = await tx
      .updateTable('invitations')
      // By whoever sends it now: they may get to know the link, and when they are out it ends.
      .set({ invited_by: actor.id, expires_at: expiry, token_hash: null })
      .set({ mailed: false, mailing: null, sent_at: null })
      .where('id', '=', id)
      .where('tablo_id', '=', tabloId)
      .where(isPending)
      .returning(['id', 'email', 'role', 'open'])
      .executeTakeFirst()
    if (!invitation) throw notFound()
    return send(tx, actor, tablo, invitation, way, address)
  })
}

/** Takes a pending invitation back; its link ends. Throws not_found. */
export async function withdraw(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  address: string,
): Promise<void> {
  await changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    const gone = await tx
      .deleteFrom('invitations')
      .where('id', '=', id)
      .where('tablo_id', '=', tabloId)
      .where(isPending)
      .returning(['email', 'role', 'open'])
      .executeTakeFirst()
    if (!gone) throw notFound()
    await audit(tx, 'invitation_withdrawn', actor, tablo, gone, address)
  })
}

/** Forgets invitations past their time. */
export async function forgetInvitations(db: Db): Promise<void> {
  await transaction(db, tx =>
    tx.deleteFrom('invitations').where('expires_at', '<', sql<Date>`now()`).execute(),
  )
}

const expiry = sql<Date>`now() + make_interval(days => ${sql.lit(INVITATION_DAYS)})`

function mustBeActive({ archivedAt }: TabloState): void {
  if (archivedAt) throw new AppError('conflict', 'invited_archived')
}

async function isMember(tx: Tx, tabloId: string, email: string): Promise<boolean> {
  const row = await tx
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select('users.id')
    .where('tablo_id', '=', tabloId)
    .where('users.email', '=', email)
    .executeTakeFirst()
  return row !== undefined
}

async function countPending(tx: Tx, tabloId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('invitations')
    .select(sql<number>`count(*)`.as('count'))
    .where('tablo_id', '=', tabloId)
    .where(isPending)
    .executeTakeFirstOrThrow()
  return count
}

/** Has the link mailed, or makes it here. */
async function send(
  tx: Tx,
  actor: Actor,
  tablo: TabloState,
  invitation: InvitationFields & { id: string },
  way: Way,
  address: string,
): Promise<{ token?: string }> {
  const { id, email } = invitation
  if (way === 'hand') {
    const token = newToken()
    const link = { token_hash: hashToken(token), sent_at: sql<Date>`now()` }
    await tx.updateTable('invitations').set(link).where('id', '=', id).execute()
    await audit(tx, 'invitation_link_made', actor, tablo, invitation, address)
    return { token }
  }
  await mustMayInvite(tx, actor, tablo.id, email)
  const mailing = newId()
  await tx.updateTable('invitations').set({ mailing }).where('id', '=', id).execute()
  await audit(tx, 'invitation_sent', actor, tablo, invitation, address)
  await enqueue(tx, sendInvitation, { invitation: id, mailing })
  return {}
}

async function audit(
  tx: Tx,
  kind: 'invitation_sent' | 'invitation_link_made' | 'invitation_withdrawn',
  actor: Actor,
  { id }: TabloState,
  { email, role, open }: InvitationFields,
  address: string,
): Promise<void> {
  const details = { email, role, for: open ? 'anyone' : 'address' }
  await recordAudit(tx, { kind, subject: id, by: actor.id, address, details })
}
