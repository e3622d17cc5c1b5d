import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { cast, PASSWORD, tabloOf } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import type { Db } from './platform/database/database.ts'
import { newId } from './platform/ids.ts'

const database = await testDatabase()
const { db } = database
const web = testApp(database)
const people = await cast(database)
const tablo = await tabloOf(database, people)
const ada = await web.browserOf(people.ada)
const visitor = web.visitor()

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

test('every answer has the strict policy and the other security headers', async () => {
  const paths = [
    '/',
    '/login',
    '/nothing',
    `/tablos/${tablo}/tasks`,
    '/settings',
    '/demo',
    '/api/docs',
    '/healthz',
    '/assets/x.js',
  ]
  const answers = [...(await Promise.all(paths.map(path => ada.get(path)))), await ada.post('/tablos', {})]
  for (const { headers } of answers) {
    assert.equal(headers.get('Content-Security-Policy'), POLICY)
    assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
    assert.equal(headers.get('X-Frame-Options'), 'DENY')
    assert.equal(headers.get('Referrer-Policy'), 'same-origin')
    assert.equal(headers.get('Strict-Transport-Security'), null)
  }
  const https = testApp(database, { BASE_URL: 'https://tablo.example.org' }).visitor()
  assert.match((await https.get('/login')).headers.get('Strict-Transport-Security') ?? '', /max-age=31536000/)
})

test('a page may be kept by its reader alone, and is asked for again each time', async () => {
  const { headers } = await ada.get('/')
  assert.equal(headers.get('Cache-Control'), 'private, no-cache')
  for (const each of ['Cookie', 'Accept-Language', 'HX-Request-Type'])
    assert.ok(headers.get('Vary')?.includes(each), each)
})

test('a page that has not changed is 304, and has all that the browser needs', async () => {
  const page = await ada.get('/')
  const etag = page.headers.get('ETag') ?? ''
  const again = await ada.get('/', { 'If-None-Match': etag })
  assert.deepEqual([again.status, again.text, again.headers.get('ETag')], [304, '', etag])
  assert.equal(again.headers.get('Vary'), page.headers.get('Vary'))
  assert.equal(again.headers.get('Cache-Control'), 'private, no-cache')
  assert.equal(again.headers.get('Content-Security-Policy'), POLICY)
  assert.ok(again.headers.get('X-Request-Id'))
})

test('a page and its part, two languages and two people have an ETag each', async () => {
  const ben = await web.browserOf(people.ben)
  const answers = [
    await ada.get('/settings'),
    await ada.htmxGet('/settings'),
    await ada.get('/settings', { 'Accept-Language': 'fr' }),
    await ben.get('/settings'),
  ]
  assert.equal(new Set(answers.map(({ headers }) => headers.get('ETag'))).size, 4)
})

test('htmx gets the content alone, but the whole page when it asks for that or goes back in history', async () => {
  const part = await ada.htmxGet('/settings')
  assert.ok(!part.text.includes('<html'))
  assert.match(part.text, /^<header|^<div|^<section|^<h1/)
  const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'full' }
  assert.match((await ada.get('/settings', headers)).text, /^<!doctype html>/)
  const back = { 'HX-History-Restore-Request': 'true' }
  assert.match((await ada.get('/settings', back)).text, /^<!doctype html>/)
})

test('a fault reaches htmx as a toast, and leaves the page alone', async () => {
  const answer = await ada.htmxPost(`/tablos/${newId()}/archive`)
  assert.equal(answer.status, 404)
  assert.equal(answer.headers.get('HX-Retarget'), '#toasts')
  assert.match(answer.text, /^<div class="toast"/)
})

test('a request id is taken when it can be one, and given when not', async () => {
  const taken = await visitor.get('/login', { 'X-Request-Id': 'from-the-proxy_1' })
  assert.equal(taken.headers.get('X-Request-Id'), 'from-the-proxy_1')
  for (const bad of ['', 'a b', '<script>', 'x'.repeat(300)]) {
    const given = await visitor.get('/login', { 'X-Request-Id': bad })
    assert.match(given.headers.get('X-Request-Id') ?? '', /^[0-9a-f-]{36}$/)
  }
})

test('a request is one line: its id, method, route, status, time and person, and nothing that was typed', async () => {
  const { lines } = web
  lines.length = 0
  await ada.get(`/tablos/${tablo}?search=private`, { 'X-Request-Id': 'one' })
  assert.equal(lines.length, 1)
  const { time, level, ms, ...line } = lines[0] ?? {}
  assert.ok(typeof ms === 'number' && ms > 0)
  assert.deepEqual(line, {
    request_id: 'one',
    method: 'GET',
    route: '/tablos/:id',
    status: 200,
    user_id: people.ada.id,
    msg: 'request',
  })
  assert.deepEqual([typeof time, level], ['number', 30])
})

test('no password, token or cookie is logged', async () => {
  const { lines } = web
  lines.length = 0
  const browser = web.visitor()
  await browser.post('/login?next=secret-path', { email: 'ada@example.org', password: PASSWORD })
  await browser.get('/reset/secret-token')
  const log = JSON.stringify(lines)
  for (const secret of [PASSWORD, browser.token ?? 'x', 'secret-token', 'secret-path', 'ada@example.org'])
    assert.ok(!log.includes(secret), secret)
})

test('a bug is a page that gives the request id and hides the rest; the log has the stack', async () => {
  const broken = testApp(database, {}, { db: failingAfter(0) })
  const answer = await broken
    .visitor()
    .carry(ada.token ?? '')
    .get('/', { 'X-Request-Id': 'the-id' })
  assert.equal(answer.status, 500)
  assert.match(answer.text, /Request the-id/)
  assert.ok(!/kaboom|explode|node_modules|\.tsx?:/.test(answer.text))
  const [fault] = broken.lines.filter(line => line.level === 50)
  assert.equal(fault?.request_id, 'the-id')
  assert.match(JSON.stringify(fault?.err), /kaboom.*explode/)
})

test('a bug in the middle of a signed-in person’s page is a page too, even when the database is gone', async () => {
  const broken = testApp(database, {}, { db: failingAfter(1) })
  const answer = await broken
    .visitor()
    .carry(ada.token ?? '')
    .get('/', { 'X-Request-Id': 'the-id' })
  assert.equal(answer.status, 500)
  assert.match(answer.text, /<html lang="en">.*Request the-id/s)
})

/** A database that answers so many times (the first question is for the session), and then is gone. */
function failingAfter(answers: number): Db {
  let left = answers
  const explode = (): never => {
    throw new Error('kaboom')
  }
  return new Proxy(db, {
    get(target, name) {
      if (name === 'selectFrom') return explode
      if (name === 'executeQuery' && left-- <= 0) return explode
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
