// What is written down of jobs that ended in odd ways.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { z } from 'zod'
import { testDatabase } from '../../../test/database.ts'
import { transaction } from '../database/database.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { enqueue } from './enqueue.ts'
import { sweepFailures } from './failures.ts'
import { job, jobKind } from './kinds.ts'
import { cancelJob, retryJob } from './managing.ts'
import { failuresOf, listJobs } from './reading.ts'
import { runJobs } from './running.ts'

const { db, pool, config } = await testDatabase()
const lines: Record<string, unknown>[] = []
const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })
const payload = z.strictObject({})
const [odd, waits] = [jobKind('odd', payload), jobKind('waits', payload)]
const attempts: number[] = []
const definitions = [
  job({
    kind: odd,
    run: async () => {
      throw new Error('a \0 byte')
    },
  }),
  job({
    kind: waits,
    run: (_, { number, signal }) => {
      attempts.push(number)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }),
]
const deps = { db, pool, log, connection: config, metrics: createMetrics() }
const worker = await runJobs(deps, definitions)
after(() => worker.stop(100))

const stateOf = async (id: string) => (await listJobs(db, { id }, 1))[0]?.state
const until = async (look: () => Promise<boolean> | boolean) => {
  while (!(await look())) await setTimeout(20)
}

test('an error that Postgres can’t keep as it is, is kept as near as it can be', async () => {
  const id = await transaction(db, tx => enqueue(tx, odd, {}))
  await until(async () => (await stateOf(id)) === 'retryable')
  assert.deepEqual(
    (await failuresOf(db, [id])).get(id)?.map(({ error }) => error),
    ['a \uFFFD byte'],
  )
  assert.deepEqual(
    lines.filter(({ job_id }) => job_id === id).map(({ msg }) => msg),
    ['job failed'],
  )
})

test('a job that was cancelled while it ran and is run again has not failed, nor used up an attempt', async () => {
  const id = await transaction(db, tx => enqueue(tx, waits, {}))
  await until(() => attempts.length === 1)
  await transaction(db, tx => cancelJob(tx, id))
  assert.equal(await transaction(db, tx => retryJob(tx, id)), true)
  await until(() => attempts.length === 2)
  assert.deepEqual(attempts, [1, 1])
  await sweepFailures({ db, log })
  assert.equal((await failuresOf(db, [id])).size, 0)
  await transaction(db, tx => cancelJob(tx, id))
})

test('a job taken back from a dead worker and taken again is found once it runs, and when it is done', async () => {
  for (const state of ['active', 'completed']) {
    const { rows } = await pool.query<{ id: string }>(
      `insert into pgboss.job (name, state, retry_count, retry_limit, started_on, heartbeat_on, completed_on)
       select 'waits', state, 1, 24, now(), now(), case state when 'completed' then now() end
       from (select $1::pgboss.job_state as state) of returning id`,
      [state],
    )
    const [{ id = '' } = {}] = rows
    await sweepFailures({ db, log })
    assert.deepEqual(
      (await failuresOf(db, [id])).get(id)?.map(({ attempt }) => attempt),
      [1],
      state,
    )
    await pool.query('delete from pgboss.job where id = $1', [id])
  }
})

test('a worker that can’t have all its connections does not start, and leaves none', async () => {
  await pool.query(
    `drop role if exists crowded; create role crowded login password 'crowded' connection limit 1`,
  )
  after(() => pool.query('drop owned by crowded; drop role crowded'))
  await pool.query(`grant usage on schema pgboss, public to crowded;
    grant select, insert, update, delete on all tables in schema pgboss, public to crowded;
    grant execute on all functions in schema pgboss to crowded`)
  const crowded = { ...config, user: 'crowded', password: 'crowded' }
  const mine = new pg.Pool({ ...config, max: 1 })
  const start = runJobs({ ...deps, pool: mine, connection: crowded }, definitions)
  await assert.rejects(start, /too many connections/)
  await mine.end()
  const left = `select from pg_stat_activity where usename = 'crowded'`
  await until(async () => (await pool.query(left)).rowCount === 0)
})
