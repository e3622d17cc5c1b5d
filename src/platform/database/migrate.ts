// Migrations run in order, all that are pending in one transaction, under an advisory lock: of two processes that start
// at once the second waits and then finds nothing to do. A database may be newer than this code, after a rollback to
// the release before. The migrations it has and we don't know were then applied by a later release, and each says
// which releases it still serves: this one is warned or refused.

import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate'
import pg from 'pg'
import { version } from '../root.ts'
import { loadMigrations, MIGRATIONS_FOLDER, MigrationError, migrationNames } from './migrations.ts'

export { MigrationError } from './migrations.ts'

export interface MigrateOptions {
  /** Where the migrations lie; `migrations` of this installation when left out. */
  folder?: string
  /** The release that asks; that of package.json when left out. */
  release?: string
  /** Told each migration as it runs, and the warning about a database that is newer than this release. */
  log?: (line: string) => void
}

export interface MigrationStatus {
  name: string
  /** `unknown`: applied by a later release, and not a migration of this one. */
  state: 'applied' | 'pending' | 'unknown'
  appliedAt?: Date
}

const TABLE = 'migrations'

/** Applies every pending migration and gives their names. Throws a MigrationError; the database is then as before. */
export async function migrateUp(pool: pg.Pool, options: MigrateOptions = {}): Promise<string[]> {
  const warning = await checkRelease(pool, options)
  if (warning !== undefined) options.log?.(warning)
  return run(pool, 'up', Number.POSITIVE_INFINITY, options)
}

/** Takes back the last `count` migrations and gives their names. Throws a MigrationError. */
export async function migrateDown(pool: pg.Pool, count = 1, options: MigrateOptions = {}): Promise<string[]> {
  return run(pool, 'down', count, options)
}

/**
 * Takes the part of the one process that migrates, for as long as the connection lives. False: another has it. Whoever
 * starts meanwhile waits for the end of it.
 */
export async function claimMigrating(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(
    `select pg_try_advisory_lock(${PG_MIGRATE_LOCK_ID}) as yes`,
  )
  return rows[0]?.yes ?? false
}

/**
 * Runs up to `count` migrations as a part of the transaction that the caller has begun on this connection, after
 * `claimMigrating`. Throws a MigrationError; the transaction is then of no more use.
 */
export async function migrateInside(
  client: pg.ClientBase,
  direction: 'up' | 'down',
  count = Number.POSITIVE_INFINITY,
  options: MigrateOptions = {},
): Promise<string[]> {
  return runOn(client, direction, count, options, true)
}

/** Every migration of this release and of the database, in order. */
export async function migrationStatus(
  pool: pg.Pool,
  options: MigrateOptions = {},
): Promise<MigrationStatus[]> {
  const names = await migrationNames(options.folder ?? MIGRATIONS_FOLDER)
  const applied = new Map((await appliedMigrations(pool)).map(row => [row.name, row.run_on]))
  return [...new Set([...names, ...applied.keys()])].sort().map(name => {
    const appliedAt = applied.get(name)
    if (appliedAt === undefined) return { name, state: 'pending' }
    return { name, state: names.includes(name) ? 'applied' : 'unknown', appliedAt }
  })
}

/** The migrations of this release that the database lacks: one query. */
export async function pendingMigrations(pool: pg.Pool, options: MigrateOptions = {}): Promise<string[]> {
  const status = await migrationStatus(pool, options)
  return status.filter(({ state }) => state === 'pending').map(({ name }) => name)
}

/**
 * Compares the database with this release. Gives a warning when the database is newer but still serves it, and throws
 * a MigrationError when it no longer does.
 */
export async function checkRelease(pool: pg.Pool, options: MigrateOptions = {}): Promise<string | undefined> {
  const release = options.release ?? version
  const status = await migrationStatus(pool, options)
  const unknown = status.filter(({ state }) => state === 'unknown').map(({ name }) => name)
  if (unknown.length === 0) return undefined
  const { rows } = await pool.query<{ name: string; serves: string }>(
    'select name, serves from migration_serves where name = any($1)',
    [unknown],
  )
  const refusing = rows.find(row => isOlder(release, row.serves))
  const newest = unknown.at(-1)
  if (refusing !== undefined) {
    throw new MigrationError(
      `The database was migrated by a later release (${refusing.name}) and serves ${refusing.serves} or later, not this release ${release}: start that release, or take its migrations back with its "xtablo migrate down".`,
    )
  }
  return `The database was migrated by a later release (${newest}) and still serves this release ${release}.`
}

async function run(
  pool: pg.Pool,
  direction: 'up' | 'down',
  count: number,
  options: MigrateOptions,
): Promise<string[]> {
  const client = await pool.connect()
  try {
    // A migration may take its time, and so may waiting for another process's; the pool's limits are for pages.
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
    return await runOn(client, direction, count, options)
  } finally {
    // Not given back: an interrupted run may leave its lock or its settings on the connection.
    client.release(true)
  }
}

async function runOn(
  client: pg.ClientBase,
  direction: 'up' | 'down',
  count: number,
  options: MigrateOptions,
  inside = false,
): Promise<string[]> {
  const { folder = MIGRATIONS_FOLDER, log = () => {} } = options
  let running: string | undefined
  const begin = (file: string) => {
    running = file
    log(`migrating: ${file}`)
  }
  try {
    const loader = () => loadMigrations(folder, begin, inside)
    const done = await runner({
      dbClient: client,
      dir: folder,
      direction,
      count,
      migrationsTable: TABLE,
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader }],
      singleTransaction: !inside,
      noLock: inside,
      advisoryLockMode: 'wait',
      checkOrder: true,
      logger: { info() {}, warn() {}, error() {} },
    })
    return done.map(({ name }) => name)
  } catch (error) {
    throw explain(error, running)
  }
}

function explain(error: unknown, running: string | undefined): unknown {
  if (!(error instanceof Error)) return error
  if (error.cause instanceof MigrationError) return error.cause
  if (running !== undefined) {
    const detail = error instanceof pg.DatabaseError && error.detail ? ` (${error.detail})` : ''
    return new MigrationError(
      `The migration ${running} failed: ${error.message}${detail}. Nothing was changed.`,
      {
        cause: error,
      },
    )
  }
  return error instanceof pg.DatabaseError ? error : new MigrationError(`${error.message}.`, { cause: error })
}

async function appliedMigrations(pool: pg.Pool): Promise<{ name: string; run_on: Date }[]> {
  try {
    const { rows } = await pool.query<{ name: string; run_on: Date }>(
      `select name, run_on at time zone current_setting('TimeZone') as run_on from ${TABLE}`,
    )
    return rows
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return []
    throw error
  }
}

const UNDEFINED_TABLE = '42P01'

function isOlder(release: string, than: string): boolean {
  const [a, b] = [numbers(release), numbers(than)]
  const differing = a.findIndex((part, index) => part !== b[index])
  return differing >= 0 && (a[differing] ?? 0) < (b[differing] ?? 0)
}

function numbers(release: string): number[] {
  return release.split(/[.+-]/, 3).map(Number)
}
