import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { Tx } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'

/**
 * The e-mail of a person at this moment, which stays theirs to the end of the transaction. Throws unauthenticated when
 * they are gone, forbidden when the account was disabled meanwhile.
 */
export async function holdEmail(tx: Tx, actor: Actor): Promise<string> {
  const person = await tx
    .selectFrom('users')
    .select(['email', 'disabled_at'])
    .where('id', '=', actor.id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!person) throw new AppError('unauthenticated', 'token_invalid')
  if (person.disabled_at) throw new AppError('forbidden', 'account_disabled')
  return person.email
}

/** Notes that a person reads the mail of their address, since they came by a link that went there. */
export async function emailProved(tx: Tx, actor: Actor, address: string): Promise<void> {
  const proved = await tx
    .updateTable('users')
    .set({ email_verified_at: sql`now()` })
    .where('id', '=', actor.id)
    .where('email_verified_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (proved) await recordAudit(tx, { kind: 'email_verified', subject: actor.id, by: actor.id, address })
}
