// The HTTP server and its end. Stopping means: take no new connection, let what is under way finish for ten seconds at
// most, then cut what is left, so that a client connects elsewhere.

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
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

/** Listens. Rejects with the `listen` error, such as EADDRINUSE. */
export async function listen(
  app: Pick<Hono, 'fetch'>,
  host: string,
  port: number,
  gate: Gate = () => false,
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
  return { port: (server.address() as AddressInfo).port, stop: graceMs => stop(server, graceMs) }
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  // A kept-alive connection becomes idle only after its answer, so it is asked again until none is left.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  server.closeIdleConnections()
  await promise
  clearInterval(idle)
  clearTimeout(late)
}
