import type { Context } from 'hono'
import type { Config } from '../config.ts'
import { seeOther } from '../platform/web/respond.ts'
import type { Arrival } from './arriving.ts'
import { keepChallenge, keepSession } from './signed-in.ts'

/**
 * Answers somebody who has proved who they are: gives the browser what it got, and leads to where they wanted to go, by
 * the second step where there is one.
 */
export function welcome(c: Context, config: Config, { session, second }: Arrival, next: string): Response {
  if (session !== undefined) {
    keepSession(c, config, session)
    return seeOther(c, next || '/')
  }
  keepChallenge(c, config, 'second', second)
  return seeOther(c, next === '' ? '/login/second' : `/login/second?next=${encodeURIComponent(next)}`)
}
