import { AppError, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'
import { managed } from './people.ts'
import { signOutEverywhere } from './signing-out.ts'

/**
 * Takes a person's authenticator, passkeys and recovery codes away, who has lost them all, and ends their sessions and
 * refresh tokens: who holds what was lost may hold those, too. Throws not_found for anybody but an admin and for nobody's
 * id, conflict for the admin's own.
 */
export async function resetSecondFactors(db: Db, admin: Actor, id: string, address: string): Promise<void> {
  await managed(db, admin, id, async tx => {
    if (id === admin.id) throw new AppError('conflict', 'own_second_factor')
    await reset(tx, id, admin.id, address)
  })
}

/** The same by the command line, for the account with this e-mail address. Throws not_found. */
export async function resetSecondFactorsOf(db: Db, email: string): Promise<void> {
  await transaction(db, async tx => {
    const user = await tx
      .selectFrom('users')
      .select('id')
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst()
    if (!user) throw notFound()
    await reset(tx, user.id, null, null)
  })
}

async function reset(tx: Tx, id: string, by: string | null, address: string | null): Promise<void> {
  for (const table of ['authenticators', 'passkeys', 'recovery_codes'] as const)
    await tx.deleteFrom(table).where('user_id', '=', id).execute()
  await signOutEverywhere(tx, id)
  await recordAudit(tx, { kind: 'second_factors_reset', subject: id, by, address })
}
