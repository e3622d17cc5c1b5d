// Links that work once. The link carries 32 random bytes, the table their hash; taking it deletes the row in the same
// transaction that does what the link is for.

import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { Reader, Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { hashToken, newToken } from './tokens.ts'

/** Hours: the first admin may be at it while the name server and the certificate are still being set up. */
const HOURS = { setup: 24, reset: 1 } as const

export type LinkKind = keyof typeof HOURS

/** Makes a link's token. `userId` is null for `setup`, which makes the first person. */
export async function makeLink(tx: Tx, kind: LinkKind, userId: string | null): Promise<string> {
  const token = newToken()
  const expires_at = sql<Date>`now() + make_interval(hours => ${sql.lit(HOURS[kind])})`
  const values = { id: newId(), token_hash: hashToken(token), kind, user_id: userId, expires_at }
  await tx.insertInto('links').values(values).execute()
  return token
}

/** Throws not_found for a link that no longer works; uses nothing up. */
export async function mustBeLive(reader: Reader, kind: LinkKind, token: string): Promise<void> {
  const row = await reader
    .selectFrom('links')
    .select('id')
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  if (!row) throw new AppError('not_found', 'link_dead')
}

/** Uses the link up. Throws not_found when it was used, has expired or never was. */
export async function takeLink(tx: Tx, kind: LinkKind, token: string): Promise<{ userId: string | null }> {
  const row = await tx
    .deleteFrom('links')
    .where('token_hash', '=', hashToken(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('user_id')
    .executeTakeFirst()
  if (!row) throw new AppError('not_found', 'link_dead')
  return { userId: row.user_id }
}
