// Each request is looked at once: for its line in the log, for the metrics, and for its span where traces are sent.
// They name the pattern of its route and never its address or its query, which hold what a person typed, or a token. It
// is over when its answer begins: how long a download or an open stream goes on says nothing of Xtablo.

import type { Context, MiddlewareHandler, Next } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Span, Tracing } from '../tracing/tracing.ts'
import type { WebEnv } from './env.ts'

interface Watching {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'requests' | 'requestsUnderWay'>
  readonly tracing?: Tracing | undefined
}

/** What a label says of a route that there is none, and of a method that nobody knows. */
const NO_ROUTE = 'unmatched'
const NO_METHOD = '_OTHER'
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Watches every request that passes. */
export function watchRequests({ log, metrics, tracing }: Watching): MiddlewareHandler<WebEnv> {
  if (!tracing) return (c, next) => watch(c, next)
  return (c, next) => {
    const method = methodOf(c)
    const from = { traceparent: c.req.header('traceparent'), tracestate: c.req.header('tracestate') }
    const attributes = { 'http.request.method': method, 'xtablo.request_id': c.get('requestId') }
    return tracing.begin({ name: method, kind: 'server', attributes, from }, span => watch(c, next, span))
  }

  async function watch(c: Context<WebEnv>, next: Next, span?: Span): Promise<void> {
    const begun = performance.now()
    metrics.requestsUnderWay.inc()
    try {
      await next()
    } finally {
      metrics.requestsUnderWay.dec()
    }
    const ms = performance.now() - begun
    const { status } = c.res
    const route = routeOf(c)
    metrics.requests.observe({ method: methodOf(c), route: route ?? NO_ROUTE, status }, ms / 1_000)
    log[status >= 500 ? 'error' : 'info'](
      {
        request_id: c.get('requestId'),
        method: c.req.method,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        user_id: c.get('userId'),
        trace_id: span?.traceId,
      },
      'request',
    )
    if (!span) return
    if (route !== undefined) span.rename(`${methodOf(c)} ${route}`)
    span.set({ 'http.route': route, 'http.response.status_code': status })
    if (status >= 500) span.fail(String(status))
  }
}

const names = new Map<string, string>()

/** The pattern, without what its parameters must look like. */
function routeOf(c: Context<WebEnv>): string | undefined {
  const path = matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path
  return path && names.getOrInsertComputed(path, () => path.replaceAll(/(:\w+)\{[^/]*\}/g, '$1'))
}

const methodOf = ({ req: { method } }: Context<WebEnv>): string => (METHODS.has(method) ? method : NO_METHOD)
