// Recovery codes let a person in who has lost what the second step asks for: ten, each good once, shown when they are
// made. They have 80 random bits, so that a hash is enough to keep them by.

import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor } from './actor.ts'
import { recordAudit } from './audit.ts'
import { hasSecondFactor } from './second-factors.ts'
import { hashToken } from './tokens.ts'
import { lockPerson } from './verified.ts'

export const RECOVERY_CODES = 10

/** Without letters that are taken for digits: Crockford's base 32, five bits each. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 16

/**
 * Makes new recovery codes in place of all from before, and gives them, this once. Throws conflict for somebody without
 * a second factor, who is asked for none.
 */
export async function renewCodes(db: Db, actor: Actor, address: string): Promise<string[]> {
  return transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    if (!(await hasSecondFactor(tx, actor.id))) throw new AppError('conflict', 'second_factor_missing')
    await recordAudit(tx, { kind: 'recovery_codes_made', subject: actor.id, by: actor.id, address })
    return makeCodes(tx, actor.id)
  })
}

/** How many are left of those that the person has. */
export async function countCodes(reader: Reader, userId: string): Promise<number> {
  const { count } = await reader
    .selectFrom('recovery_codes')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** The codes of somebody who has set their first second factor up; nothing for who has codes already. */
export async function makeFirstCodes(tx: Tx, userId: string): Promise<string[] | undefined> {
  const known = await tx
    .selectFrom('recovery_codes')
    .select('user_id')
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst()
  return known ? undefined : makeCodes(tx, userId)
}

/** Forgets the codes of a person whose last second factor went: no step is left that they could take the place of. */
export async function forgetCodesWithoutFactor(tx: Tx, userId: string): Promise<void> {
  if (await hasSecondFactor(tx, userId)) return
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
}

/** Uses a recovery code up, however it was typed, and gives how many are left; nothing when it is none. */
export async function takeRecoveryCode(tx: Tx, userId: string, code: string): Promise<number | undefined> {
  const taken = await tx
    .updateTable('recovery_codes')
    .set({ used_at: sql`now()` })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hashToken(plain(code)))
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()
  return taken && countCodes(tx, userId)
}

async function makeCodes(tx: Tx, userId: string): Promise<string[]> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  const codes = Array.from({ length: RECOVERY_CODES }, newCode)
  const rows = codes.map(code => ({ user_id: userId, code_hash: hashToken(plain(code)) }))
  await tx.insertInto('recovery_codes').values(rows).execute()
  return codes
}

const newCode = () =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
    .join('')
    .replaceAll(/.{4}(?=.)/g, '$&-')

/** As it was made, but for the hyphens: what was read wrong from paper is still meant right. */
const plain = (code: string) =>
  code
    .toLowerCase()
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
    .replaceAll(/[^0-9a-z]/g, '')
