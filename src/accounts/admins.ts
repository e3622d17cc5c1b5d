import { AppError } from '../errors.ts'
import type { Tx } from '../platform/database/database.ts'

/**
 * Throws conflict unless there is an admin besides this one who can sign in: not disabled, and with a password, a linked
 * provider or a passkey. The transaction holds the rows of all admins.
 */
export async function mustLeaveAnAdmin(tx: Tx, id: string): Promise<void> {
  const other = await tx
    .selectFrom('users')
    .select('users.id')
    .where('role', '=', 'admin')
    .where('users.id', '!=', id)
    .where('disabled_at', 'is', null)
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('password_hash', 'is not', null),
        exists(selectFrom('identities').select('user_id').whereRef('user_id', '=', 'users.id')),
        exists(selectFrom('passkeys').select('passkeys.id').whereRef('user_id', '=', 'users.id')),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  if (!other) throw new AppError('conflict', 'last_admin')
}
