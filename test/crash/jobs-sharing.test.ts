import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { heartbeat } from '../../src/admin/heartbeat.ts'
import { transaction } from '../../src/platform/database/database.ts'
import { enqueue } from '../../src/platform/jobs/enqueue.ts'
import { xtablo } from '../command.ts'
import { testDatabase } from '../database.ts'
import { until } from './working.ts'

const TICKS = 2
const LIMIT_S = TICKS * 60 + 20

test('two workers share the work, and a minute’s heartbeat comes once', {
  timeout: (LIMIT_S + 30) * 1000,
}, async () => {
  const database = await testDatabase()
  const { db, pool } = database
  const workers = [xtablo(database, ['worker']), xtablo(database, ['worker'])]
  await Promise.all(workers.map(worker => worker.says(/worker ready/)))
  for (let n = 0; n < 200; n++) await transaction(db, tx => enqueue(tx, heartbeat, {}))
  // What is due by the clock passes through a queue of pg-boss's own, where each minute is a row, before it is enqueued.
  const minutes = async () => {
    const { rows } = await pool.query<{ singleton_on: string; rows: number; sent: boolean }>(
      `select singleton_on, count(*) as rows, bool_and(state = 'completed' and retry_count = 0) as sent
       from pgboss.job where name = '__pgboss__send-it' and singleton_key = 'heartbeat__' group by 1`,
    )
    return rows
  }
  const heartbeats = async () =>
    (
      await pool.query<{ id: string; state: string }>(
        `select id, state from pgboss.job where name = 'heartbeat'`,
      )
    ).rows
  await until('two minutes begin', LIMIT_S, async () => (await minutes()).length >= TICKS)
  // Every pass looks a minute back, so what it would send twice it sends within two passes.
  await setTimeout(21_000)
  const [ticks, jobs] = await until('all is done', 30, async () => {
    const found = await Promise.all([minutes(), heartbeats()])
    return found[0].every(({ sent }) => sent) && found[1].every(({ state }) => state === 'completed') && found
  })
  assert.ok(ticks.every(({ rows }) => rows === 1))
  // One of each worker's start, those above, and one of each minute.
  assert.equal(jobs.length, 2 + 200 + ticks.length)
  const runs = () =>
    workers.map(worker => [...worker.said().matchAll(/worker heartbeat job_id=(\S+)/g)].map(([, id]) => id))
  // What a worker says may come a moment after what it did.
  await until('all is said', 10, async () => runs().flat().length >= jobs.length)
  const ran = runs()
  assert.deepEqual(ran.flat().sort(), jobs.map(({ id }) => id).sort())
  for (const each of ran) assert.ok(each.length > 20, `shared as ${ran.map(({ length }) => length)}`)
  for (const worker of workers) worker.process.kill('SIGTERM')
  assert.deepEqual(await Promise.all(workers.map(({ ended }) => ended)), [0, 0])
})
