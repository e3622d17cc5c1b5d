// The HTTP server and its end. Stopping means: take no new connection, let what is under way finish for ten seconds at
// most, then cut what is left, so that a client connects elsewhere.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'

export interface WebServer {
  /** The port that was taken: the one asked for, or for 0 a free one. */
  port: number
  /** Resolves once nothing is under way any more, after `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>
}

/** Listens. Rejects with the `listen` error, such as EADDRINUSE. */
// biome-ignore lint/suspicious/noExplicitAny: an app of any environment can be served
export async function listen(app: Hono<any>, host: string, port: number): Promise<WebServer> {
  const server = serve({ fetch: app.fetch, hostname: host, port }) as Server
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('listening', resolve)
  server.once('error', reject)
  await promise
  return { port: (server.address() as AddressInfo).port, stop: graceMs => stop(server, graceMs) }
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await promise
  clearTimeout(timer)
}
