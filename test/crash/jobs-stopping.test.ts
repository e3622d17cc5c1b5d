import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { newId } from '../../src/platform/ids.ts'
import { listJobs } from '../../src/platform/jobs/reading.ts'
import { cast, sessionOf } from '../cast.ts'
import { xtablo } from '../command.ts'
import { testDatabase } from '../database.ts'
import { isDone, put, runsOf, startWorker, until, workDatabase } from './working.ts'

const since = (start: number) => (performance.now() - start) / 1000

test('a worker that is told to stop finishes a job of three seconds, and ends well', async () => {
  const database = await workDatabase()
  const worker = await startWorker(database)
  const id = await put(database, { n: 1, takes: 3_000 })
  await until('the job runs', 30, async () => (await runsOf(database, 1))[0])
  assert.equal(await worker.end('SIGTERM'), 0)
  assert.equal(await isDone(database, 1), true)
  assert.equal((await listJobs(database.db, { id }, 1))[0]?.state, 'completed')
})

test('a job of a minute is handed back within ten seconds, and another worker runs the same attempt', async () => {
  const database = await workDatabase()
  const { pool } = database
  const first = await startWorker(database)
  // One of its batch is done long before it, and one fails.
  const ids = await Promise.all([
    put(database, { n: 1, takes: 60_000 }),
    put(database, { n: 2 }),
    put(database, { n: 3, throws: 1 }),
  ])
  await until('the jobs run', 30, async () => (await pool.query('select from runs')).rowCount === 3)
  const second = await startWorker(database)
  const stopped = performance.now()
  const ended = first.end('SIGTERM')
  const again = await until('it runs again', 12, async () => (await runsOf(database, 1))[1])
  assert.ok(since(stopped) < 10.5, `after ${since(stopped)} s`)
  assert.deepEqual([again.attempt, again.worker], [1, second.pid])
  assert.equal(await ended, 0)
  assert.ok(since(stopped) < 11, `ended after ${since(stopped)} s`)
  // Nothing that the first still did on its way out, or a sweep later, changes that.
  await setTimeout(11_000)
  const [running, done, failed] = await Promise.all(
    ids.map(async id => (await listJobs(database.db, { id }, 1))[0]),
  )
  assert.deepEqual([running?.state, running?.attempt, running?.error], ['running', 1, null])
  assert.deepEqual([done?.state, done?.attempt, done?.error], ['completed', 1, null])
  assert.deepEqual([failed?.state, failed?.attempt], ['completed', 2])
  assert.equal((await runsOf(database, 1)).length, 2)
  assert.equal((await runsOf(database, 2)).length, 1)
  assert.deepEqual((await pool.query('select kind, attempt, error from job_failures')).rows, [
    { kind: 'work', attempt: 1, error: 'attempt 1 of 3 throws' },
  ])
  await second.end('SIGKILL')
})

test('xtablo start with a running job and an open request ends within ten seconds or so', async () => {
  const database = await testDatabase()
  const people = await cast(database)
  const cookie = `xtablo_session=${await sessionOf(database, people.ada)}`
  const start = xtablo(database, ['start'])
  const [, origin = ''] = await start.says(/Xtablo is ready: (\S+?)\/$/m)
  await start.says(/worker heartbeat/)
  // Whoever reads a session waits for this transaction: the page does, and so does the job that ends old ones.
  const client = await database.pool.connect()
  try {
    await client.query('begin; lock table sessions in access exclusive mode')
    await database.pool.query(
      `insert into pgboss.job (id, name, data, heartbeat_seconds)
       values ($1, 'expire_sessions', '{"payload": {}}', 10)`,
      [newId()],
    )
    await database.pool.query(
      `select pg_notify('pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24), 'expire_sessions')`,
    )
    const page = fetch(origin, { headers: { cookie } }).catch((error: Error) => error)
    const stateOf = async () => (await listJobs(database.db, { kind: 'expire_sessions' }, 1))[0]?.state
    await until('the job runs', 30, async () => (await stateOf()) === 'running')
    const stopped = performance.now()
    start.process.kill('SIGTERM')
    assert.equal(await start.ended, 0)
    assert.ok(since(stopped) > 5 && since(stopped) < 11, `ended after ${since(stopped)} s`)
    assert.ok((await page) instanceof Error)
    assert.equal(await stateOf(), 'retryable')
  } finally {
    await client.query('rollback')
    client.release()
  }
  assert.match(start.said(), /shutdown complete/)
})
