// A worker of the tests' own kinds, for tests that kill it: otherwise as `xtablo worker` is.

import { connect } from '../../src/platform/database/database.ts'
import { openPool } from '../../src/platform/database/pool.ts'
import { runJobs } from '../../src/platform/jobs/running.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics/metrics.ts'
import { crashKinds } from './job-kinds.ts'

const GRACE_MS = 9_000

const connection = { connectionString: process.env.DATABASE_URL ?? '' }
const log = createLog({ level: 'info', production: true })
const { pool, close } = openPool(connection, reason => log.warn({ reason }, 'database connection lost'))
const jobs = await runJobs(
  { db: connect(pool), pool, log, connection, metrics: createMetrics() },
  crashKinds(pool),
)
process.on('SIGTERM', async () => {
  await jobs.stop(GRACE_MS)
  await close(1_000)
  process.exit(0)
})
log.info('worker ready')
