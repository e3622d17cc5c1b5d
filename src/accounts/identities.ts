// What follows when a provider has said who somebody is. The subject counts before the e-mail: a person whose address
// changes there stays the same person. Only somebody with no identity yet is looked for by e-mail, and only by one that
// the provider has verified. Where the address of the account was never confirmed, whoever made it may have waited for
// its owner to come: all that this person could come back by goes in the same step.

import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import { isAllowed, isFirst, makePerson, type Policy } from './accounts.ts'
import type { Origin } from './actor.ts'
import { endOtherWaysIn, verifyEmail } from './addresses.ts'
import { type Arrival, arrive } from './arriving.ts'
import { recordAudit } from './audit.ts'
import { endLinks } from './links.ts'
import { enqueueNotice } from './mails.ts'
import type { Proved } from './providers.ts'
import { signOutEverywhere } from './signing-out.ts'

/** How often two who come at once as the same new person may get in each other's way. */
const ATTEMPTS = 3

export interface ProviderArrival {
  readonly arrival: Arrival
  /** What the account had been reached by was removed: the person is to be told. */
  readonly replaced: boolean
}

/**
 * Lets the person in whom a provider has named: by the identity that is linked, else by the verified e-mail, which links
 * it, else as somebody new where that is allowed. Throws forbidden for a disabled account, for an e-mail that is missing
 * or not verified, and where accounts are by invitation; conflict when the account has another identity there.
 */
export async function arriveByProvider(
  db: Db,
  proved: Proved,
  policy: Policy,
  from: Origin,
): Promise<ProviderArrival> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(db, async tx => {
        const { userId, replaced } = await whoIs(tx, proved, policy, from)
        return { arrival: await arrive(tx, userId, from), replaced }
      })
    } catch (error) {
      const beaten = violates(error, 'users_email_unique') || violates(error, 'identities_pkey')
      // The other one has made the account: it is found now.
      if (!beaten || attempt === ATTEMPTS) throw error
    }
  }
}

interface Found {
  userId: string
  replaced: boolean
}

async function whoIs(tx: Tx, proved: Proved, policy: Policy, from: Origin): Promise<Found> {
  // Before all else: of two who come at once as the first person, the second then finds what the first one made.
  const first = await isFirst(tx)
  const linked = await byIdentity(tx, proved)
  if (linked) return { userId: linked, replaced: false }
  const { email } = proved
  if (email === undefined || !proved.emailVerified)
    throw new AppError('forbidden', 'provider_email_unverified')
  const user = await tx
    .selectFrom('users')
    .select(['id', 'disabled_at', 'email_verified_at'])
    .where('email', '=', email)
    .forUpdate()
    .executeTakeFirst()
  if (!user) {
    if (!(await mayCome(tx, email, policy, first))) throw new AppError('forbidden', 'signup_closed')
    return {
      userId: await newcomer(tx, { ...proved, email }, first ? 'admin' : 'user', from),
      replaced: false,
    }
  }
  if (user.disabled_at) throw new AppError('forbidden', 'account_disabled')
  const replaced = user.email_verified_at === null
  if (replaced) await removeWaysIn(tx, user.id, from)
  await insertIdentity(tx, user.id, proved, from)
  return { userId: user.id, replaced }
}

/** Both rows stay locked: nobody unlinks the identity or disables the person meanwhile. */
async function byIdentity(tx: Tx, { issuer, subject, email }: Proved): Promise<string | undefined> {
  const row = await tx
    .selectFrom('identities')
    .innerJoin('users', 'users.id', 'identities.user_id')
    .select(['users.id', 'users.disabled_at'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  if (row.disabled_at) throw new AppError('forbidden', 'account_disabled')
  await tx
    .updateTable('identities')
    .set({ last_used_at: sql`now()`, ...(email !== undefined && { email }) })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
  return row.id
}

async function mayCome(tx: Tx, email: string, policy: Policy, first: boolean): Promise<boolean> {
  if (isAllowed(policy, first)) return true
  return !first && policy.signup === 'invite' && hasInvitation(tx, email)
}

async function newcomer(
  tx: Tx,
  proved: Proved & { email: string },
  role: 'user' | 'admin',
  from: Origin,
): Promise<string> {
  const { email } = proved
  const name = proved.name ?? email.slice(0, email.indexOf('@')).slice(0, 100)
  const userId = await makePerson(tx, { name, email, role, passwordHash: null, timeZone: 'UTC' }, from)
  await verifyEmail(tx, userId, from)
  await insertIdentity(tx, userId, proved, from)
  return userId
}

async function hasInvitation(tx: Tx, email: string): Promise<boolean> {
  const row = await tx
    .selectFrom('invitations')
    .select('id')
    .where('email', '=', email)
    .where('expires_at', '>', sql<Date>`now()`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The one place where an account changes hands to whom its e-mail belongs. */
async function removeWaysIn(tx: Tx, userId: string, from: Origin): Promise<void> {
  await tx.updateTable('users').set({ password_hash: null }).where('id', '=', userId).execute()
  await endLinks(tx, userId)
  await signOutEverywhere(tx, userId)
  await endOtherWaysIn(tx, userId, from, true)
  await verifyEmail(tx, userId, from)
  await enqueueNotice(tx, 'password_removed', userId, from)
}

/** Throws conflict when the person has another identity at this provider. */
export async function insertIdentity(tx: Tx, userId: string, proved: Proved, from: Origin): Promise<void> {
  const { provider, issuer, subject, email = null } = proved
  try {
    await tx.insertInto('identities').values({ provider, issuer, subject, user_id: userId, email }).execute()
  } catch (error) {
    throw violates(error, 'identities_user_provider')
      ? new AppError('conflict', 'provider_other_linked')
      : error
  }
  await recordAudit(tx, { kind: 'identity_linked', subject: userId, by: userId, address: from.address })
}
