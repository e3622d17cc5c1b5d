import type { Tx } from '../platform/database/database.ts'

/**
 * Whether the person's hash is still the one that was verified: verifying takes its time, and the password may have
 * been changed or reset meanwhile. From here to the end of the transaction nobody else changes it.
 */
export async function isStillStored(tx: Tx, userId: string, verified: string): Promise<boolean> {
  const user = await tx
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where('password_hash', '=', verified)
    .forUpdate()
    .executeTakeFirst()
  return user !== undefined
}
