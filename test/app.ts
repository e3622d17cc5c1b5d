// The web application as it runs, on a test's own database, without a socket: requests are handed to it.

import { pino } from 'pino'
import type { Person } from '../src/accounts/actor.ts'
import { createApp } from '../src/app.ts'
import { parseConfig } from '../src/config.ts'
import { pendingMigrations } from '../src/platform/database/migrate.ts'
import type { ServingDeps } from '../src/platform/deps.ts'
import { mailFolder } from '../src/platform/mail/shown.ts'
import { createMetrics } from '../src/platform/metrics/metrics.ts'
import { folderStorage } from '../src/platform/storage/folder.ts'
import { sessionOf } from './cast.ts'
import { Client } from './client.ts'
import type { TestDatabase } from './database.ts'
import { temporaryFolder } from './folder.ts'

export interface TestApp {
  app: ReturnType<typeof createApp>
  deps: ServingDeps
  /** What was logged, each line parsed, the oldest first. */
  lines: Record<string, unknown>[]
  /** The browser of somebody who is not signed in. */
  visitor(): Client
  /** The browser of a person who has just signed in. */
  browserOf(person: Person): Promise<Client>
}

/** Builds the application; `environment` is over that of a development start. */
export function testApp(
  database: TestDatabase,
  environment: Record<string, string> = {},
  replaced: Partial<ServingDeps> = {},
): TestApp {
  const { db, pool } = database
  const config = parseConfig({ SESSION_SECRET: 'the secret of the tests, all of it', ...environment })
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: config.logLevel, base: null }, { write: line => lines.push(JSON.parse(line)) })
  const migrationsPending = async () => (await pendingMigrations(pool)).length > 0
  const deps: ServingDeps = {
    config,
    db,
    pool,
    probe: pool,
    connection: database.config,
    storage: folderStorage(temporaryFolder()),
    mailer: mailFolder(temporaryFolder()),
    log,
    secret: config.sessionSecret ?? '',
    migrationsPending,
    metrics: createMetrics(),
    ...replaced,
  }
  const app = createApp(deps)
  const visitor = () => new Client(app, config.baseUrl)
  const browserOf = async (person: Person) => visitor().carry(await sessionOf(database, person))
  return { app, deps, lines, visitor, browserOf }
}
