// `xtablo doctor`: every check there is, in the order of the report. They run beside each other and each within a
// limit, so that a host which hangs holds up none of the others, and an installation of which a part is broken is
// looked at as far as it goes. Nothing is changed: what is written is removed again.

import type pg from 'pg'
import type { Config } from '../config.ts'
import type { Reader } from '../platform/database/database.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { checkBackups } from './backups.ts'
import { checkConfiguration } from './configuration.ts'
import { checkConnections, checkPrivileges, checkServer, checkUpkeep } from './database.ts'
import { type Check, examine, type Finding, fault, type Named, reasonOf, skipped } from './findings.ts'
import { checkQueue, checkWorker } from './jobs.ts'
import { checkDisk, checkMachine } from './machine.ts'
import { checkMail } from './mail.ts'
import { checkProviders } from './providers.ts'
import { checkSchema } from './schema.ts'
import { checkFiles, checkLeftovers, checkStorage } from './storage.ts'
import { checkAddress, checkReady } from './web.ts'

export interface Patient {
  readonly environment: Record<string, string | undefined>
  /** What could be understood of it, with the defaults for the rest. */
  readonly config: Config
  /** What could not, a line each. */
  readonly faults: readonly string[]
  /** Rejects with the reason when there is none; undefined when the configuration does not say which. */
  readonly database: Promise<{ pool: pg.Pool; reader: Reader }> | undefined
  /** Undefined when the configuration does not say which. */
  readonly storage: Storage | undefined
  /** The kinds of jobs that run by themselves. */
  readonly scheduled: readonly string[]
  /** Looks at all there is, however long it takes. */
  readonly deep: boolean
}

/** Milliseconds for each check: a connection may take five seconds, and then it is asked. */
const LIMIT_MS = 10_000
/** For all files there are. */
const DEEP_LIMIT_MS = 6 * 3_600_000

type Asking = (pool: pg.Pool, reader: Reader) => Promise<readonly Finding[]>

/** Runs every check. */
export function examineAll(patient: Patient): Promise<Named[]> {
  const { environment, config, faults, storage, scheduled, deep } = patient
  const asked = (work: Asking) => () => ask(patient, work)
  const inTables = (work: Asking) => () => ask(patient, whereTablesAre(work))
  const knows = (...names: string[]) => !faults.some(line => names.some(name => line.startsWith(`${name}:`)))
  const stored = (work: (storage: Storage) => Promise<readonly Finding[]>) =>
    storage ? work(storage) : UNKNOWN
  const checks: Check[] = [
    { name: 'configuration', run: () => checkConfiguration(environment, config, faults) },
    { name: 'machine', run: () => checkMachine(config) },
    { name: 'disk', run: () => (knows('DATA_DIR') ? checkDisk(config.dataDir) : UNKNOWN) },
    { name: 'database', run: () => reach(patient) },
    { name: 'migrations', run: asked(checkSchema) },
    { name: 'privileges', run: asked(checkPrivileges) },
    { name: 'connections', run: asked(checkConnections) },
    { name: 'upkeep', run: asked(pool => checkUpkeep(pool)) },
    { name: 'storage', run: () => stored(given => checkStorage(given, config)) },
    {
      name: 'files',
      run: inTables(async pool => stored(given => checkFiles(pool, given, { deep }))),
      ...(deep && { limitMs: DEEP_LIMIT_MS }),
    },
    { name: 'leftovers', run: inTables(checkLeftovers) },
    { name: 'worker', run: inTables(pool => checkWorker(pool, config)) },
    { name: 'jobs', run: inTables((pool, reader) => checkQueue(pool, reader, scheduled)) },
    { name: 'backups', run: () => (knows('BACKUP_DIR') ? checkBackups(config) : UNKNOWN) },
    { name: 'mail', run: () => (knows('SMTP_URL', 'MAIL_FROM') ? checkMail(config) : UNKNOWN) },
    { name: 'sign-in', run: () => checkProviders(config.providers) },
    { name: 'web', run: () => (knows('HOST', 'PORT') ? checkReady(config) : UNKNOWN) },
    { name: 'address', run: () => (knows('BASE_URL', 'HOST', 'PORT') ? checkAddress(config) : UNKNOWN) },
  ]
  return examine(checks, LIMIT_MS)
}

const UNKNOWN = [skipped('not looked at, since the configuration does not say which')]

async function reach({ database }: Patient): Promise<readonly Finding[]> {
  if (!database) return UNKNOWN
  try {
    const { pool } = await database
    return await checkServer(pool)
  } catch (error) {
    return [fault(`${reasonOf(error)}.`, 'All that needs the database is not looked at below.')]
  }
}

/** Asks the database, where there is one. */
async function ask({ database }: Patient, work: Asking): Promise<readonly Finding[]> {
  if (!database) return UNKNOWN
  const opened = await database.catch(() => undefined)
  return opened ? work(opened.pool, opened.reader) : [skipped('not looked at, since there is no database')]
}

const whereTablesAre =
  (work: Asking): Asking =>
  async (pool, reader) => {
    const { rows } = await pool.query<{ there: boolean }>(
      `select to_regclass('public.files') is not null and to_regclass('pgboss.job') is not null as there`,
    )
    return rows[0]?.there ? work(pool, reader) : [skipped('not looked at, since migrations are missing')]
  }
