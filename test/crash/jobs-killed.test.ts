import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { transaction } from '../../src/platform/database/database.ts'
import { enqueue } from '../../src/platform/jobs/enqueue.ts'
import { listJobs } from '../../src/platform/jobs/reading.ts'
import { program } from '../command.ts'
import { brief, work } from './job-kinds.ts'
import { isDone, put, runsOf, startWorker, until, workDatabase } from './working.ts'

const GONE = 'The worker stopped answering while it ran the job.'

test('the job of a worker that is killed runs again in another within a minute, and is told once', async () => {
  const database = await workDatabase()
  const first = await startWorker(database)
  const id = await put(database, { n: 1, takes: 300_000, thenTakes: 0 })
  await until('the job runs', 30, async () => (await runsOf(database, 1))[0])
  const [second, third] = await Promise.all([startWorker(database), startWorker(database)])
  const killed = Date.now()
  await first.end('SIGKILL')
  const again = await until('it runs again', 60, async () => (await runsOf(database, 1))[1])
  assert.equal(again.attempt, 2)
  assert.ok(again.at.getTime() - killed < 60_000)
  assert.ok([second.pid, third.pid].includes(again.worker))
  // Long enough for two sweeps of each worker.
  await setTimeout(21_000)
  assert.equal((await runsOf(database, 1)).length, 2)
  const { rows } = await database.pool.query('select job_id, kind, attempt, error, stack from job_failures')
  assert.deepEqual(rows, [{ job_id: id, kind: 'work', attempt: 1, error: GONE, stack: null }])
  const told = [...second.lines(), ...third.lines()].filter(line => line.msg === 'job failed')
  assert.deepEqual(
    told.map(({ job_id, job_kind, attempt, max_attempts, err }) => [
      job_id,
      job_kind,
      attempt,
      max_attempts,
      (err as Error).message,
    ]),
    [[id, 'work', 1, 25, GONE]],
  )
  assert.equal((await listJobs(database.db, { id }, 1))[0]?.state, 'completed')
})

test('a job that throws, one that hangs and one whose worker is killed are all run again', async () => {
  const database = await workDatabase()
  const first = await startWorker(database)
  await put(database, { n: 1, takes: 300_000, thenTakes: 0 })
  await put(database, { n: 2, takes: 300_000, thenTakes: 0 }, brief)
  await put(database, { n: 3, throws: 2 })
  await put(database, { n: 4, throws: 1 }, brief)
  await until('the slow ones run', 30, async () => (await runsOf(database, 1)).length === 1)
  await until(
    'the throwing ones are done',
    30,
    async () => (await isDone(database, 3)) && isDone(database, 4),
  )
  await until('the hanging one is done', 30, () => isDone(database, 2))
  await startWorker(database)
  await first.end('SIGKILL')
  await until('the one of the killed worker is done', 60, () => isDone(database, 1))
  const failed = async () => {
    const { rows } = await database.pool.query(
      `select (data #>> '{payload,n}')::int as n, state, array_agg(attempt order by attempt) as attempts,
         array_agg(error order by attempt) as errors
       from pgboss.job join job_failures on job_id = id group by 1, 2 order by 1`,
    )
    return rows
  }
  // Whoever runs it again may be done before somebody has written down how it ended the first time.
  await until('the end of the killed one is written down', 30, async () => (await failed())[0]?.n === 1)
  const late = 'The job took longer than 2 s.'
  assert.deepEqual(await failed(), [
    { n: 1, state: 'completed', attempts: [1], errors: [GONE] },
    { n: 2, state: 'completed', attempts: [1], errors: [late] },
    {
      n: 3,
      state: 'completed',
      attempts: [1, 2],
      errors: ['attempt 1 of 3 throws', 'attempt 2 of 3 throws'],
    },
    { n: 4, state: 'completed', attempts: [1], errors: ['attempt 1 of 4 throws'] },
  ])
})

test('a job never runs whose transaction is rolled back, or whose process is killed before it commits', async () => {
  const database = await workDatabase()
  const { db, pool } = database
  const worker = await startWorker(database)
  const rolledBack = transaction(db, async tx => {
    await enqueue(tx, work, { n: 1 })
    // Time for a worker to take what it should not see.
    await setTimeout(3_000)
    throw new Error('no')
  })
  const producer = program(join(import.meta.dirname, 'job-producer.js'), ['2'], {
    DATABASE_URL: database.url,
  })
  await producer.says(/enqueued as one of 1/)
  await assert.rejects(rolledBack, /no/)
  producer.process.kill('SIGKILL')
  await producer.ended
  await put(database, { n: 3 })
  await until('a later job is done', 30, () => isDone(database, 3))
  await setTimeout(3_000)
  assert.deepEqual((await pool.query('select n from runs')).rows, [{ n: 3 }])
  assert.equal((await pool.query(`select from pgboss.job where name = 'work'`)).rowCount, 1)
  await worker.end('SIGTERM')
})
