// Checking an Ed25519 signature costs more than asking the database by an index, and a program shows the same token for
// fifteen minutes. So a signature that was found good is remembered, by the whole text of the token; that the token has
// not expired, that its key still counts and that its family has not ended is asked each time.

import { LRUCache } from 'lru-cache'

/** Some 10 MB at most: a token has about 400 characters. */
const MOST = 10_000

/** A token whose signature is good. */
export interface CheckedToken<T> {
  /** The id of the key that signed it */
  readonly key: string
  /** Seconds since 1970 */
  readonly expires: number
  readonly says: T
}

/** Gives what `check` says of a token, or said. What `check` throws is thrown, and not remembered. */
export function checkedTokens<T>(
  check: (token: string) => Promise<CheckedToken<T>>,
): (token: string) => Promise<CheckedToken<T>> {
  const checked = new LRUCache<string, CheckedToken<T>>({ max: MOST })
  return async token => {
    const known = checked.get(token)
    if (known) return known
    const found = await check(token)
    checked.set(token, found)
    return found
  }
}
