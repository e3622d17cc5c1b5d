import type { Context } from 'hono'
import type { Config } from '../config.ts'
import { seeOther } from '../platform/web/respond.ts'
import type { Arrival } from './arriving.ts'
import { keepSession } from './signed-in.ts'

/** Answers somebody who has proved who they are: gives the browser what it got, and leads to where they wanted to go. */
export function welcome(c: Context, config: Config, { session }: Arrival, next: string): Response {
  keepSession(c, config, session)
  return seeOther(c, next || '/')
}
