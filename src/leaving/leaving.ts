import type { Actor, Origin } from '../accounts/actor.ts'
import { type ClosingProof, eraseAccount, holdAccount, prove } from '../accounts/closing.ts'
import type { SignInLimits } from '../accounts/limits.ts'
import { forgetName } from '../activity/activity.ts'
import { type Db, transaction } from '../platform/database/database.ts'
import { type Fate, holdTablosOf, leaveTablos } from '../tablos/leaving.ts'

/**
 * Closes the actor's own account: what is theirs alone is gone, the Tablos that they alone own are handed on or deleted
 * as they say, and what they made in Tablos of others stays without their name. Throws invalid for a wrong proof and for each
 * Tablo of which nothing was said, or to somebody who is not in it; conflict for the last admin who can sign in; too_many.
 */
export async function closeAccount(
  db: Db,
  limits: SignInLimits,
  actor: Actor,
  { proof, fates }: { proof: ClosingProof; fates: ReadonlyMap<string, Fate> },
  from: Origin,
): Promise<void> {
  const proved = await prove(db, limits, actor, proof, from)
  await transaction(db, async tx => {
    // Tablos before people, as every change of a Tablo has it.
    await holdTablosOf(tx, actor)
    await holdAccount(tx, actor, proved)
    // From here on they can join no other; those that they joined in between.
    await holdTablosOf(tx, actor)
    const { deleted, handed } = await leaveTablos(tx, actor, fates, from.address)
    await forgetName(tx, actor.id)
    const details = { tablos_deleted: String(deleted), tablos_handed: String(handed) }
    await eraseAccount(tx, actor, from.address, details)
  })
}
