import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { testApp } from '../test/app.ts'
import { type Cast, cast, sessionOf, tabloOf } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { valuesOf } from '../test/metrics.ts'
import { refuseWhenBusy } from './busy.tsx'
import { connect } from './platform/database/database.ts'
import { asset } from './platform/web/assets.ts'
import { Overload } from './platform/web/overload.ts'
import { listen, type WebServer } from './platform/web/server.ts'

const database = await testDatabase()
const CONNECTIONS = 3
const pool = new pg.Pool({ ...database.config, max: CONNECTIONS, idleTimeoutMillis: 0 })
pool.on('error', () => {})
const { app, deps, lines } = testApp(
  database,
  { CORS_ORIGINS: 'https://app.example.org', LOG_LEVEL: 'debug' },
  { pool, db: connect(pool), probe: database.pool },
)

let now = 0
const overload = new Overload(pool, deps.log, { now: () => now, afterRound: () => {}, random: () => 0 })
let people: Cast
let server: WebServer
let url: string

before(async () => {
  people = await cast(database)
  server = await listen(app, '127.0.0.1', 0, { gate: await refuseWhenBusy(deps, overload) })
  url = `http://127.0.0.1:${server.port}`
})
after(async () => {
  await server.stop(0)
  await pool.end()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { headers, redirect: 'manual' })

/** Holds every connection, with one request that waits for one; then so much time has passed that what is new is refused. */
async function whileHeld(work: () => Promise<void>): Promise<void> {
  const Cookie = `xtablo_session=${await sessionOf(database, people.ada)}`
  const held = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()))
  const underWay = get('/', { Cookie })
  try {
    while (pool.waitingCount === 0) await new Promise(setImmediate)
    // Whoever comes next sees that somebody waits; from then on it is measured.
    overload.admits()
    now += 2_000
    await work()
    assert.equal(pool.waitingCount, 1, 'nothing that was refused asked the database')
  } finally {
    for (const client of held) client.release()
  }
  const answer = await underWay
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /Ada/)
  assert.equal((await get('/', { Cookie })).status, 200)
}

test('with every connection held what is new is 503 at once, and what is under way is answered', async () => {
  const Cookie = `xtablo_session=${await sessionOf(database, people.ada)}`
  await whileHeld(async () => {
    const page = await get('/', { Cookie, 'Accept-Language': 'fr' })
    assert.equal(page.status, 503)
    assert.match(page.headers.get('Retry-After') ?? '', /^[1-4]$/)
    assert.match(await page.text(), /^<!doctype html><html lang="fr">.*Xtablo est très sollicité/s)
    assert.match(await (await get('/login')).text(), /<html lang="en">.*Xtablo is busy/s)
    assert.deepEqual(await valuesOf(deps.metrics.registry, 'xtablo_requests_refused_total'), { '': 2 })
  })
})

test('health and assets are answered meanwhile, and readiness says that the database answers', async () => {
  await whileHeld(async () => {
    for (const path of ['/healthz', '/health/live', '/readyz', '/health/ready', asset('styles.css')])
      assert.equal((await get(path)).status, 200, path)
    assert.deepEqual(await (await get('/readyz')).json(), { status: 'ok', db: 'ok' })
    for (const path of ['/healthzz', '/readyz/x', '/?/healthz'])
      assert.equal((await get(path)).status, 503, path)
  })
})

test('a refusal is told to htmx as a toast, and to programs as a problem', async () => {
  await whileHeld(async () => {
    const part = await get('/', { 'HX-Request': 'true', 'HX-Request-Type': 'partial' })
    assert.equal(part.headers.get('HX-Retarget'), '#toasts')
    assert.match(await part.text(), /^<div class="toast"/)
    const headers = { Origin: 'https://app.example.org', 'X-Request-Id': 'mine' }
    const problem = await get('/api/v1/me', headers)
    assert.equal(problem.status, 503)
    assert.equal(problem.headers.get('Content-Type'), 'application/problem+json')
    assert.equal(problem.headers.get('Access-Control-Allow-Origin'), 'https://app.example.org')
    const { type, status, request_id } = (await problem.json()) as Record<string, unknown>
    assert.deepEqual([type, status, request_id], ['urn:xtablo:problem:unavailable', 503, 'mine'])
    assert.equal(
      (await get('/api/v1/me', { Origin: 'https://x.org' })).headers.has('Access-Control-Allow-Origin'),
      false,
    )
  })
})

test('the page of a refusal has the headers of any page, and its request a number and a line in the log', async () => {
  const usual = await get('/login')
  await whileHeld(async () => {
    const page = await get('/login')
    for (const name of [
      'Content-Security-Policy',
      'Referrer-Policy',
      'X-Content-Type-Options',
      'X-Frame-Options',
    ])
      assert.equal(page.headers.get(name), usual.headers.get(name) ?? 'missing', name)
    assert.equal(page.headers.get('Cache-Control'), 'no-store')
    const id = page.headers.get('X-Request-Id')
    assert.deepEqual(
      lines
        .filter(line => line.request_id === id)
        .map(({ level, status, refused }) => [level, status, refused]),
      [[20, 503, 'overload']],
    )
  })
})

test('a body that was refused is read to its end, so that its sender sees the answer and can go on', async () => {
  await whileHeld(async () => {
    const answer = await fetch(`${url}/tablos`, { method: 'POST', body: new Uint8Array(8_000_000) })
    assert.equal(answer.status, 503)
    assert.equal(await (await fetch(`${url}/login`, { method: 'HEAD' })).text(), '')
  })
})

test('an upload that has begun goes on while what is new is refused', async () => {
  const tablo = await tabloOf(database, people)
  const Cookie = `xtablo_session=${await sessionOf(database, people.ada)}`
  const sent = httpRequest(`${url}/tablos/${tablo}/files`, {
    method: 'POST',
    headers: { Cookie, Origin: url, 'Content-Type': 'multipart/form-data; boundary=x' },
  })
  const answered = new Promise<number | undefined>((resolve, reject) =>
    sent.once('error', reject).once('response', answer => resolve(answer.resume().statusCode)),
  )
  sent.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n')
  sent.write('the first half '.repeat(10_000))
  const pending = async () => (await database.pool.query('select from files')).rowCount === 1
  while (!(await pending())) await new Promise(setImmediate)
  await whileHeld(async () => {
    sent.write('and the second')
    assert.equal((await get('/')).status, 503)
  })
  sent.end('\r\n--x--\r\n')
  assert.equal(await answered, 303)
  const { rows } = await database.pool.query('select state, size from files')
  assert.deepEqual(rows, [{ state: 'stored', size: 150_014 }])
})

test('a request that waited too long for a connection is 503 with Retry-After, for people and for programs', async () => {
  const short = new pg.Pool({ ...database.config, max: 1 })
  const held = await short.connect()
  short.options.connectionTimeoutMillis = 20
  const { visitor } = testApp(database, {}, { pool: short, db: connect(short) })
  try {
    const page = await visitor()
      .carry(await sessionOf(database, people.ada))
      .get('/')
    assert.deepEqual([page.status, page.headers.get('Retry-After')], [503, '5'])
    const call = await visitor().get('/api/v1/me', { Authorization: `Bearer xtb_${'a'.repeat(43)}` })
    assert.deepEqual([call.status, call.headers.get('Retry-After')], [503, '5'])
  } finally {
    held.release()
    await short.end()
  }
})
