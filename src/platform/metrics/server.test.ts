import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { testDatabase } from '../../../test/database.ts'
import { valuesIn } from '../../../test/metrics.ts'
import { connect, type Db } from '../database/database.ts'
import { openPool } from '../database/pool.ts'
import { bossOn } from '../jobs/queues.ts'
import { version } from '../root.ts'
import { createMetrics } from './metrics.ts'
import { metricsApp } from './server.ts'

const database = await testDatabase()
await bossOn(database.pool).createQueue('mail')

/** The metrics of a process of its own, and what it says of one; `asks` is whom it asks for the jobs. */
function exposed(asks?: Db) {
  const { pool, close } = openPool(database.config, () => {})
  const metrics = createMetrics()
  const app = metricsApp({ metrics, pool, db: asks ?? connect(pool) })
  const read = async (name: string) => valuesIn(await (await app.request('/metrics')).text(), name)
  return { app, pool, close, metrics, read }
}

test('they stand at /metrics as Prometheus reads them, and nothing else is there', async () => {
  const { app, close } = exposed()
  const answer = await app.request('/metrics')
  assert.deepEqual(
    [answer.status, answer.headers.get('Content-Type')],
    [200, 'text/plain; version=0.0.4; charset=utf-8'],
  )
  for (const path of ['/', '/metrics/x', '/healthz', '/login'])
    assert.equal((await app.request(path)).status, 404, path)
  const posted = await app.request('/metrics', { method: 'POST' })
  assert.deepEqual([posted.status, posted.headers.get('Allow')], [405, 'GET, HEAD'])
  await close(0)
})

test('they tell the release, the event loop and the memory', async () => {
  const { read, close } = exposed()
  assert.deepEqual(await read('xtablo_build_info'), {
    [`version="${version}",node="${process.version}"`]: 1,
  })
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    assert.ok(Number.isFinite((await read(name))['']), name)
  await close(0)
})

test('the pool is shown as it is: who uses it, and who waits', async () => {
  const { pool, read, close } = exposed(database.db)
  assert.deepEqual(await read('xtablo_db_pool_max_connections'), { '': 10 })
  const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()))
  const waiting = [pool.connect(), pool.connect()]
  assert.deepEqual(await read('xtablo_db_pool_connections'), { 'state="in_use"': 10, 'state="idle"': 0 })
  assert.deepEqual(await read('xtablo_db_pool_waiting'), { '': 2 })
  for (const client of clients) client.release()
  for (const client of await Promise.all(waiting)) client.release()
  while (pool.idleCount < 10) await setTimeout(5)
  assert.deepEqual(await read('xtablo_db_pool_connections'), { 'state="in_use"': 0, 'state="idle"': 10 })
  await close(0)
})

test('the queue is asked once in five seconds, for all who come', async () => {
  const { app, pool, read, close } = exposed()
  let asked = 0
  pool.on('acquire', () => asked++)
  await Promise.all([app.request('/metrics'), app.request('/metrics')])
  assert.deepEqual(await read('xtablo_db_up'), { '': 1 })
  assert.equal((await read('xtablo_jobs'))['kind="mail",state="available"'], 0)
  assert.equal((await read('xtablo_jobs_oldest_age_seconds'))['kind="mail",state="available"'], 0)
  assert.equal(asked, 1)
  await close(0)
})

test('a database that does not answer holds nobody up, and is told', { timeout: 20_000 }, async () => {
  const { read, close, metrics } = exposed()
  metrics.requests.observe({ method: 'GET', route: '/', status: '200' }, 0.01)
  const blocker = await database.pool.connect()
  await blocker.query('begin; lock table pgboss.job in access exclusive mode')
  assert.deepEqual(await read('xtablo_db_up'), { '': 0 })
  assert.deepEqual(await read('xtablo_jobs'), {})
  assert.deepEqual(Object.values(await read('http_request_duration_seconds_count')), [1])
  await blocker.query('rollback')
  blocker.release()
  await close(0)
})

test('a database that is gone is told too, and the rest goes on', async () => {
  const { pool, read, close } = exposed()
  await pool.end()
  assert.deepEqual(await read('xtablo_db_up'), { '': 0 })
  assert.deepEqual(await read('xtablo_jobs'), {})
  assert.equal(Object.keys(await read('xtablo_build_info')).length, 1)
  await close(0).catch(() => {})
})
