// How often what costs something may be asked for by whoever comes along: a link by mail, and a new account, which hashes.
// Known and unknown addresses are counted alike, so that a refusal tells nothing.

import type pg from 'pg'
import { networkOf } from '../platform/web/address.ts'
import { HOUR, isWithin, keysOf, limiterOn, take } from './limits.ts'

export type AskingLimits = ReturnType<typeof askingLimits>

/** `secret` hides who the counters are about. */
export function askingLimits(pool: pg.Pool, secret: string) {
  const limiter = limiterOn(pool)
  const keyOf = keysOf(secret)
  const signUps = limiter('sign-up', 30, HOUR)
  const asks = limiter('asks', 30, HOUR)
  const asksPerPair = limiter('asks-email', 5, HOUR)
  const asksPerPerson = limiter('asks-person', 5, HOUR)
  const mailsPerEmail = limiter('mails', 10, HOUR)

  return {
    /** 30 accounts an hour from one network. Throws too_many. */
    signUp: (address: string) => take(signUps, keyOf(networkOf(address)), 'signups_many'),

    /**
     * Counts who asks for a new password: 30 an hour from one network, and 5 of them for one e-mail. Throws too_many.
     * Gives whether a mail may go there: an e-mail gets 10 an hour at most, whoever asks, and nobody is told that it had
     * them.
     */
    async reset(email: string, address: string): Promise<boolean> {
      const place = networkOf(address)
      await take(asks, keyOf(place), 'mails_many')
      await take(asksPerPair, keyOf(email, place), 'mails_many')
      return isWithin(mailsPerEmail, keyOf(email))
    },

    /** The same of a signed-in person, who may ask 5 times an hour, for a mail to this address. */
    async address(userId: string, email: string): Promise<boolean> {
      await take(asksPerPerson, keyOf(userId), 'mails_many')
      return isWithin(mailsPerEmail, keyOf(email))
    },
  }
}
