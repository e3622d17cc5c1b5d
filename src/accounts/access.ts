// How programs stay signed in. A sign-in starts a family: a refresh token, which works once and gives the next, and with
// each an access token. A refresh token that comes back after it was used is in two hands, and nobody can tell whose is
// the thief's: so the whole family ends. A family that has ended gives nothing any more, and its access tokens are
// refused as soon as each process knows (known-access.ts). Refresh tokens are 32 random bytes, hashed at rest.

import { sql } from 'kysely'
import { AppError } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { ACCESS_LIFE, type AccessTokens, type Grant } from './access-tokens.ts'
import type { Actor, Origin } from './actor.ts'
import { recordAudit } from './audit.ts'
import { makeChallenge } from './challenges.ts'
import { noticeDevice } from './devices.ts'
import type { SignInLimits } from './limits.ts'
import { hasSecondFactor, mustSetUp } from './second-factors.ts'
import { withSecondStep } from './second-step.ts'
import { type Credentials, withCredentials } from './sign-in.ts'
import { hashToken, newToken } from './tokens.ts'

const REFRESH_DAYS = 30
const refreshExpiry = sql<Date>`now() + make_interval(days => ${sql.lit(REFRESH_DAYS)})`

export interface Tokens {
  readonly accessToken: string
  /** Seconds for which the access token is good */
  readonly expiresIn: number
  readonly refreshToken: string
}

/** What a program signs in by. */
export interface ProgramCredentials extends Credentials {
  /** Of the second factor: of the authenticator app, or a recovery code */
  readonly code?: string | undefined
}

/**
 * Signs a program in, under the limits and with the errors of a sign-in: unauthenticated for wrong credentials and then,
 * by the field `code`, for a code that is missing or wrong; forbidden for a disabled account and for one that must set a
 * second factor up; too_many.
 */
export async function issueTokens(
  db: Db,
  { limits, secret, tokens }: { limits: SignInLimits; secret: string; tokens: AccessTokens },
  { code, ...given }: ProgramCredentials,
  from: Origin,
): Promise<Tokens> {
  const first = await withCredentials(db, limits, given, from, async (tx, actor) => {
    if (!(await hasSecondFactor(tx, actor.id))) return { started: await startFamily(tx, actor, from) }
    if (code === undefined)
      throw new AppError('unauthenticated', 'code_needed', { fields: { code: 'code_needed' } })
    return { second: await makeChallenge(tx, 'second', { userId: actor.id, challenge: null }), code }
  })
  const started =
    first.started ??
    (await withSecondStep(db, { limits, secret }, first.second, first.code, from, (tx, actor) =>
      startFamily(tx, actor, from),
    ))
  return pair(await tokens.signer(), started)
}

/** Uses a refresh token up for a new pair. Throws unauthenticated; when it had been used before, its family has ended. */
export async function refreshTokens(db: Db, tokens: AccessTokens, refreshToken: string): Promise<Tokens> {
  // First, for a token that is used up and then answered by an error would be lost.
  const sign = await tokens.signer()
  // Ending a family is part of what is committed; so the refusal comes after.
  const next = await transaction(db, tx => rotate(tx, hashToken(refreshToken)))
  if (!next) throw new AppError('unauthenticated', 'refresh_token_invalid')
  return pair(sign, next)
}

/** Ends the family of a refresh token, used or not. An unknown token has none, which is fine: RFC 7009. */
export async function revokeTokens(db: Db, refreshToken: string): Promise<void> {
  await transaction(db, async tx => {
    const row = await tx
      .selectFrom('refresh_tokens')
      .select('family_id')
      .where('token_hash', '=', hashToken(refreshToken))
      .executeTakeFirst()
    if (row) await endFamily(tx, row.family_id)
  })
}

/** Ends all families of a person. */
export async function endAccess(tx: Tx, userId: string): Promise<void> {
  await tx
    .updateTable('token_families')
    .set({ ended_at: sql`now()` })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute()
}

interface Started {
  grant: Grant
  refreshToken: string
}

async function startFamily(tx: Tx, actor: Actor, from: Origin): Promise<Started> {
  if (await mustSetUp(tx, actor.id)) throw new AppError('forbidden', 'second_factor_required')
  const family = newId()
  const { address } = from
  const user_agent = from.userAgent.slice(0, 400)
  const values = { id: family, user_id: actor.id, address, user_agent, expires_at: refreshExpiry }
  await tx.insertInto('token_families').values(values).execute()
  await noticeDevice(tx, actor.id, from)
  await recordAudit(tx, { kind: 'program_signed_in', subject: actor.id, by: actor.id, address })
  return { grant: { actor, family }, refreshToken: await insertRefresh(tx, family) }
}

async function pair(sign: (grant: Grant) => Promise<string>, { grant, refreshToken }: Started) {
  return { accessToken: await sign(grant), expiresIn: ACCESS_LIFE, refreshToken }
}

async function rotate(tx: Tx, tokenHash: Buffer): Promise<Started | undefined> {
  // Both rows stay locked: of two who use one token at once, the second finds it used; who ends the family waits.
  const row = await tx
    .selectFrom('refresh_tokens as token')
    .innerJoin('token_families as family', 'family.id', 'token.family_id')
    .innerJoin('users', 'users.id', 'family.user_id')
    .select(['family.id', 'family.ended_at', 'token.used_at', 'users.id as user_id', 'users.role'])
    .select(sql<boolean>`token.expires_at < now()`.as('expired'))
    .where('token_hash', '=', tokenHash)
    .forUpdate(['token', 'family'])
    .executeTakeFirst()
  if (!row || row.ended_at || row.expired) return undefined
  if (row.used_at) {
    await endFamily(tx, row.id)
    return undefined
  }
  await tx
    .updateTable('refresh_tokens')
    .set({ used_at: sql`now()` })
    .where('token_hash', '=', tokenHash)
    .execute()
  await tx.updateTable('token_families').set({ expires_at: refreshExpiry }).where('id', '=', row.id).execute()
  const refreshToken = await insertRefresh(tx, row.id)
  return { grant: { actor: { id: row.user_id, role: row.role }, family: row.id }, refreshToken }
}

async function insertRefresh(tx: Tx, family: string): Promise<string> {
  const token = newToken()
  const values = { token_hash: hashToken(token), family_id: family, expires_at: refreshExpiry }
  await tx.insertInto('refresh_tokens').values(values).execute()
  return token
}

async function endFamily(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('token_families')
    .set({ ended_at: sql`now()` })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}
