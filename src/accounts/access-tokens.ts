// Access tokens: JWTs of 15 minutes, signed with Ed25519 (RFC 7519, RFC 8037). They are checked without a query, by what
// the process knows; who signs asks for the newest key, so that a rotation counts at once in every process.

import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Deps } from '../platform/deps.ts'
import type { Actor } from './actor.ts'
import { checkedTokens } from './checked-tokens.ts'
import { knownAccess } from './known-access.ts'
import { type PublicJwk, readPublicKeys, signingKey } from './signing-keys.ts'

/** Seconds */
export const ACCESS_LIFE = 900

/** Who the tokens are for: the `aud` of each. */
const AUDIENCE = 'xtablo-api'

/** What ended is refused after this at the latest. */
const KNOWN_MS = 20_000

/** A key that is not known may be new; but whoever invents keys makes us ask no more often. */
const UNKNOWN_KEY_MS = 2_000

/** What an access token says: who calls, by which family of tokens. */
export interface Grant {
  readonly actor: Actor
  readonly family: string
}

/** A grant that is good, and what is to be said against using it now. */
export interface Verified extends Grant {
  /** A second factor is required, and the person has none */
  readonly unprotected: boolean
}

interface Claims extends JWTPayload {
  sub: string
  sid: string
  role: Actor['role']
}

export type AccessTokens = ReturnType<typeof accessTokens>

/** Signs and verifies the access tokens of this Xtablo. `now` is in milliseconds. */
export function accessTokens(
  { config, db, secret, log }: Pick<Deps, 'config' | 'db' | 'secret' | 'log'>,
  now: () => number = Date.now,
) {
  const issuer = config.baseUrl.origin
  const known = knownAccess(db, now)

  async function keyOf(kid = '') {
    const find = async (maxAge: number) => (await known(maxAge)).keys.get(kid)
    const found = (await find(KNOWN_MS)) ?? (await find(UNKNOWN_KEY_MS))
    if (!found) throw new errors.JWKSNoMatchingKey()
    return found.key
  }

  const check = checkedTokens<Grant>(async token => {
    const { payload, protectedHeader } = await jwtVerify<Claims>(token, header => keyOf(header.kid), {
      issuer,
      audience: AUDIENCE,
      algorithms: ['EdDSA'],
      requiredClaims: ['sub', 'sid', 'role', 'exp'],
      currentDate: new Date(now()),
    })
    const { sub, role, sid, exp = 0 } = payload
    const says = { actor: { id: sub, role }, family: sid }
    return { key: protectedHeader.kid ?? '', expires: exp, says }
  })

  return {
    /** Fetches the key that signs now; what it gives signs without asking anybody, so it can't fail halfway. */
    async signer(): Promise<(grant: Grant) => Promise<string>> {
      const { id, key } = await signingKey(db, secret, log)
      return ({ actor, family }) => {
        const issued = Math.floor(now() / 1000)
        return new SignJWT({ role: actor.role, sid: family })
          .setProtectedHeader({ alg: 'EdDSA', kid: id, typ: 'JWT' })
          .setIssuer(issuer)
          .setAudience(AUDIENCE)
          .setSubject(actor.id)
          .setIssuedAt(issued)
          .setExpirationTime(issued + ACCESS_LIFE)
          .sign(key)
      }
    },

    /** What a token says, or nothing when it is not one of ours, has expired, or its family has ended. */
    async verify(token: string): Promise<Verified | undefined> {
      try {
        const { key, expires, says } = await check(token)
        const { keys, ended, unprotected } = await known(KNOWN_MS)
        if (now() >= expires * 1000 || !keys.has(key) || ended.has(says.family)) return undefined
        return { ...says, unprotected: unprotected.has(says.actor.id) }
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },

    /** The public keys whose tokens are accepted, the newest first: RFC 7517. Read anew: who misses a key asks here. */
    async jwks(): Promise<{ keys: PublicJwk[] }> {
      const keys = await readPublicKeys(db)
      return { keys: [...keys.values()].map(({ jwk }) => jwk) }
    },
  }
}
