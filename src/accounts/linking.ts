// Identities at providers, which a person adds to their ways in and takes away. Each change asks for a proof once more
// (verified.ts), so that a session that was left open is not enough to open a way for later.

import { AppError, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import type { Actor, Origin } from './actor.ts'
import { recordAudit } from './audit.ts'
import { insertIdentity } from './identities.ts'
import type { Proved } from './providers.ts'
import type { Session } from './sessions.ts'
import { lockPerson } from './verified.ts'
import { mustKeepWayIn } from './ways-in.ts'

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
      await lockPerson(tx, actor.id)
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
    await lockPerson(tx, actor.id)
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
