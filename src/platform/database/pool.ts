// The connections of one process, none of which can hold up an end for ever: what a page asks takes milliseconds, so a
// statement is ended after half a minute, and closing waits for a moment only.

import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { keepTraces, tracedClient } from '../tracing/queries.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { PreparingClient } from './prepared.ts'
import { patientSocket } from './socket.ts'

/** Connections of one process; Postgres allows 100 to all. */
const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
const PROBE_TIMEOUT_MS = 2_000

export interface OpenPool {
  pool: pg.Pool
  /** Takes no more work, and after `graceMs` ends what is still under way. */
  close(graceMs: number): Promise<void>
}

/** A pool that connects as soon as it is asked something. `onLost` is told when an idle connection breaks. */
export function openPool(
  connection: pg.PoolConfig,
  onLost: (reason: string) => void,
  tracing?: Tracing,
): OpenPool {
  const pool = new pg.Pool({
    ...connection,
    Client: tracing ? tracedClient(tracing) : PreparingClient,
    stream: patientSocket,
    max: CONNECTIONS,
    // One stays when nobody asks for anything: by it a restore sees that somebody uses the database.
    min: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
  })
  if (tracing) keepTraces(pool)
  return closable(pool, onLost)
}

/** One connection, for questions that are answered at once or never. It is given back to Postgres when nobody asks. */
export function openProbe(connection: pg.PoolConfig): OpenPool {
  const pool = new pg.Pool({
    ...connection,
    stream: patientSocket,
    max: 1,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    statement_timeout: PROBE_TIMEOUT_MS,
  })
  // The pool beside it tells of what is lost.
  return closable(pool, () => {})
}

function closable(pool: pg.Pool, onLost: (reason: string) => void): OpenPool {
  const clients = new Set<pg.PoolClient>()
  pool.on('connect', client => {
    clients.add(client)
    // One that breaks between two statements of a transaction tells nobody but by this event, which ends the process
    // when nobody listens; the next statement is refused anyway.
    client.on('error', () => {})
  })
  pool.on('remove', client => clients.delete(client))
  let closing = false
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', ({ message }) => {
    if (!closing) onLost(message)
  })
  const close = async (graceMs: number) => {
    closing = true
    const ended = pool.end()
    const timer = new AbortController()
    const late = setTimeout(graceMs, undefined, { signal: timer.signal }).catch(() => {})
    await Promise.race([ended, late])
    timer.abort()
    for (const client of clients) cut(client)
  }
  return { pool, close }
}

/** Ends a connection that is in use: whoever uses it is told by their query. */
function cut(client: pg.PoolClient): void {
  client.on('error', () => {})
  // The method of the pg.Client that a pool's client is; the types leave it out.
  void (client as unknown as pg.Client).end().catch(() => {})
}
