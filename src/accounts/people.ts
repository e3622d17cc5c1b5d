// What admins do with the people of this Xtablo. A disabled person keeps what they made and can't come in: what they had
// made to come in by ends in the same transaction, and every way to make more of it holds their row and looks. Whoever
// becomes an admin, or is none any more, signs in anew. Each of these holds the rows of all admins, so that two at once
// can't leave an Xtablo without one who can sign in.

import { sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'
import { mustLeaveAnAdmin } from './admins.ts'
import { type AuditKind, recordAudit } from './audit.ts'
import { endLinks, makeLink } from './links.ts'
import { signOutEverywhere } from './signing-out.ts'

/**
 * Disables an account: its sessions, links and refresh tokens are gone, its personal tokens are refused, its access
 * tokens within a minute. One that is disabled already stays so. Throws not_found for anybody but an admin and for nobody's id,
 * conflict for the admin's own.
 */
export async function disablePerson(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { role, disabled_at }) => {
    if (id === admin.id) throw new AppError('conflict', 'own_account')
    if (disabled_at) return
    if (role === 'admin') await mustLeaveAnAdmin(tx, id)
    await tx.updateTable('users').set({ disabled_at: sql`now()` }).where('id', '=', id).execute()
    await signOutEverywhere(tx, id)
    await endLinks(tx, id)
    await recordAudit(tx, { kind: 'person_disabled', subject: id, by: admin.id, address })
  })
}

/**
 * Lets a person sign in again; personal tokens that have not expired are good again too. One that is not disabled stays
 * so. Throws not_found for anybody but an admin and for nobody's id.
 */
export async function enablePerson(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { disabled_at }) => {
    if (!disabled_at) return
    await tx.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute()
    await recordAudit(tx, { kind: 'person_enabled', subject: id, by: admin.id, address })
  })
}

/** Makes a person an admin; they sign in anew. Throws as all of these do, and conflict for a disabled one. */
export async function makeAdmin(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { role, disabled_at }) => {
    if (disabled_at) throw new AppError('conflict', 'person_disabled')
    if (role !== 'admin') await changeRole(tx, id, 'admin', { by: admin.id, address })
  })
}

/** Takes the role away, one's own too; they sign in anew. Throws conflict when no other admin could sign in. */
export async function unmakeAdmin(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async (tx, { role }) => {
    if (role !== 'admin') return
    await mustLeaveAnAdmin(tx, id)
    await changeRole(tx, id, 'user', { by: admin.id, address })
  })
}

/** Ends one session of a person. Throws not_found when it is not theirs, too. */
export async function endSessionOf(
  db: Db,
  admin: Actor,
  id: string,
  session: string,
  address: string,
): Promise<void> {
  await managed(db, admin, id, async tx => {
    const ended = await tx
      .deleteFrom('sessions')
      .where('id', '=', session)
      .where('user_id', '=', id)
      .returning('id')
      .executeTakeFirst()
    if (!ended) throw notFound()
    await recordAudit(tx, { kind: 'person_session_ended', subject: id, by: admin.id, address })
  })
}

/** Signs a person out everywhere: their sessions, and the programs that they signed in to. Their personal tokens stay. */
export async function endSessionsOf(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async tx => {
    await signOutEverywhere(tx, id)
    await recordAudit(tx, { kind: 'person_sessions_ended', subject: id, by: admin.id, address })
  })
}

/** Makes a link that sets a new password and gives its token. Throws conflict for a disabled person. */
export async function offerResetTo(db: Db, admin: Actor, id: string, address: string): Promise<string> {
  return managed(db, admin, id, async (tx, { disabled_at }) => {
    if (disabled_at) throw new AppError('conflict', 'person_disabled')
    await recordAudit(tx, { kind: 'reset_link_made', subject: id, by: admin.id, address })
    return makeLink(tx, 'reset', id)
  })
}

/**
 * Makes the person with this e-mail an admin, for the command line; `enable` lets a disabled one in again first. Says
 * whether they were one already. Throws not_found, forbidden for a disabled one.
 */
export async function makeAdminByEmail(
  db: Db,
  email: string,
  { enable }: { enable: boolean },
): Promise<{ already: boolean }> {
  return transaction(db, async tx => {
    const person = await tx
      .selectFrom('users')
      .select(['id', 'role', 'disabled_at'])
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst()
    if (!person) throw notFound()
    const { id, role, disabled_at } = person
    if (disabled_at && !enable) throw new AppError('forbidden', 'account_disabled')
    if (disabled_at) {
      await tx.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute()
      await recordAudit(tx, { kind: 'person_enabled', subject: id, by: null, address: null })
    }
    if (role === 'admin') return { already: true }
    await changeRole(tx, id, 'admin', { by: null, address: null })
    return { already: false }
  })
}

async function changeRole(
  tx: Tx,
  id: string,
  role: 'user' | 'admin',
  by: { by: string | null; address: string | null },
): Promise<void> {
  const kind: AuditKind = role === 'admin' ? 'person_made_admin' : 'person_unmade_admin'
  await tx.updateTable('users').set({ role }).where('id', '=', id).execute()
  // An access token says the role that its bearer had.
  await signOutEverywhere(tx, id)
  await recordAudit(tx, { kind, subject: id, ...by })
}

interface Managed {
  role: 'user' | 'admin'
  disabled_at: Date | null
}

/** Runs a change of an account by somebody who is an admin at that moment, and not just disabled by the other one. */
export async function managed<T>(
  db: Db,
  admin: Actor,
  id: string,
  work: (tx: Tx, person: Managed) => Promise<T>,
): Promise<T> {
  return transaction(db, async tx => {
    const locked = await tx
      .selectFrom('users')
      .select(['id', 'role', 'disabled_at'])
      .where(eb => eb.or([eb('id', 'in', [admin.id, id]), eb('role', '=', 'admin')]))
      .orderBy('id')
      .forUpdate()
      .execute()
    const [asker, person] = [admin.id, id].map(each => locked.find(row => row.id === each))
    if (asker?.role !== 'admin' || asker.disabled_at || !person) throw notFound()
    return work(tx, person)
  })
}
