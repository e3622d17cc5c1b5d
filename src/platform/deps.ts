import type pg from 'pg'
import type { Config } from '../config.ts'
import type { Db } from './database/database.ts'
import type { Log } from './log.ts'
import type { Mailer } from './mail/mailer.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Storage } from './storage/storage.ts'
import type { Tracing } from './tracing/tracing.ts'

/** What main builds once, for every command. */
export interface Deps {
  readonly config: Config
  readonly db: Db
  /** For what speaks to Postgres without Kysely. */
  readonly pool: pg.Pool
  /** One connection more, for who asks whether the database answers: not whether the pool has one to spare. */
  readonly probe: pg.Pool
  /** For what needs connections of its own. */
  readonly connection: pg.PoolConfig
  /** Where the bytes of files are kept. */
  readonly storage: Storage
  /** How mail leaves; jobs send it. */
  readonly mailer: Mailer
  readonly log: Log
  /** The installation's secret; what needs a key derives its own from it. */
  readonly secret: string
  /** Whether a migration of this release is missing from the database. */
  readonly migrationsPending: () => Promise<boolean>
  /** Undefined where no traces are sent. */
  readonly tracing?: Tracing | undefined
}

/** What the web and the worker have besides: they serve, and that is measured. */
export interface ServingDeps extends Deps {
  readonly metrics: Metrics
}
