// How somebody who was invited comes in. An invitation is taken once: whoever took it and presses again is led into the
// Tablo, for anybody else it is gone. A link that went by mail to the one address it is bound to proves that whoever
// follows it reads that address; an open one may have been passed on, and one that was shown to an owner proves nothing.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { verifyEmail } from '../accounts/addresses.ts'
import { recordAudit } from '../accounts/audit.ts'
import { hashToken } from '../accounts/tokens.ts'
import { holdEmail } from '../accounts/verified.ts'
import { record } from '../activity/activity.ts'
import { AppError } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { inTurn } from '../platform/database/turns.ts'
import type { Role } from './roles.ts'

/** What whoever has the link may know. */
export interface Offer {
  readonly id: string
  readonly tabloId: string
  readonly title: string
  /** Null when they are gone */
  readonly inviter: string | null
  readonly role: Role
  readonly email: string
  readonly open: boolean
  /** Whoever has the link reads the address */
  readonly proves: boolean
  /** Somebody has taken it */
  readonly taken: boolean
}

/** What a link offers; one that was taken is still found until its time is over. Throws not_found. */
export async function findOffer(reader: Reader, token: string): Promise<Offer> {
  return offerOf(await offers(reader, token).executeTakeFirst())
}

/** Whether somebody is in the Tablo of a link. */
export async function isInside(reader: Reader, { id }: Actor, { tabloId }: Offer): Promise<boolean> {
  return (await memberships(reader, id, tabloId).executeTakeFirst()) !== undefined
}

/** Whether anybody has an account with the address of a link, for whoever has shown that they read it. */
export async function hasAccount(reader: Reader, { email }: Offer): Promise<boolean> {
  const row = await reader.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()
  return row !== undefined
}

/**
 * Takes the invitation of a link and gives the Tablo's id. For a member it is that alone, and the link stays as it is.
 * Throws not_found for a link that is dead or was taken by somebody else, forbidden when it is bound to another address.
 */
export async function accept(db: Db, actor: Actor, token: string, address: string): Promise<string> {
  const { tabloId } = await findOffer(db, token)
  return inTurn(tabloId, () => transaction(db, tx => join(tx, actor, token, address)))
}

/** The same inside a transaction, for whoever has just got an account by the link. */
export async function join(tx: Tx, actor: Actor, token: string, address: string): Promise<string> {
  const offer = await lockOffer(tx, token)
  const { tabloId, role } = offer
  const email = await holdEmail(tx, actor)
  if (await isInside(tx, actor, offer)) return tabloId
  if (offer.taken) throw dead()
  if (!offer.open && email !== offer.email) throw new AppError('forbidden', 'invitation_other_address')
  if (offer.proves) await verifyEmail(tx, actor.id, { address })
  await tx.insertInto('members').values({ tablo_id: tabloId, user_id: actor.id, role }).execute()
  await tx
    .updateTable('invitations')
    .set({ accepted_at: sql`now()`, accepted_by: actor.id, mailing: null })
    .where('id', '=', offer.id)
    .execute()
  // Whoever is in needs no other one.
  await tx
    .deleteFrom('invitations')
    .where('tablo_id', '=', tabloId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .execute()
  const details = { email: offer.email, role }
  await recordAudit(tx, { kind: 'invitation_accepted', subject: tabloId, by: actor.id, address, details })
  const { name } = await tx
    .selectFrom('users')
    .select('name')
    .where('id', '=', actor.id)
    .executeTakeFirstOrThrow()
  await record(tx, {
    tablo: tabloId,
    subject: actor.id,
    actor: actor.id,
    kind: 'member_joined',
    payload: { name, role },
  })
  return tabloId
}

/** The offer, held: first its Tablo, as in every change of one, then its own row, whose link a job may be replacing. */
async function lockOffer(tx: Tx, token: string): Promise<Offer> {
  const { tabloId } = await findOffer(tx, token)
  await tx.selectFrom('tablos').select('id').where('id', '=', tabloId).forNoKeyUpdate().execute()
  return offerOf(await offers(tx, token).forUpdate('invitations').executeTakeFirst())
}

const memberships = (reader: Reader, person: string, tabloId: string) =>
  reader.selectFrom('members').select('role').where('user_id', '=', person).where('tablo_id', '=', tabloId)

const offers = (reader: Reader, token: string) =>
  reader
    .selectFrom('invitations')
    .innerJoin('tablos', 'tablos.id', 'invitations.tablo_id')
    .leftJoin('users', 'users.id', 'invitations.invited_by')
    .select([
      'invitations.id',
      'tablos.id as tabloId',
      'tablos.title',
      'users.name as inviter',
      'invitations.role',
    ])
    .select(['invitations.email', 'invitations.open', 'invitations.mailed'])
    .select('invitations.accepted_at as acceptedAt')
    .where('token_hash', '=', hashToken(token))
    .where('expires_at', '>', sql<Date>`now()`)
    // Nobody answers for it while whoever sent it is kept out.
    .where('users.disabled_at', 'is', null)

type Row = Awaited<ReturnType<ReturnType<typeof offers>['executeTakeFirst']>>

function offerOf(row: Row): Offer {
  if (!row) throw dead()
  const { acceptedAt, mailed, ...offer } = row
  return { ...offer, proves: mailed && !offer.open, taken: acceptedAt !== null }
}

/** What is said of a link that leads nowhere, whyever. */
export const dead = () => new AppError('not_found', 'invitation_dead')
