import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])

/**
 * Refuses with 403 a state change that another site sent: allowed is `Sec-Fetch-Site: same-origin`, or an `Origin`
 * whose host is the request's or the base URL's. Neither header is refused too, whatever the content type: browsers
 * send one of them with every POST. Where no route would answer, there is nothing to refuse, and 404 or 405 says more.
 */
export function sameOriginOnly(baseUrl: URL): MiddlewareHandler {
  return async (c, next) => {
    const changes = !SAFE.has(c.req.method) && matchedRoutes(c).some(route => route.method !== 'ALL')
    if (changes && !isSameOrigin(c.req.raw.headers, baseUrl)) {
      throw new HTTPException(403, { message: 'cross_site' })
    }
    await next()
  }
}

function isSameOrigin(headers: Headers, baseUrl: URL): boolean {
  if (headers.get('Sec-Fetch-Site') === 'same-origin') return true
  const origin = headers.get('Origin') ?? ''
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return host !== '' && (host === headers.get('Host') || host === baseUrl.host)
}
