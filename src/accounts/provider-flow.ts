// What a browser carries while its person is at a provider: sealed, so that it can be neither read nor made, for the one
// state that went along, and for ten minutes. An answer that comes back in another browser, or for another state, finds
// nothing that opens; and whatever the answer was, the cookie is gone after it.

import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Config } from '../config.ts'
import type { Asked } from './providers.ts'
import { seal, unseal } from './sealing.ts'
import { cookieOptions, isSecure } from './signed-in.ts'

const USE = 'at a provider'
const SECONDS = 600
/** Characters: a cookie has room for about 4,000 in all. */
const LONGEST_NEXT = 1_000

export interface Flow {
  readonly provider: string
  readonly asked: Asked
  /** Where the person wanted to go */
  readonly next: string
  /** The session that asked to link an identity; undefined: somebody signs in. */
  readonly linking?: string
}

/** Gives the browser what it must bring back. */
export function keepFlow(c: Context, config: Config, secret: string, flow: Flow): void {
  const next = flow.next.length > LONGEST_NEXT ? '' : flow.next
  const content = JSON.stringify({ ...flow, next, until: Date.now() + SECONDS * 1_000 })
  const sealed = seal(secret, USE, flow.asked.state, Buffer.from(content)).toString('base64url')
  setCookie(c, nameOf(config), sealed, { ...cookieOptions(config), maxAge: SECONDS })
}

/** Takes from the browser what it carries; gives it when it is for this provider and state, and not too old. */
export function takeFlow(
  c: Context,
  config: Config,
  secret: string,
  provider: string,
  state: string,
): Flow | undefined {
  const sealed = getCookie(c, nameOf(config))
  deleteCookie(c, nameOf(config), cookieOptions(config))
  const content = sealed && unseal(secret, USE, state, Buffer.from(sealed, 'base64url'))
  if (!content) return undefined
  const { until, ...flow } = JSON.parse(content.toString()) as Flow & { until: number }
  return flow.provider === provider && Date.now() < until ? flow : undefined
}

const nameOf = (config: Config) => `${isSecure(config) ? '__Host-' : ''}xtablo_provider`
