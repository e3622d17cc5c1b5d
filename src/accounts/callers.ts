// Who calls the API: whom a token stands for, and what it lets them do. Two kinds of token are told apart by their prefix.

import type { Deps } from '../platform/deps.ts'
import { issueTokens, type ProgramCredentials, refreshTokens, revokeTokens, type Tokens } from './access.ts'
import { accessTokens } from './access-tokens.ts'
import type { Actor, Origin } from './actor.ts'
import type { SignInLimits } from './limits.ts'
import { findPersonalAccess, markUsed, PERSONAL_PREFIX } from './personal-tokens.ts'
import type { TokenScope } from './schema.ts'
import type { PublicJwk } from './signing-keys.ts'

export interface Caller {
  readonly actor: Actor
  readonly scope: TokenScope
  /** The family of an access token, or the id of a personal token */
  readonly credential: string
  /** A second factor is required, and the person has none */
  readonly unprotected: boolean
}

export interface Callers {
  /**
   * Who bears a token, the text after `Bearer `; nobody when it is malformed, unknown, expired or ended. A personal token
   * costs a query, an access token none.
   */
  find(token: string): Promise<Caller | undefined>
  /**
   * Throws unauthenticated for wrong credentials and for a code that is missing or wrong; forbidden for an account that is
   * disabled or must set a second factor up; too_many past the limits.
   */
  issue(given: ProgramCredentials, from: Origin): Promise<Tokens>
  /** Throws unauthenticated; a token that was used before ends all that followed from its sign-in. */
  refresh(refreshToken: string): Promise<Tokens>
  /** Ends all that followed from the sign-in of a refresh token; an unknown one is fine. */
  revoke(refreshToken: string): Promise<void>
  /** The public keys by which anybody can check an access token. */
  jwks(): Promise<{ keys: PublicJwk[] }>
}

/** One for a process, since it remembers what ended. `now` is in milliseconds. */
export function callers(
  deps: Pick<Deps, 'config' | 'db' | 'secret' | 'log'> & { limits: SignInLimits },
  now: () => number = Date.now,
): Callers {
  const { db, limits, secret } = deps
  const tokens = accessTokens(deps, now)

  async function findByPersonal(token: string): Promise<Caller | undefined> {
    const access = await findPersonalAccess(db, token)
    if (!access) return undefined
    if (access.unmarked) await markUsed(db, access)
    const { actor, scope, id: credential, unprotected } = access
    return { actor, scope, credential, unprotected }
  }

  async function findByAccess(token: string): Promise<Caller | undefined> {
    const grant = await tokens.verify(token)
    if (!grant) return undefined
    const { actor, family: credential, unprotected } = grant
    return { actor, scope: 'write', credential, unprotected }
  }

  return {
    find: token => (token.startsWith(PERSONAL_PREFIX) ? findByPersonal(token) : findByAccess(token)),
    issue: (given, from) => issueTokens(db, { limits, secret, tokens }, given, from),
    refresh: refreshToken => refreshTokens(db, tokens, refreshToken),
    revoke: refreshToken => revokeTokens(db, refreshToken),
    jwks: tokens.jwks,
  }
}
