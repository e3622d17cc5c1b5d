// The ways in that a person adds and takes away: identities at providers, beside the password and passkeys. Each change
// asks for a fresh proof, so that a session that was left open is not enough to open a way for later: the current
// password, or of a person who has none that they have just signed in.

import { sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import type { Actor, Origin, Person } from './actor.ts'
import { recordAudit } from './audit.ts'
import { insertIdentity } from './identities.ts'
import type { SignInLimits } from './limits.ts'
import type { Proved } from './providers.ts'
import { hasPassword } from './proving.ts'
import type { Session } from './sessions.ts'
import { provePassword } from './verified.ts'
import { mustKeepWayIn } from './ways-in.ts'

/** Minutes for which signing in proves who somebody is. */
const FRESH_MINUTES = 10

/**
 * Looks whether it is the person who asks. Throws invalid for a wrong password, which counts as a failed sign-in, and
 * where there is none conflict unless the session is fresh.
 */
export async function mustProve(
  db: Db,
  limits: SignInLimits,
  person: Person,
  session: string,
  current: string,
  from: Origin,
): Promise<void> {
  if (await hasPassword(db, person)) await provePassword(db, limits, person, current, from)
  else await mustBeFresh(db, session)
}

/** Throws conflict for a session that was started more than ten minutes ago. */
export async function mustBeFresh(reader: Reader, session: string): Promise<void> {
  const fresh = await reader
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('created_at', '>', sql<Date>`now() - make_interval(mins => ${sql.lit(FRESH_MINUTES)})`)
    .executeTakeFirst()
  if (!fresh) throw new AppError('conflict', 'sign_in_again')
}

/**
 * Links the identity to the person of the session that asked for it. One that is theirs already stays. Throws conflict
 * for one that is somebody else's, and when they have another one at this provider; forbidden for a disabled account,
 * and unauthenticated when the session has ended meanwhile.
 */
export async function linkIdentity(
  db: Db,
  { id: session, person: actor }: Pick<Session, 'id' | 'person'>,
  proved: Proved,
  from: Origin,
): Promise<void> {
  try {
    await transaction(db, async tx => {
      await lockPerson(tx, actor)
      if (!(await isLive(tx, session, actor))) throw new AppError('unauthenticated', 'provider_flow_dead')
      if (await isTheirs(tx, actor, proved)) return
      await insertIdentity(tx, actor.id, proved, from)
    })
  } catch (error) {
    throw violates(error, 'identities_pkey') ? new AppError('conflict', 'provider_of_another') : error
  }
}

/**
 * Unlinks the person's identity at a provider. `usable` are the providers that can be signed in by. Throws not_found
 * when there is none, and conflict when no other way in would remain.
 */
export async function unlinkIdentity(
  db: Db,
  actor: Actor,
  provider: string,
  usable: readonly string[],
  from: Origin,
): Promise<void> {
  await transaction(db, async tx => {
    await lockPerson(tx, actor)
    const gone = await tx
      .deleteFrom('identities')
      .where('user_id', '=', actor.id)
      .where('provider', '=', provider)
      .returning('provider')
      .executeTakeFirst()
    if (!gone) throw notFound()
    await mustKeepWayIn(tx, actor, usable)
    await recordAudit(tx, {
      kind: 'identity_unlinked',
      subject: actor.id,
      by: actor.id,
      address: from.address,
    })
  })
}

/** Changes of one person's ways in queue here, so that two at once can't take the last two. */
async function lockPerson(tx: Tx, actor: Actor): Promise<void> {
  const user = await tx
    .selectFrom('users')
    .select('disabled_at')
    .where('id', '=', actor.id)
    .forUpdate()
    .executeTakeFirst()
  if (!user) throw notFound()
  if (user.disabled_at) throw new AppError('forbidden', 'account_disabled')
}

/** What ends the sessions of a person holds the same lock: none is ended from here on. */
async function isLive(tx: Tx, session: string, actor: Actor): Promise<boolean> {
  const row = await tx
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('user_id', '=', actor.id)
    .executeTakeFirst()
  return row !== undefined
}

async function isTheirs(tx: Tx, actor: Actor, { issuer, subject }: Proved): Promise<boolean> {
  const row = await tx
    .selectFrom('identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('user_id', '=', actor.id)
    .executeTakeFirst()
  return row !== undefined
}
