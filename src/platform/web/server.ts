// The HTTP server and its end. Stopping means: take no new connection, let what is under way finish for ten seconds at
// most, then cut what is left, so that a client connects elsewhere.
//
// A proxy keeps connections for its next requests, and what it sends at the moment in which one is closed is lost: it may
// not send a POST again. So behind a proxy idle connections stay open for a while in which the proxy, which lets go of
// them sooner, either does so or is told with the answer to its next request that this was the last one.

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, Server as Listener } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'

export interface WebServer {
  /** The port that was taken: the one asked for, or for 0 a free one. */
  port: number
  /** Resolves once nothing is under way any more, after `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>
}

/** A large upload over a slow line; how long forms and silence may last is held by those who read them. */
const LONGEST_REQUEST_MS = 6.5 * 3_600_000
const HEADERS_MS = 60_000

/** Stands before the application: tells whether it answered a request itself. */
export type Gate = (request: IncomingMessage, response: ServerResponse) => boolean

/** deploy/Caddyfile lets go of an idle connection after one second. */
export const PROXY_LINGER_MS = 3_000

/**
 * Listens; when it stops, idle connections are closed after `lingerMs`. Rejects with the `listen` error, such as
 * EADDRINUSE.
 */
export async function listen(
  app: Pick<Hono, 'fetch'>,
  host: string,
  port: number,
  { gate = () => false, lingerMs = 0 }: { gate?: Gate; lingerMs?: number } = {},
): Promise<WebServer> {
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port,
    serverOptions: { requestTimeout: LONGEST_REQUEST_MS, headersTimeout: HEADERS_MS },
    createServer: ((options: ServerOptions, application: RequestListener) =>
      createServer(options, (request, response) => {
        if (!gate(request, response)) application(request, response)
      })) as typeof createServer,
  }) as Server
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('listening', resolve)
  server.once('error', reject)
  await promise
  return {
    port: (server.address() as AddressInfo).port,
    stop: graceMs => stop(server, graceMs, Math.min(lingerMs, graceMs)),
  }
}

async function stop(server: Server, graceMs: number, lingerMs: number): Promise<void> {
  server.prependListener('request', (_, answer) => answer.setHeader('Connection', 'close'))
  // Right after the loop has taken what had connected, so that hardly anybody is left in the listener's queue.
  if (lingerMs > 0) await setImmediate()
  const { promise, resolve } = Promise.withResolvers<void>()
  // Of the listener alone: that of HTTP would close idle connections, too.
  Listener.prototype.close.call(server, () => resolve())
  // A kept-alive connection becomes idle only after its answer, so it is asked again until none is left.
  const from = performance.now() + lingerMs
  const closeIdle = () => performance.now() >= from && server.closeIdleConnections()
  const idle = setInterval(closeIdle, 50)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  closeIdle()
  await promise
  clearInterval(idle)
  clearTimeout(late)
  // It has no listener any more: this ends what it does beside listening.
  server.close()
}
