// What follows once somebody has proved who they are, by whatever way: one place, so that every way in asks for the same.

import type { Tx } from '../platform/database/database.ts'
import type { Origin } from './actor.ts'
import { recordAudit } from './audit.ts'
import { startSession } from './sessions.ts'

/** What whoever proved who they are gets: the token of a session. */
export interface Arrival {
  readonly session: string
}

/** Lets a person in who has proved who they are and whose row the transaction holds. */
export async function arrive(tx: Tx, userId: string, from: Origin): Promise<Arrival> {
  const session = await startSession(tx, userId, from)
  await recordAudit(tx, { kind: 'signed_in', subject: userId, by: userId, address: from.address })
  return { session }
}
