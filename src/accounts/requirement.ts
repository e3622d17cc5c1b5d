import { AppError, notFound } from '../errors.ts'
import { type Db, type Reader, transaction } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'
import { hasSecondFactor } from './second-factors.ts'
import { lockPerson } from './verified.ts'

/** Whether a second factor is required of everybody. */
export async function isSecondFactorRequired(reader: Reader): Promise<boolean> {
  const settings = await reader.selectFrom('settings').select('require_second_factor').executeTakeFirst()
  return settings?.require_second_factor ?? false
}

/**
 * Requires a second factor of everybody, or no longer. Throws not_found for anybody but an admin, conflict for one who
 * has none themself. Setting it to what it is changes nothing.
 */
export async function requireSecondFactor(
  db: Db,
  admin: Actor,
  required: boolean,
  address: string,
): Promise<void> {
  await transaction(db, async tx => {
    if ((await lockPerson(tx, admin.id)).role !== 'admin') throw notFound()
    if (required && !(await hasSecondFactor(tx, admin.id)))
      throw new AppError('conflict', 'second_factor_first')
    const changed = await tx
      .updateTable('settings')
      .set({ require_second_factor: required })
      .where('require_second_factor', '!=', required)
      .returning('id')
      .executeTakeFirst()
    if (!changed) return
    const kind = required ? 'second_factor_required' : 'second_factor_optional'
    await recordAudit(tx, { kind, subject: admin.id, by: admin.id, address })
  })
}
