import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testApp } from '../../../test/app.ts'
import { testDatabase } from '../../../test/database.ts'
import { connect } from '../database/database.ts'
import { pendingMigrations } from '../database/migrate.ts'
import { type HealthChecks, healthRoutes } from './health.ts'

const READY = ['/readyz', '/health/ready']
const fine: HealthChecks = { database: async () => {}, migrationsPending: async () => false }

const answers = async (checks: Partial<HealthChecks>, paths: string[]) =>
  Promise.all(
    paths.map(async path => {
      const answer = await healthRoutes({ ...fine, ...checks }).request(path)
      return [answer.status, await answer.json()]
    }),
  )

test('while the process lives it says so, whatever the database does', async () => {
  const down = { database: () => Promise.reject(new Error('down')) }
  for (const answer of await answers(down, ['/healthz', '/health/live']))
    assert.deepEqual(answer, [200, { status: 'ok' }])
})

test('it is ready when the database answers', async () => {
  for (const answer of await answers({}, READY)) assert.deepEqual(answer, [200, { status: 'ok', db: 'ok' }])
})

test('it is not while a migration is missing', async () => {
  for (const answer of await answers({ migrationsPending: async () => true }, READY))
    assert.deepEqual(answer, [503, { status: 'degraded', db: 'ok', migrations: 'pending' }])
})

test('it is not while the database is down, or fails in the second question', async () => {
  const fails = () => Promise.reject(new Error('down'))
  for (const checks of [{ database: fails }, { migrationsPending: fails }]) {
    for (const answer of await answers(checks, READY))
      assert.deepEqual(answer, [503, { status: 'degraded', db: 'down' }])
  }
})

test('a database that does not answer is down after two seconds', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked = answers({ database: () => new Promise(() => {}) }, ['/readyz'])
  await new Promise(resolve => setImmediate(resolve))
  let settled = false
  asked.then(() => {
    settled = true
  })
  t.mock.timers.tick(1_999)
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(settled, false)
  t.mock.timers.tick(1)
  assert.deepEqual(await asked, [[503, { status: 'degraded', db: 'down' }]])
})

test('all who ask at once are one question, and who asks later is another', async () => {
  let asked = 0
  let answer = Promise.withResolvers<void>()
  const database = () => {
    asked++
    return answer.promise
  }
  const routes = healthRoutes({ ...fine, database })
  const statuses = () => Promise.all(READY.map(async path => (await routes.request(path)).status))
  const first = statuses()
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(asked, 1)
  answer.resolve()
  assert.deepEqual(await first, [200, 200])
  answer = Promise.withResolvers()
  answer.reject(new Error('down'))
  assert.deepEqual(await statuses(), [503, 503])
  assert.equal(asked, 2)
})

test('with the real database: ready, then with a migration missing, then gone', async () => {
  const database = await testDatabase()
  const web = testApp(database)
  const visitor = web.visitor()
  const ready = async () => {
    const { status, text } = await visitor.get('/readyz')
    return [status, JSON.parse(text)]
  }
  assert.deepEqual(await ready(), [200, { status: 'ok', db: 'ok' }])
  await database.pool.query(`delete from migrations where name = (select max(name) from migrations)`)
  assert.equal((await pendingMigrations(database.pool)).length, 1)
  assert.deepEqual(await ready(), [503, { status: 'degraded', db: 'ok', migrations: 'pending' }])
  await database.pool.end()
  assert.deepEqual(await ready(), [503, { status: 'degraded', db: 'down' }])
  assert.equal((await visitor.get('/healthz')).status, 200)
})

test('a database that nothing listens for is down', async () => {
  const database = await testDatabase()
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'nobody' })
  const web = testApp(database, {}, { db: connect(pool), pool, probe: pool })
  const answer = await web.visitor().get('/health/ready')
  assert.deepEqual([answer.status, answer.text], [503, '{"status":"degraded","db":"down"}'])
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
})

test('a page without its database says that it is not ready, and when to try again', async () => {
  const database = await testDatabase()
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'nobody' })
  const web = testApp(database, {}, { db: connect(pool), pool })
  for (const path of ['/login', '/signup', '/reset/x']) {
    const answer = await web.visitor().get(path)
    assert.deepEqual([answer.status, answer.headers.get('Retry-After')], [503, '5'], path)
    assert.match(answer.text, /Xtablo is not ready.*<a[^>]* href=""[^>]*>.*Try again/s)
  }
  const carried = await web.visitor().carry('a session that can not be looked up').get('/')
  assert.equal(carried.status, 503)
  const logged = web.lines.filter(line => line.msg === 'database unreachable')
  assert.equal(logged.length, 4)
})
