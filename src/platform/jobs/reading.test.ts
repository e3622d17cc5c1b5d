import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { bossOn } from './queues.ts'
import { countJobs, type JobFilter, type JobState, listJobs } from './reading.ts'

const { db, pool } = await testDatabase()

// The payload's number is the place in the list of all: what ended last, what began last, what was enqueued last.
const rows: [
  n: number,
  kind: string,
  state: string,
  inHours: number,
  began: number | null,
  ended: number | null,
][] = [
  [1, 'mail', 'completed', -9, -9, -1],
  [2, 'tidy', 'failed', -9, -8, -2],
  [3, 'mail', 'cancelled', -3, null, -3],
  [4, 'tidy', 'active', -5, -4, null],
  [5, 'mail', 'retry', 2, -5, null],
  [6, 'mail', 'created', -6, null, null],
  [7, 'tidy', 'created', 7, null, null],
]
for (const name of ['mail', 'tidy', '__pgboss__send-it']) await bossOn(pool).createQueue(name)
for (const [n, kind, state, inHours, began, ended] of rows)
  await pool.query(
    `insert into pgboss.job (id, name, data, state, start_after, created_on, started_on, completed_on)
     values (gen_random_uuid(), $1, jsonb_build_object('request_id', 'r' || $2::int), $3,
       now() + $4 * interval '1 h', now() - $2 * interval '1 h', now() + $5 * interval '1 h',
       now() + $6 * interval '1 h')`,
    [kind, n, state, inHours, began, ended],
  )
await pool.query(
  `insert into pgboss.job (id, name, state) values (gen_random_uuid(), '__pgboss__send-it', 'active')`,
)

const listed = async (filter: JobFilter, limit = 100) =>
  (await listJobs(db, filter, limit)).map(({ requestId }) => Number(requestId?.slice(1)))

test('jobs are listed in the order of their ends, their starts and their enqueuing, without pg-boss’s own', async () => {
  assert.deepEqual(await listed({}), [1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(await listed({}, 4), [1, 2, 3, 4])
  assert.deepEqual(await listed({ kind: 'tidy' }), [2, 4, 7])
})

test('each state is listed, also by kind, and the jobs of a request', async () => {
  const states: [JobState, number[]][] = [
    ['completed', [1]],
    ['discarded', [2]],
    ['cancelled', [3]],
    ['running', [4]],
    ['retryable', [5]],
    ['available', [6]],
    ['scheduled', [7]],
  ]
  for (const [state, expected] of states) assert.deepEqual(await listed({ state }), expected)
  assert.deepEqual(await listed({ state: 'running', kind: 'mail' }), [])
  assert.deepEqual(await listed({ requestId: 'r5' }), [5])
})

test('what waits, runs and is over is counted by kind and state', async () => {
  assert.deepEqual(
    (await countJobs(db)).map(({ kind, state, count }) => `${kind} ${state} ${count}`),
    [
      'mail available 1',
      'mail cancelled 1',
      'mail completed 1',
      'mail retryable 1',
      'tidy discarded 1',
      'tidy running 1',
      'tidy scheduled 1',
    ],
  )
})
