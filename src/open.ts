// Opens what every command needs, by configuration: the database, embedded or not, and the rest of `deps`.

import pg from 'pg'
import type { Config } from './config.ts'
import { connect } from './platform/database/database.ts'
import { openEmbedded } from './platform/database/embedded/embedded.ts'
import { pendingMigrations } from './platform/database/migrate.ts'
import { PreparingClient } from './platform/database/prepared.ts'
import type { Deps } from './platform/deps.ts'
import { createLog } from './platform/log.ts'
import { loadSecret } from './platform/secret.ts'

export interface Opened {
  deps: Deps
  /** What whoever starts Xtablo should read, a line each. */
  notes: string[]
  /** Closes the connections, then leaves the embedded Postgres. */
  close(): Promise<void>
}

/** The database of DATABASE_URL does not answer or refuses: the message is one line that says what to do. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

/** Connections of one process; Postgres allows 100 to all. */
const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Throws an EmbeddedError or an UnreachableError when there is no database, a SecretError when the stored secret can't be
 * used, and the file system's error when none can be kept.
 */
export async function open(
  config: Config,
  use: { purpose: 'start' | 'join' | 'read'; command: string },
): Promise<Opened> {
  const log = createLog({ level: config.logLevel, production: config.production })
  const database = await openDatabase(config, use, line => log.warn(line))
  const pool = new pg.Pool({
    ...database.pool,
    Client: PreparingClient,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: `xtablo ${use.command}`,
  })
  let closing = false
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', ({ message }) => {
    if (!closing) log.warn({ reason: message }, 'database connection lost')
  })
  const db = connect(pool)
  const close = async () => {
    closing = true
    // Not by Kysely, which leaves a pool open that it never asked anything: the process would stay until it idles out.
    await pool.end()
    await database.close()
  }
  try {
    await pool.query('select 1').catch(unreachable)
    const migrationsPending = async () => (await pendingMigrations(pool)).length > 0
    const deps = { config, db, pool, log, secret: loadSecret(config), migrationsPending }
    return { deps, notes: database.notes, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openDatabase(
  config: Config,
  use: { purpose: 'start' | 'join' | 'read'; command: string },
  log: (line: string) => void,
) {
  if (!config.databaseUrl) return openEmbedded({ dataDir: config.dataDir, ...use, log })
  return { pool: { connectionString: config.databaseUrl }, notes: [], close: async () => {} }
}

function unreachable(error: unknown): never {
  // A name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : error
  const reason = first instanceof Error ? first.message : String(first)
  throw new UnreachableError(
    `The database can't be reached: ${reason}. Check DATABASE_URL, and that Postgres runs there.`,
  )
}
