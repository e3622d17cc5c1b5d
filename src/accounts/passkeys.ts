// The passkeys of a person. What a browser is asked waits in a challenge, and the answer uses it up whether it is right or
// not. A passkey whose counter goes back has been copied, and is refused.

import { sql } from 'kysely'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import { violates } from '../platform/database/violation.ts'
import { newId } from '../platform/ids.ts'
import type { Actor, Origin, Person } from './actor.ts'
import { type Admission, admit } from './arriving.ts'
import { recordAudit } from './audit.ts'
import { makeChallenge, takeChallenge } from './challenges.ts'
import { forgetCodesWithoutFactor, makeFirstCodes } from './recovery-codes.ts'
import { lockPerson } from './verified.ts'
import { mustKeepWayIn } from './ways-in.ts'
import {
  checkNewPasskey,
  checkPasskey,
  type KnownCredential,
  type NewPasskeyAnswer,
  newPasskeyRequest,
  type PasskeyAnswer,
  passkeyRequest,
  type RelyingParty,
} from './webauthn.ts'

/** Of one person. */
const MOST = 20

export type Passkey = Awaited<ReturnType<typeof listPasskeys>>[number]

/** A person's own passkeys, the oldest first. */
export async function listPasskeys(reader: Reader, actor: Actor) {
  return reader
    .selectFrom('passkeys')
    .select(['id', 'name', 'created_at', 'last_used_at'])
    .where('user_id', '=', actor.id)
    .orderBy('id')
    .execute()
}

/** The passkeys of a person, as a browser is told which they are. */
export async function credentialsOf(reader: Reader, userId: string): Promise<KnownCredential[]> {
  const rows = await reader
    .selectFrom('passkeys')
    .select(['credential_id', 'transports'])
    .where('user_id', '=', userId)
    .execute()
  return rows.map(({ credential_id, transports }) => ({
    id: credential_id.toString('base64url'),
    transports,
  }))
}

/** Asks the person's browser for a new passkey: the token of the challenge, and what is asked. */
export async function askForNewPasskey(db: Db, party: RelyingParty, person: Person) {
  const request = await newPasskeyRequest(party, person, await credentialsOf(db, person.id))
  const challenge = { userId: person.id, challenge: request.challenge }
  return { token: await transaction(db, tx => makeChallenge(tx, 'register', challenge)), request }
}

/**
 * Adds the passkey that the browser made. Gives the person's recovery codes, this once, when they had none yet. Throws
 * unauthenticated when the answer is not right or comes too late, conflict for one that is there already or one too many.
 */
export async function addPasskey(
  db: Db,
  party: RelyingParty,
  actor: Actor,
  token: string,
  { name, answer }: { name: string; answer: NewPasskeyAnswer },
  address: string,
): Promise<string[] | undefined> {
  const added = await transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    const challenge = await takeChallenge(tx, 'register', token, actor.id)
    if (challenge === undefined) return { refused: 'passkey_late' as const }
    const made = await checkNewPasskey(party, challenge, answer)
    if (!made) return { refused: 'passkey_wrong' as const }
    if ((await listPasskeys(tx, actor)).length >= MOST) throw new AppError('conflict', 'passkeys_many')
    try {
      await tx
        .insertInto('passkeys')
        .values({ id: newId(), user_id: actor.id, name, ...made })
        .execute()
    } catch (error) {
      throw violates(error, 'passkeys_credential_unique') ? new AppError('conflict', 'passkey_there') : error
    }
    await recordAudit(tx, { kind: 'passkey_added', subject: actor.id, by: actor.id, address })
    return { codes: await makeFirstCodes(tx, actor.id) }
  })
  if (added.refused) throw new AppError('unauthenticated', added.refused)
  return added.codes
}

/** Names one of the person's own passkeys. Throws not_found for any other. */
export async function renamePasskey(
  db: Db,
  actor: Actor,
  id: string,
  name: string,
  address: string,
): Promise<void> {
  await transaction(db, async tx => {
    const renamed = await tx
      .updateTable('passkeys')
      .set({ name })
      .where('id', '=', id)
      .where('user_id', '=', actor.id)
      .returning('id')
      .executeTakeFirst()
    if (!renamed) throw notFound()
    await recordAudit(tx, { kind: 'passkey_renamed', subject: actor.id, by: actor.id, address })
  })
}

