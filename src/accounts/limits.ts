// How often a sign-in may be tried. The counters are rows, so that they hold over several web processes and a restart;
// their keys are keyed hashes, so that the table names nobody. An attempt is counted before the password is looked at,
// so that many at once can't slip through together, and given back when it was right: what adds up are failures.

import { createHmac } from 'node:crypto'
import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError, type ErrorText } from '../errors.ts'
import { networkOf } from '../platform/web/address.ts'

const MINUTE = 60
const HOUR = 3_600

/** Wrong passwords for an e-mail in an hour, from anywhere. */
const FAILURES = 100

export type SignInLimits = ReturnType<typeof signInLimits>

/**
 * The limits on signing in: 5 attempts a minute for an e-mail from one network, 20 a minute for a network, and 100
 * failures an hour for an e-mail from anywhere. `secret` hides who the counters are about.
 */
export function signInLimits(pool: pg.Pool, secret: string) {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
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
  const perPair = limiter('sign-in', 5, MINUTE)
  const perAddress = limiter('address', 20, MINUTE)
  const perEmail = limiter('failures', FAILURES, HOUR)
  const keyOf = (...parts: string[]) =>
    createHmac('sha256', secret).update(parts.join('\n')).digest('base64url')

  return {
    /** Counts an attempt. Throws too_many, with the seconds to wait, when it is one too many. */
    async attempt(email: string, address: string): Promise<void> {
      const place = networkOf(address)
      await take(perAddress, keyOf(place), 'too_many_attempts')
      await take(perPair, keyOf(email, place), 'too_many_attempts')
      const failures = await perEmail.get(keyOf(email))
      if (failures && failures.consumedPoints >= FAILURES)
        throw tooMany('too_many_failures', perEmail, failures)
    },
    /** Counts a wrong password, and says whether it is the one after which no more are taken. */
    async failed(email: string): Promise<boolean> {
      const { consumedPoints } = await perEmail.penalty(keyOf(email))
      return consumedPoints === FAILURES
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

async function take(limiter: RateLimiterPostgres, key: string, text: ErrorText): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (reason) {
    throw reason instanceof RateLimiterRes ? tooMany(text, limiter, reason) : reason
  }
}

const tooMany = (text: ErrorText, limiter: RateLimiterPostgres, { msBeforeNext }: RateLimiterRes) =>
  new AppError('too_many', text, {
    retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    rate: { name: limiter.keyPrefix, attempts: limiter.points, seconds: limiter.duration },
  })
