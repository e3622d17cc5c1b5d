// The second step of a sign-in: a code of the authenticator app, a recovery code, or a passkey, for whoever has proved the
// first. A try is counted before it is looked at and commits whatever comes of it, so that many at once can't slip
// through together; the sixth of one sign-in finds nothing to try any more.

import { AppError, type ErrorText } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor, Origin } from './actor.ts'
import { type Admission, admit } from './arriving.ts'
import { recordAudit } from './audit.ts'
import { takeAppCode } from './authenticators.ts'
import { askInSecondStep, findSecondStep, takeChallenge, tryChallenge } from './challenges.ts'
import type { SignInLimits } from './limits.ts'
import { credentialsOf, takePasskey } from './passkeys.ts'
import { takeRecoveryCode } from './recovery-codes.ts'
import { lockPerson } from './verified.ts'
import { type PasskeyAnswer, type PasskeyRequest, passkeyRequest, type RelyingParty } from './webauthn.ts'

/** What codes are checked by. */
export interface Codes {
  readonly limits: SignInLimits
  readonly secret: string
}

/** With `left`, a recovery code was used, and so many are left. */
export type Passed = Admission & { readonly left: number | undefined }

/**
 * Passes the second step by a code, and starts a session. Throws unauthenticated: for a wrong code, or because it is over
 * and one signs in again; too_many past the limits.
 */
export async function passByCode(
  db: Db,
  codes: Codes,
  token: string,
  code: string,
  from: Origin,
): Promise<Passed> {
  return withSecondStep(db, codes, token, code, from, async (tx, { id }, left) => ({
    ...(await admit(tx, id, from)),
    left,
  }))
}

/** Runs `work` for the person who passes the second step by a code. Throws as `passByCode`. */
export async function withSecondStep<T>(
  db: Db,
  { limits, secret }: Codes,
  token: string,
  code: string,
  from: Origin,
  work: (tx: Tx, actor: Actor, left: number | undefined) => Promise<T>,
): Promise<T> {
  const userId = await findSecondStep(db, token)
  if (userId === undefined) throw over()
  await limits.attemptCode(userId, from.address)
  const passed = await transaction(db, async tx => {
    const actor = await lockPerson(tx, userId)
    if (!(await tryChallenge(tx, token, userId))) return { refused: over() }
    const { refused, left } = await takeCode(tx, secret, actor, code, from.address)
    if (refused) return { refused: new AppError('unauthenticated', refused, { fields: { code: refused } }) }
    await takeChallenge(tx, 'second', token, userId)
    return { done: await work(tx, actor, left) }
  })
  if (passed.refused) throw passed.refused
  await limits.codeSucceeded(userId, from.address)
  return passed.done
}

/** Asks a passkey of the person in place of a code. Throws unauthenticated when the step is over. */
export async function askInStep(db: Db, party: RelyingParty, token: string): Promise<PasskeyRequest> {
  return transaction(db, async tx => {
    const userId = await findSecondStep(tx, token)
    if (userId === undefined) throw over()
    const request = await passkeyRequest(party, await credentialsOf(tx, userId))
    if (!(await askInSecondStep(tx, token, request.challenge))) throw over()
    return request
  })
}

/** Passes the second step by a passkey, and starts a session. Throws unauthenticated. */
export async function passByPasskey(
  db: Db,
  party: RelyingParty,
  token: string,
  answer: PasskeyAnswer,
  from: Origin,
): Promise<Admission> {
  const userId = await findSecondStep(db, token)
  if (userId === undefined) throw over()
  const passed = await transaction(db, async tx => {
    await lockPerson(tx, userId)
    const asked = await tryChallenge(tx, token, userId)
    if (!asked) return { refused: 'challenge_over' as const }
    // Asked once: an answer that was refused is not tried again.
    await askInSecondStep(tx, token, '')
    const known =
      asked.challenge && (await takePasskey(tx, party, asked.challenge, answer, userId, from.address))
    if (!known) return { refused: 'passkey_wrong' as const }
    await takeChallenge(tx, 'second', token, userId)
    return { done: await admit(tx, userId, from) }
  })
  if (passed.refused) throw new AppError('unauthenticated', passed.refused)
  return passed.done
}

/**
 * Takes a code of either kind, under the lock of the person's row: six digits are the app's, all else a recovery code.
 * Gives how many recovery codes are left when it was one, or why it is refused.
 */
export async function takeCode(
  tx: Tx,
  secret: string,
  actor: Actor,
  typed: string,
  address: string,
): Promise<{ refused?: ErrorText; left?: number }> {
  const code = typed.replaceAll(/\s/g, '')
  if (/^\d{6}$/.test(code)) {
    const taken = await takeAppCode(tx, secret, actor.id, code)
    if (taken === 'taken') return {}
    return { refused: taken === 'lost' ? 'authenticator_lost' : 'code_wrong' }
  }
  const left = await takeRecoveryCode(tx, actor.id, code)
  if (left === undefined) return { refused: 'code_wrong' }
  await recordAudit(tx, { kind: 'recovery_code_used', subject: actor.id, by: actor.id, address })
  return { left }
}

const over = () => new AppError('unauthenticated', 'challenge_over')
