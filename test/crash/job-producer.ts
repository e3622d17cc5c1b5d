// Enqueues a job and changes a row in one transaction, says so, and never commits: for a test that kills it there.

import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect, transaction } from '../../src/platform/database/database.ts'
import { openPool } from '../../src/platform/database/pool.ts'
import { enqueue } from '../../src/platform/jobs/enqueue.ts'
import { work } from './job-kinds.ts'

const { pool } = openPool({ connectionString: process.env.DATABASE_URL ?? '' }, () => {})
await transaction(connect(pool), async tx => {
  await enqueue(tx, work, { n: Number(process.argv[2]) })
  const { rows } = await sql<{ count: number }>`select count(*) from pgboss.job`.execute(tx)
  process.stdout.write(`enqueued as one of ${rows[0]?.count}\n`)
  await setTimeout(60_000)
})
