// Authenticator apps: codes by the time (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds, which every app knows). The secret
// is sealed in the row. A code counts in its own time step and one to either side, for clocks that differ, and each step
// is taken once, under a lock: what was read over a shoulder or sent twice at once is good for nothing.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { HOTP, Secret, TOTP } from 'otpauth'
import { AppError, invalid, notFound } from '../errors.ts'
import { type Db, type Reader, type Tx, transaction } from '../platform/database/database.ts'
import type { Actor, Person } from './actor.ts'
import { recordAudit } from './audit.ts'
import { forgetCodesWithoutFactor, makeFirstCodes } from './recovery-codes.ts'
import { seal, unseal } from './sealing.ts'
import { lockPerson } from './verified.ts'

const USE = 'xtablo authenticators'
/** Bytes: as long as the hash, as RFC 4226 recommends. */
const SECRET = 20
/** Milliseconds */
const STEP = 30_000
/** Steps to either side */
const WINDOW = 1

/** What an app needs to know, once, to make codes. */
export interface AuthenticatorOffer {
  /** In base 32, to be typed */
  readonly secret: string
  /** The same with all that belongs to it, for a QR code */
  readonly uri: string
}

/**
 * Begins to set an authenticator up: it has a new secret, and counts once a code has confirmed it. Throws conflict when
 * there is one that counts already.
 */
export async function beginAuthenticator(db: Db, secret: string, actor: Actor): Promise<void> {
  const sealed = seal(secret, USE, actor.id, randomBytes(SECRET))
  await transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    const begun = await tx
      .insertInto('authenticators')
      .values({ user_id: actor.id, secret: sealed })
      .onConflict(conflict =>
        conflict
          .column('user_id')
          .doUpdateSet({ secret: sealed, last_step: 0, created_at: sql`now()` })
          .where('authenticators.confirmed_at', 'is', null),
      )
      .returning('user_id')
      .executeTakeFirst()
    if (!begun) throw new AppError('conflict', 'authenticator_there')
  })
}

/** What is to be told to the app that is being set up. Throws not_found when none is. `issuer` names this Xtablo there. */
export async function offeredAuthenticator(
  reader: Reader,
  secret: string,
  person: Person,
  issuer: string,
): Promise<AuthenticatorOffer> {
  const row = await reader
    .selectFrom('authenticators')
    .select('secret')
    .where('user_id', '=', person.id)
    .where('confirmed_at', 'is', null)
    .executeTakeFirst()
  const key = row && keyOf(secret, person.id, row.secret)
  if (!key) throw notFound()
  const uri = new TOTP({ issuer, label: person.email, secret: key }).toString()
  return { secret: key.base32, uri }
}

/**
 * Lets the authenticator count that is being set up, by a first code of it. Gives the person's recovery codes, this once,
 * when they had none yet. Throws invalid for a wrong code, not_found when none is being set up.
 */
export async function confirmAuthenticator(
  db: Db,
  secret: string,
  actor: Actor,
  code: string,
  address: string,
): Promise<string[] | undefined> {
  return transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    const row = await tx
      .selectFrom('authenticators')
      .select(['secret', 'last_step'])
      .where('user_id', '=', actor.id)
      .where('confirmed_at', 'is', null)
      .executeTakeFirst()
    const key = row && keyOf(secret, actor.id, row.secret)
    if (!key) throw notFound()
    const step = stepOf(key, code, 0)
    if (step === undefined) throw invalid('code', 'code_wrong')
    await tx
      .updateTable('authenticators')
      .set({ confirmed_at: sql`now()`, last_step: step })
      .where('user_id', '=', actor.id)
      .execute()
    await recordAudit(tx, { kind: 'authenticator_added', subject: actor.id, by: actor.id, address })
    return makeFirstCodes(tx, actor.id)
  })
}

/** Takes the person's own authenticator away, or the one that is being set up. Throws not_found when there is none. */
export async function removeAuthenticator(db: Db, actor: Actor, address: string): Promise<void> {
  await transaction(db, async tx => {
    await lockPerson(tx, actor.id)
    const gone = await tx
      .deleteFrom('authenticators')
      .where('user_id', '=', actor.id)
      .returning('confirmed_at')
      .executeTakeFirst()
    if (!gone) throw notFound()
    if (!gone.confirmed_at) return
    await forgetCodesWithoutFactor(tx, actor.id)
    await recordAudit(tx, { kind: 'authenticator_removed', subject: actor.id, by: actor.id, address })
  })
}

/**
 * Takes a code of the person's authenticator, which nobody can use again. `lost`: the secret of this Xtablo does not open
 * that of the authenticator, so no code can be checked.
 */
export async function takeAppCode(
  tx: Tx,
  secret: string,
  userId: string,
  code: string,
): Promise<'taken' | 'wrong' | 'lost'> {
  const row = await tx
    .selectFrom('authenticators')
    .select(['secret', 'last_step'])
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return 'wrong'
  const key = keyOf(secret, userId, row.secret)
  if (!key) return 'lost'
  const step = stepOf(key, code, row.last_step)
  if (step === undefined) return 'wrong'
  await tx.updateTable('authenticators').set({ last_step: step }).where('user_id', '=', userId).execute()
  return 'taken'
}

/**
 * Takes away the authenticators that this secret does not open, since no code of theirs can be checked any more. Gives
 * the e-mail addresses of those whose they were.
 */
export async function dropUnopened(db: Db, secret: string): Promise<string[]> {
  return transaction(db, async tx => {
    const rows = await tx
      .selectFrom('authenticators')
      .innerJoin('users', 'users.id', 'authenticators.user_id')
      .select(['user_id', 'secret', 'confirmed_at', 'email'])
      .orderBy('email')
      .execute()
    const lost = rows.filter(row => !keyOf(secret, row.user_id, row.secret))
    for (const { user_id, confirmed_at } of lost) {
      await tx.deleteFrom('authenticators').where('user_id', '=', user_id).execute()
      if (!confirmed_at) continue
      await forgetCodesWithoutFactor(tx, user_id)
      await recordAudit(tx, { kind: 'authenticator_lost', subject: user_id, by: null, address: null })
    }
    return lost.filter(({ confirmed_at }) => confirmed_at).map(({ email }) => email)
  })
}

function keyOf(secret: string, userId: string, sealed: Buffer): Secret | undefined {
  const key = unseal(secret, USE, userId, sealed)
  return key && new Secret({ buffer: Uint8Array.from(key).buffer })
}

/** The time step that this is the code of, later than `after`. All are compared, whichever it is. */
function stepOf(secret: Secret, code: string, after: number): number | undefined {
  const given = Buffer.from(code)
  const now = Math.floor(Date.now() / STEP)
  let found: number | undefined
  for (let step = now - WINDOW; step <= now + WINDOW; step++) {
    const right = Buffer.from(HOTP.generate({ secret, counter: step }))
    const same = given.length === right.length && timingSafeEqual(given, right)
    if (same && step > after) found ??= step
  }
  return found
}
