// How often a sign-in may be tried. The counters are rows, so that they hold over several web processes and a restart;
// their keys are keyed hashes, so that the table names nobody. An attempt is counted before the password is looked at,
// so that many at once can't slip through together, and given back when it was right: what adds up are failures.

import { createHmac } from 'node:crypto'
import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError, type ErrorText } from '../errors.ts'
import { networkOf } from '../platform/web/address.ts'

const MINUTE = 60
export const HOUR = 3_600

/** Wrong passwords for an e-mail in an hour, from anywhere. */
const FAILURES = 100

export type SignInLimits = ReturnType<typeof signInLimits>

/**
 * The limits on signing in: 5 attempts a minute for an e-mail from one network, 20 a minute for a network, and 100
 * failures an hour for an e-mail from anywhere, after which a link is the way in: `mailed` says whether it can be had by
 * mail; for codes, 10 failures an hour for a person. `secret` hides who the counters are about.
 */
export function signInLimits(pool: pg.Pool, secret: string, { mailed = false } = {}) {
  const limiter = limiterOn(pool)
  const keyOf = keysOf(secret)
  const failedTooOften = mailed ? 'too_many_failures_mailed' : 'too_many_failures'
  const perPair = limiter('sign-in', 5, MINUTE)
  const perAddress = limiter('address', 20, MINUTE)
  const perEmail = limiter('failures', FAILURES, HOUR)
  // Of a million codes three are right at a time, and who guesses them knows the password already.
  const perCodes = limiter('codes', 10, HOUR)
  // So many pages ask a browser for a passkey, each of which is a row for five minutes.
  const perAsking = limiter('passkeys', 60, MINUTE)

  return {
    /** Counts an attempt. Throws too_many, with the seconds to wait, when it is one too many. */
    async attempt(email: string, address: string): Promise<void> {
      const place = networkOf(address)
      await take(perAddress, keyOf(place), 'too_many_attempts')
      await take(perPair, keyOf(email, place), 'too_many_attempts')
      const failures = await perEmail.get(keyOf(email))
      if (failures && failures.consumedPoints >= FAILURES) throw tooMany(failedTooOften, perEmail, failures)
    },
    /** Counts an attempt of somebody who is not named yet, by the address alone. Throws too_many. */
    async attemptFrom(address: string): Promise<void> {
      await take(perAddress, keyOf(networkOf(address)), 'too_many_attempts')
    },
    /** Gives such an attempt back, since it was right. */
    async succeededFrom(address: string): Promise<void> {
      await perAddress.reward(keyOf(networkOf(address)))
    },
    /** Counts a wrong password, and says whether it is the one after which no more are taken. */
    async failed(email: string): Promise<boolean> {
      const { consumedPoints } = await perEmail.penalty(keyOf(email))
      return consumedPoints === FAILURES
    },
    /** Counts a try of a code of the second factor. Throws too_many. */
    async attemptCode(userId: string, address: string): Promise<void> {
      await take(perAddress, keyOf(networkOf(address)), 'too_many_attempts')
      await take(perCodes, keyOf(userId), 'too_many_codes')
    },
    async codeSucceeded(userId: string, address: string): Promise<void> {
      await Promise.all([perCodes.delete(keyOf(userId)), perAddress.reward(keyOf(networkOf(address)))])
    },
    /** Counts a question for a passkey of whoever it is. Throws too_many. */
    async askPasskey(address: string): Promise<void> {
      await take(perAsking, keyOf(networkOf(address)), 'too_many_attempts')
    },
    /** Lets a person try again who has set a new password by a link. */
    async forget(email: string): Promise<void> {
      await perEmail.delete(keyOf(email))
    },
    async succeeded(email: string, address: string): Promise<void> {
      const place = networkOf(address)
      await Promise.all([
        perPair.delete(keyOf(email, place)),
        perAddress.reward(keyOf(place)),
        perEmail.delete(keyOf(email)),
      ])
    },
  }
}

/** Makes limiters of so many points in so many seconds, whose counters are rows. */
export const limiterOn = (pool: pg.Pool) => (keyPrefix: string, points: number, duration: number) =>
  new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: true,
    keyPrefix,
    points,
    duration,
    inMemoryBlockOnConsumed: points + 1,
  })

/** Makes the key of a counter from whom it is about. */
export const keysOf =
  (secret: string) =>
  (...parts: string[]): string =>
    createHmac('sha256', secret).update(parts.join('\n')).digest('base64url')

/** Counts one. Throws too_many, with the seconds to wait, when it is one too many. */
export async function take(limiter: RateLimiterPostgres, key: string, text: ErrorText): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (reason) {
    throw reason instanceof RateLimiterRes ? tooMany(text, limiter, reason) : reason
  }
}

/** Counts one, and gives whether it is not one too many. */
export async function isWithin(limiter: RateLimiterPostgres, key: string): Promise<boolean> {
  try {
    await limiter.consume(key)
    return true
  } catch (reason) {
    if (reason instanceof RateLimiterRes) return false
    throw reason
  }
}

const tooMany = (text: ErrorText, limiter: RateLimiterPostgres, { msBeforeNext }: RateLimiterRes) =>
  new AppError('too_many', text, {
    retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    rate: { name: limiter.keyPrefix, attempts: limiter.points, seconds: limiter.duration },
  })
