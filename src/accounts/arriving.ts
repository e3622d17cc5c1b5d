// What follows once somebody has proved who they are, by whatever way: one place, so that every way in asks for the same.

import type { Tx } from '../platform/database/database.ts'
import type { Origin } from './actor.ts'
import { noticeDevice } from './devices.ts'
import { startSession } from './sessions.ts'

/** What whoever proved who they are gets: the token of a session. */
export interface Arrival {
  readonly session: string
}

/** Lets a person in who has proved who they are and whose row the transaction holds. */
export async function arrive(tx: Tx, userId: string, from: Origin): Promise<Arrival> {
  await noticeDevice(tx, userId, from)
  return { session: await startSession(tx, userId, from) }
}
