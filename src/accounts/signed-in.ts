// Who a request comes from: the session of its cookie. Everything after this middleware reads the person and their
// Locale from the context; a page that needs a person says so with `signedIn`.

import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Config } from '../config.ts'
import type { Deps } from '../platform/deps.ts'
import { clientAddress } from '../platform/web/address.ts'
import type { Variables } from '../platform/web/env.ts'
import { isHtmx, pageOf, seeOther } from '../platform/web/respond.ts'
import { localeOf } from '../texts/locale.ts'
import type { Origin, Person } from './actor.ts'
import { CHALLENGE_LIFE, type ChallengeKind } from './challenges.ts'
import { SESSION_DAYS, type Session, touchSession } from './sessions.ts'

export interface AccountEnv {
  Variables: Variables & { session: Session | undefined }
}

/** The person of a page that stands behind `signedIn`, and their session. */
export interface SignedInEnv {
  Variables: Variables & { session: Session; person: Person }
}

/** Finds the session of a token; a feature may read more of the request's needs along with it. */
export type SessionFinder = (c: Context, token: string) => Promise<Session | undefined>

/** Finds the session of the request, marks it as seen, and chooses the person's Locale. */
export function sessions(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  find: SessionFinder,
): MiddlewareHandler<AccountEnv> {
  return async (c, next) => {
    const token = sessionToken(c, config)
    const session = token ? await find(c, token) : undefined
    if (session && token && (session.expiring || session.unseen)) {
      await touchSession(db, session, originOf(c, config))
      if (session.expiring) keepSession(c, config, token)
    }
    const person = session?.person
    c.set('session', session)
    c.set('userId', person?.id)
    if (person) c.set('locale', localeOf(person.language ?? c.get('locale').language, person.timeZone))
    await next()
  }
}

/** Where a person sees and changes what they sign in with. */
export const SECURITY = '/settings/security'

/**
 * Lets only a signed-in person through; anybody else signs in first, then comes back here. Who must set a second factor
 * up is led to where that is done, whatever they want.
 */
export const signedIn: MiddlewareHandler<SignedInEnv> = async (c, next) => {
  const session = c.get('session') as Session | undefined
  if (!session) return toSignIn(c)
  if (session.unprotected && !`${c.req.path}/`.startsWith(`${SECURITY}/`)) return seeOther(c, SECURITY)
  c.set('person', session.person)
  await next()
}

/** Lets only somebody through who has signed in just now; anybody else proves first that it is still they. */
export const justSignedIn: MiddlewareHandler<SignedInEnv> = async (c, next) => {
  if (c.get('session').fresh) return next()
  const asked = c.req.method === 'GET' ? c.req.path : pageOf(c)
  return seeOther(c, `${SECURITY}/confirm?next=${encodeURIComponent(asked === '/' ? SECURITY : asked)}`)
}

/** The token in the request's cookie. */
export function sessionToken(c: Context, config: Config): string | undefined {
  return getCookie(c, cookieName(config))
}

/** Gives the browser the session's token, for as long as the session lasts. */
export function keepSession(c: Context, config: Config, token: string): void {
  setCookie(c, cookieName(config), token, { ...cookieOptions(config), maxAge: SESSION_DAYS * 86_400 })
}

/** Takes the token from the browser. */
export function forgetSession(c: Context, config: Config): void {
  deleteCookie(c, cookieName(config), cookieOptions(config))
}

/** Gives the browser the token of a challenge, until that is over. */
export function keepChallenge(c: Context, config: Config, kind: ChallengeKind, token: string): void {
  setCookie(c, cookieName(config, kind), token, { ...cookieOptions(config), maxAge: CHALLENGE_LIFE * 60 })
}

/** The token of a challenge of this kind; one that nobody has where there is none. */
export const challengeToken = (c: Context, config: Config, kind: ChallengeKind): string =>
  getCookie(c, cookieName(config, kind)) ?? ''

export function forgetChallenge(c: Context, config: Config, kind: ChallengeKind): void {
  deleteCookie(c, cookieName(config, kind), cookieOptions(config))
}

/** Where the request comes from. */
export function originOf(c: Context, config: Config): Origin {
  return {
    address: clientAddress(c, config.trustedProxies),
    userAgent: c.req.header('User-Agent') ?? '',
    language: c.get('locale').language,
    earlierToken: sessionToken(c, config),
  }
}

function toSignIn(c: Context): Response {
  // Only a page can be come back to: what was to be changed, or to be shown in a page, is asked for again from there.
  const isPage = c.req.method === 'GET' && !isHtmx(c)
  const asked = isPage ? c.req.path + new URL(c.req.url).search : pageOf(c)
  return seeOther(c, asked === '/' ? '/login' : `/login?next=${encodeURIComponent(asked)}`)
}

export const isSecure = (config: Config) => config.baseUrl.protocol === 'https:'
const cookieName = (config: Config, what: 'session' | ChallengeKind = 'session') =>
  `${isSecure(config) ? '__Host-' : ''}xtablo_${what}`
export const cookieOptions = (config: Config) => ({
  httpOnly: true,
  sameSite: 'Lax' as const,
  path: '/',
  secure: isSecure(config),
})
