import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Log } from '../log.ts'
import type { WebEnv } from './env.ts'

/** One line per request; the route's pattern and never the query, which can hold what a person typed. */
export function accessLog(log: Log): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const start = performance.now()
    await next()
    const { status } = c.res
    log[status >= 500 ? 'error' : 'info'](
      {
        request_id: c.get('requestId'),
        method: c.req.method,
        route: matchedRoutes(c).find(route => route.method !== 'ALL')?.path,
        status,
        ms: Math.round((performance.now() - start) * 10) / 10,
        user_id: c.get('userId'),
      },
      'request',
    )
  }
}
