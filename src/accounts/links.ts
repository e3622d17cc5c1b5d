// Links that work once. The link carries 32 random bytes, the table their hash; taking it deletes the row in the same
// transaction that does what the link is for.

import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import type { Reader, Tx } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { hashToken, newToken } from './tokens.ts'

/** Hours: the first admin may be at it while the name server and the certificate are still being set up. */
const HOURS = { setup: 24, reset: 1, verify: 1, change_email: 1 } as const

export type LinkKind = keyof typeof HOURS

export interface Link {
  readonly kind: LinkKind
  /** Null for `setup`, which makes the first person. */
  readonly userId: string | null
  /** The address it was mailed to; null for one that was handed over by other means. */
  readonly email: string | null
}

interface More {
  email?: string | undefined
  /** A link with the same id is replaced: that of an earlier attempt at the same mail. */
  id?: string | undefined
}

/** Makes a link's token. */
export async function makeLink(
  tx: Tx,
  kind: LinkKind,
  userId: string | null,
  { email, id = newId() }: More = {},
): Promise<string> {
  const token = newToken()
  const expires_at = sql<Date>`now() + make_interval(hours => ${sql.lit(HOURS[kind])})`
  const values = { id, token_hash: hashToken(token), kind, user_id: userId, email: email ?? null, expires_at }
  const insert = tx.insertInto('links').values(values)
  await insert.onConflict(conflict => conflict.column('id').doUpdateSet(values)).execute()
  return token
}

/** The link of a token, which it does not use up. Throws not_found for one of no such kind, or that no longer works. */
export async function mustBeLive(reader: Reader, kind: LinkKind | LinkKind[], token: string): Promise<Link> {
  const row = await reader
    .selectFrom('links')
    .select(['kind', 'user_id', 'email'])
    .where('token_hash', '=', hashToken(token))
    .where('kind', 'in', [kind].flat())
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return linkOf(row)
}

/** Uses the link up. Throws not_found when it was used, has expired or never was. */
export async function takeLink(tx: Tx, kind: LinkKind | LinkKind[], token: string): Promise<Link> {
  const row = await tx
    .deleteFrom('links')
    .where('token_hash', '=', hashToken(token))
    .where('kind', 'in', [kind].flat())
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['kind', 'user_id', 'email'])
    .executeTakeFirst()
  return linkOf(row)
}

/** Ends every link of a person: what they were for is done, or must not be any more. */
export async function endLinks(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('links').where('user_id', '=', userId).execute()
}

function linkOf(row: { kind: LinkKind; user_id: string | null; email: string | null } | undefined): Link {
  if (!row) throw new AppError('not_found', 'link_dead')
  return { kind: row.kind, userId: row.user_id, email: row.email }
}
