// Opens what every command needs, by configuration: the database, embedded or not, and the rest of `deps`.

import type { Config } from './config.ts'
import { connect } from './platform/database/database.ts'
import { openEmbedded } from './platform/database/embedded/embedded.ts'
import { pendingMigrations } from './platform/database/migrate.ts'
import { openPool, openProbe } from './platform/database/pool.ts'
import type { Deps } from './platform/deps.ts'
import { createLog, type Log } from './platform/log.ts'
import { openMailer } from './platform/mail/open.ts'
import { loadSecret } from './platform/secret.ts'
import { openStorage } from './platform/storage/open.ts'
import type { Tracing } from './platform/tracing/tracing.ts'

export interface Opened {
  deps: Deps
  /** What whoever starts Xtablo should read, a line each. */
  notes: string[]
  /**
   * Closes the connections, a second after which what they still do is cut, sends the last traces, and leaves the
   * embedded Postgres.
   */
  close(): Promise<void>
}

/** The database of DATABASE_URL does not answer or refuses: the message is one line that says what to do. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

/** For what is still asked of the database when nobody waits for an answer any more. */
export const CLOSE_GRACE_MS = 1_000

interface Use {
  purpose: 'start' | 'join' | 'read'
  command: string
  /** Whether the log goes to standard error, for a command whose output is data. */
  toError?: boolean
  /** Whether what it does is traced, where traces are wanted. */
  traced?: boolean
}

/**
 * Throws an EmbeddedError or an UnreachableError when there is no database, a SecretError when the stored secret can't
 * be used, and the file system's error when none can be kept.
 */
export async function open(config: Config, use: Use): Promise<Opened> {
  const { logLevel: level, production } = config
  const log = createLog({ level, production, toError: use.toError === true })
  const tracing = use.traced && config.otlpEndpoint ? await openTracing(log) : undefined
  const database = await openDatabase(config, use, log, tracing)
  const { pool, probe, db, connection, notes } = database
  const storage = await openStorage(config)
  const mailer = openMailer(config)
  const close = async () => {
    storage.close()
    mailer.close()
    await Promise.all([database.close(), tracing?.stop(CLOSE_GRACE_MS)])
  }
  try {
    const migrationsPending = async () => (await pendingMigrations(probe)).length > 0
    const secret = loadSecret(config)
    const rest = { connection, storage, mailer, log, secret, migrationsPending, tracing }
    return { deps: { config, db, pool, probe, ...rest }, notes, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openTracing(log: Log): Promise<Tracing> {
  // Only who wants traces pays for what sends them.
  return (await import('./platform/tracing/otlp.ts')).openTracing(log)
}

/** The database alone, once it answers. Throws an EmbeddedError or an UnreachableError when there is none. */
export async function openDatabase(config: Config, use: Use, log: Pick<Log, 'warn'>, tracing?: Tracing) {
  const { purpose, command } = use
  const database = config.databaseUrl
    ? { pool: { connectionString: config.databaseUrl }, notes: [], close: async () => {} }
    : await openEmbedded({ dataDir: config.dataDir, purpose, command, log: line => log.warn(line) })
  const { pool, close: closePool } = openPool(
    { ...database.pool, application_name: `xtablo ${command}` },
    reason => log.warn({ reason }, 'database connection lost'),
    tracing,
  )
  const probe = openProbe({ ...database.pool, application_name: `xtablo ${command}, health` })
  const db = connect(pool)
  const close = async () => {
    // Not by Kysely, which leaves a pool open that it never asked anything: the process would stay until it idles out.
    await Promise.all([closePool(CLOSE_GRACE_MS), probe.close(CLOSE_GRACE_MS)])
    await database.close()
  }
  try {
    await pool.query('select 1').catch(unreachable)
    return { pool, probe: probe.pool, db, connection: database.pool, notes: database.notes, close }
  } catch (error) {
    await close()
    throw error
  }
}

function unreachable(error: unknown): never {
  // A name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : error
  const reason = first instanceof Error ? first.message : String(first)
  throw new UnreachableError(
    `The database can't be reached: ${reason}. Check DATABASE_URL, and that Postgres runs there.`,
  )
}
