// The kinds of device that a person has signed in from: browser and system, as far as they can be told. A kind that was
// never seen before is told by mail, for it may be somebody else with their password.

import { createHash } from 'node:crypto'
import type { Tx } from '../platform/database/database.ts'
import type { Origin } from './actor.ts'
import { deviceOf } from './device.ts'
import { enqueueNotice } from './mails.ts'

/** Remembers the device of an account that has just been made, which nobody need be told about. */
export async function rememberDevice(tx: Tx, userId: string, from: Origin): Promise<boolean> {
  const values = { user_id: userId, fingerprint: fingerprintOf(userId, from) }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('devices')
    .values(values)
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Remembers the device of a sign-in, and has the person told about a kind that is new to them: not about the first of
 * all, when nothing is known yet. The transaction holds the person's row.
 */
export async function noticeDevice(tx: Tx, userId: string, from: Origin): Promise<void> {
  const known = await tx
    .selectFrom('devices')
    .select('user_id')
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst()
  const isNew = await rememberDevice(tx, userId, from)
  if (known && isNew) await enqueueNotice(tx, 'new_device', userId, from)
}

/** Keyed by the person, so that two people's devices can't be told to be alike. */
function fingerprintOf(userId: string, { userAgent }: Origin): Buffer {
  const { browser = '', system = '' } = deviceOf(userAgent) ?? {}
  return createHash('sha256').update([userId, browser, system].join('\n')).digest()
}
