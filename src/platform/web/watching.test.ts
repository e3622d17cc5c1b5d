import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { testApp } from '../../../test/app.ts'
import { cast, tabloOf } from '../../../test/cast.ts'
import { testDatabase } from '../../../test/database.ts'
import { valuesOf } from '../../../test/metrics.ts'
import { newId } from '../ids.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { WebEnv } from './env.ts'
import { watchRequests } from './watching.ts'

const database = await testDatabase()
const people = await cast(database)
const tablo = await tabloOf(database, people)

/** A new application, and how often it has counted each label. */
async function counting() {
  const web = testApp(database)
  const counted = () => valuesOf(web.deps.metrics.registry, 'http_request_duration_seconds_count')
  return { web, counted, ada: await web.browserOf(people.ada) }
}

test('a request is counted by its method, the pattern of its route and its status', async () => {
  const { ada, counted } = await counting()
  await ada.get(`/tablos/${tablo}?q=typed`)
  await ada.get(`/tablos/${newId()}`)
  await ada.request(`/tablos/${tablo}`, { method: 'HEAD' })
  await ada.post('/tablos', { name: '' })
  await ada.get(`/api/v1/tablos/${tablo}`)
  assert.deepEqual(await counted(), {
    'method="GET",route="/tablos/:id",status="200"': 1,
    'method="GET",route="/tablos/:id",status="404"': 1,
    'method="HEAD",route="/tablos/:id",status="200"': 1,
    'method="POST",route="/tablos",status="422"': 1,
    'method="GET",route="/api/v1/tablos/:tablo_id",status="401"': 1,
  })
})

test('what a stranger makes up is one label: addresses, methods, and both of the API', async () => {
  const { web, counted } = await counting()
  const stranger = web.visitor()
  for (const path of ['/nothing', '/wp-login.php', `/${newId()}`, '/api/v1/x', '/api/x', '/metrics', '/%00'])
    assert.equal((await stranger.get(path)).status, 404, path)
  for (const method of ['PROPFIND', 'MKCOL', 'X'])
    assert.equal((await stranger.request('/login', { method })).status, 405, method)
  assert.deepEqual(await counted(), {
    'method="GET",route="unmatched",status="404"': 7,
    'method="_OTHER",route="unmatched",status="405"': 3,
  })
})

test('a request that fails is counted, and so is one whose fault is no Error', async () => {
  const metrics = createMetrics()
  const app = new Hono<WebEnv>()
  app.onError((_, c) => c.text('', 500))
  app.use(watchRequests({ log: { info() {}, error() {} } as never, metrics }))
  app.get('/error', () => {
    throw new Error('a bug')
  })
  app.get('/odd', () => {
    throw 'odd'
  })
  assert.equal((await app.request('/error')).status, 500)
  await assert.rejects(async () => app.request('/odd'), /odd/)
  assert.deepEqual(await valuesOf(metrics.registry, 'http_request_duration_seconds_count'), {
    'method="GET",route="/error",status="500"': 1,
  })
  assert.deepEqual(await valuesOf(metrics.registry, 'http_requests_in_flight'), { '': 0 })
})

test('a request is under way until it is answered', async () => {
  const metrics = createMetrics()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>()
  const app = new Hono<WebEnv>()
  app.use(watchRequests({ log: { info() {} } as never, metrics }))
  app.get('/slow', async c => {
    ask()
    await allowed
    return c.text('slow')
  })
  const answer = app.request('/slow')
  await asked
  assert.deepEqual(await valuesOf(metrics.registry, 'http_requests_in_flight'), { '': 1 })
  allow()
  await answer
  assert.deepEqual(await valuesOf(metrics.registry, 'http_requests_in_flight'), { '': 0 })
})
