// The people in a Tablo. Everything that changes who they are or what they may do happens under the Tablo's lock, so that
// of two owners who go at the same moment the second one finds that they are the last: a Tablo always has an owner.

import type { Actor } from '../accounts/actor.ts'
import { recordAudit } from '../accounts/audit.ts'
import { record } from '../activity/activity.ts'
import { AppError, notFound } from '../errors.ts'
import type { Db, Reader, Tx } from '../platform/database/database.ts'
import type { Role } from './roles.ts'
import { changing, type TabloState } from './tablos.ts'

/** Somebody in a Tablo, as its owners see them. */
export interface MemberDetails {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly since: Date
}

/** Everyone in a Tablo that the caller has found for its actor, in the order they came. Addresses are for owners alone. */
export async function listMemberDetails(reader: Reader, tabloId: string): Promise<MemberDetails[]> {
  return details(reader, tabloId).orderBy('members.created_at').orderBy('users.id').execute()
}

/** One of them. Throws not_found. */
export async function findMember(reader: Reader, tabloId: string, id: string): Promise<MemberDetails> {
  const row = await details(reader, tabloId).where('users.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** Gives a member another role. Throws not_found for nobody's id, conflict for the last owner. */
export async function changeRole(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  role: Role,
  address: string,
): Promise<void> {
  await changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    const member = await findMember(tx, tabloId, id)
    if (member.role === role) return
    if (member.role === 'owner') await mustLeaveAnOwner(tx, tabloId, id)
    await setRole(tx, actor, tablo, member, role, address)
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'member_role_changed',
      payload: { name: member.name, from: member.role, to: role },
    })
  })
}

/**
 * Makes a member the owner in the actor's place, who edits from then on. Throws not_found for nobody's id, conflict for
 * the actor's own.
 */
export async function transfer(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  address: string,
): Promise<void> {
  await changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    const [to, from] = [await findMember(tx, tabloId, id), await findMember(tx, tabloId, actor.id)]
    if (id === actor.id) throw new AppError('conflict', 'own_transfer')
    if (to.role !== 'owner') await setRole(tx, actor, tablo, to, 'owner', address)
    await setRole(tx, actor, tablo, from, 'editor', address)
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'tablo_transferred',
      payload: { name: to.name },
    })
  })
}

/**
 * Takes somebody out of a Tablo, whose next request finds nothing there; what they made stays. Whatever would let them
 * back in ends too: an invitation of their address, and the links of those that they sent. Throws not_found for nobody's
 * id, conflict for the last owner.
 */
export async function removeMember(
  db: Db,
  actor: Actor,
  tabloId: string,
  id: string,
  address: string,
): Promise<void> {
  // One's own going is the same by whichever button.
  if (id === actor.id) {
    await changing(db, actor, tabloId, 'members', (tx, tablo) => go(tx, actor, tablo, address))
    return
  }
  await changing(db, actor, tabloId, 'members', async (tx, tablo) => {
    const member = await findMember(tx, tabloId, id)
    if (member.role === 'owner') await mustLeaveAnOwner(tx, tabloId, id)
    await tx
      .deleteFrom('invitations')
      .where('tablo_id', '=', tabloId)
      .where(eb => eb.or([eb('email', '=', member.email), eb('invited_by', '=', id)]))
      .execute()
    await drop(tx, actor, tablo, member, 'member_removed', address)
    await record(tx, {
      tablo: tabloId,
      subject: id,
      actor: actor.id,
      kind: 'member_removed',
      payload: { name: member.name },
    })
  })
}

/** Leaves a Tablo. Throws conflict for its last owner. */
export async function leave(db: Db, actor: Actor, tabloId: string, address: string): Promise<void> {
  await changing(db, actor, tabloId, 'leave', (tx, tablo) => go(tx, actor, tablo, address))
}

async function go(tx: Tx, actor: Actor, tablo: TabloState, address: string): Promise<void> {
  const member = await findMember(tx, tablo.id, actor.id)
  if (member.role === 'owner') await mustLeaveAnOwner(tx, tablo.id, actor.id)
  await drop(tx, actor, tablo, member, 'member_left', address)
  await record(tx, {
    tablo: tablo.id,
    subject: actor.id,
    actor: actor.id,
    kind: 'member_left',
    payload: { name: member.name },
  })
}

/** Throws conflict when nobody but this one owns the Tablo, whose lock the transaction holds. */
async function mustLeaveAnOwner(tx: Tx, tabloId: string, without: string): Promise<void> {
  const other = await tx
    .selectFrom('members')
    .select('user_id')
    .where('tablo_id', '=', tabloId)
    .where('role', '=', 'owner')
    .where('user_id', '<>', without)
    .limit(1)
    .executeTakeFirst()
  if (!other) throw new AppError('conflict', 'last_owner')
}

/** Ends the links that whoever owned a Tablo made for anybody: they know them, and would be what they were by one. */
export async function endOpenLinks(tx: Tx, tabloId: string, by: string): Promise<void> {
  await tx
    .deleteFrom('invitations')
    .where('tablo_id', '=', tabloId)
    .where('invited_by', '=', by)
    .where('open', '=', true)
    .where('accepted_at', 'is', null)
    .execute()
}

/** Gives a member another role, in the Tablo whose lock the transaction holds. */
export async function setRole(
  tx: Tx,
  actor: Actor,
  tablo: Pick<TabloState, 'id' | 'title'>,
  { id, role: from }: Pick<MemberDetails, 'id' | 'role'>,
  to: Role,
  address: string,
): Promise<void> {
  await tx
    .updateTable('members')
    .set({ role: to })
    .where('tablo_id', '=', tablo.id)
    .where('user_id', '=', id)
    .execute()
  if (from === 'owner') await endOpenLinks(tx, tablo.id, id)
  const details = { tablo: tablo.id, from, to }
  await recordAudit(tx, { kind: 'member_role_changed', subject: id, by: actor.id, address, details })
}

async function drop(
  tx: Tx,
  actor: Actor,
  tablo: TabloState,
  { id, role }: MemberDetails,
  kind: 'member_removed' | 'member_left',
  address: string,
): Promise<void> {
  await tx.deleteFrom('members').where('tablo_id', '=', tablo.id).where('user_id', '=', id).execute()
  await endOpenLinks(tx, tablo.id, id)
  const details = { tablo: tablo.id, role }
  await recordAudit(tx, { kind, subject: id, by: actor.id, address, details })
}

const details = (reader: Reader, tabloId: string) =>
  reader
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .where('tablo_id', '=', tabloId)
    .select(['users.id', 'users.name', 'users.email', 'members.role', 'members.created_at as since'])