/**
 * Removes one of the person's own passkeys. `usable` are the providers that can be signed in by. Throws not_found for any
 * other, and conflict when no other way in would remain.
 */
export async function removePasskey(
  db: Db,
  actor: Actor,
  id: string,
  usable: readonly string[],
  address: string,
): Promise<void> {
  await transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    const removed = await tx
      .deleteFrom('passkeys')
      .where('id', '=', id)
      .where('user_id', '=', actor.id)
      .returning('id')
      .executeTakeFirst()
    if (!removed) throw notFound()
    await mustKeepWayIn(tx, actor, usable)
    await forgetCodesWithoutFactor(tx, actor.id)
    await recordAudit(tx, { kind: 'passkey_removed', subject: actor.id, by: actor.id, address })
  })
}

/** Asks a browser for a passkey of whoever it is, or, with a person, whether that one is still there. */
export async function askForPasskey(db: Db, party: RelyingParty, person?: Actor) {
  const request = await passkeyRequest(party, person && (await credentialsOf(db, person.id)))
  const kind = person ? 'confirm' : 'passkey'
  const challenge = { userId: person?.id ?? null, challenge: request.challenge }
  return { token: await transaction(db, tx => makeChallenge(tx, kind, challenge)), request }
}

/**
 * Starts a session for the person whose passkey has answered, which is all the proof there is to ask for; with a person,
 * only for that one. Throws unauthenticated when the answer is not right or comes too late, forbidden for a disabled account.
 */
export async function enterByPasskey(
  db: Db,
  party: RelyingParty,
  token: string,
  answer: PasskeyAnswer,
  from: Origin,
  person?: Actor,
): Promise<Admission> {
  const entered = await transaction(db, async tx => {
    // Before the challenge, so that all who hold a person's rows take them in one order. What it says of the account is
    // for whoever has the passkey, and not for who names it.
    await holdOwner(tx, answer)
    const challenge = await takeChallenge(tx, person ? 'confirm' : 'passkey', token, person?.id ?? null)
    if (!challenge) return { refused: 'passkey_late' as const }
    const userId = await takePasskey(tx, party, challenge, answer, person?.id, from.address)
    if (userId === undefined) return { refused: 'passkey_wrong' as const }
    await lockPerson(tx, userId)
    return { done: await admit(tx, userId, from) }
  })
  if (entered.refused) throw new AppError('unauthenticated', entered.refused)
  return entered.done
}

/**
 * Checks a passkey's answer under the lock of its row, and gives whose it is; with `userId`, only that one's. Nothing when
 * it is not right. The challenge is for whoever calls to use up.
 */
export async function takePasskey(
  tx: Tx,
  party: RelyingParty,
  challenge: string,
  answer: PasskeyAnswer,
  userId: string | undefined,
  address: string,
): Promise<string | undefined> {
  const stored = await tx
    .selectFrom('passkeys')
    .select(['id', 'user_id', 'credential_id', 'public_key', 'counter', 'transports'])
    .where('credential_id', '=', Buffer.from(answer.id, 'base64url'))
    .$if(userId !== undefined, query => query.where('user_id', '=', userId as string))
    .forUpdate()
    .executeTakeFirst()
  if (!stored) return undefined
  const subject = stored.user_id
  const counter = await checkPasskey(party, challenge, answer, { ...stored, userId: subject })
  if (counter === undefined) return undefined
  // Authenticators that share their passkeys count nothing, and always say zero.
  if ((counter > 0 || stored.counter > 0) && counter <= stored.counter) {
    await recordAudit(tx, { kind: 'passkey_copied', subject, by: subject, address })
    return undefined
  }
  await tx
    .updateTable('passkeys')
    .set({ counter, last_used_at: sql`now()` })
    .where('id', '=', stored.id)
    .execute()
  return subject
}

async function holdOwner(tx: Tx, answer: PasskeyAnswer): Promise<void> {
  await tx
    .selectFrom('users')
    .select('id')
    .where('id', 'in', query =>
      query
        .selectFrom('passkeys')
        .select('user_id')
        .where('credential_id', '=', Buffer.from(answer.id, 'base64url')),
    )
    .forUpdate()
    .execute()
}
