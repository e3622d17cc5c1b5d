// What follows once somebody has proved who they are, by whatever way: one place, so that every way in asks for the same.

import type { Tx } from '../platform/database/database.ts'
import type { Origin } from './actor.ts'
import { recordAudit } from './audit.ts'
import { makeChallenge } from './challenges.ts'
import { noticeDevice } from './devices.ts'
import { hasSecondFactor } from './second-factors.ts'
import { startSession } from './sessions.ts'

/** Somebody who is in: the token of their session. */
export interface Admission {
  readonly session: string
  readonly second?: never
}

/** What whoever proved who they are gets: a session, or, where there is a second factor, the token of a second step. */
export type Arrival = Admission | { readonly second: string; readonly session?: never }

/** Receives a person who has proved who they are and whose row the transaction holds. */
export async function arrive(tx: Tx, userId: string, from: Origin): Promise<Arrival> {
  if (!(await hasSecondFactor(tx, userId))) return admit(tx, userId, from)
  return { second: await makeChallenge(tx, 'second', { userId, challenge: null }) }
}

/** Lets a person in who has proved it by all that is asked of them. */
export async function admit(tx: Tx, userId: string, from: Origin): Promise<Admission> {
  await noticeDevice(tx, userId, from)
  await recordAudit(tx, { kind: 'signed_in', subject: userId, by: userId, address: from.address })
  return { session: await startSession(tx, userId, from) }
}
