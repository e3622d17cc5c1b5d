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

const MALFORMED = [
  'x',
  '0',
  '%00',
  '%E0%A4%A',
  "' or 1=1",
  newId().slice(0, -1),
  `${newId()}0`,
  newId().toUpperCase(),
  '🦊',
]

test('an address that leads nowhere is 404, with a page', async () => {
  for (const path of [
    '/nothing',
    '/tablos/x/y/z',
    '/favicon.ico',
    '/.env',
    '/assets/x.js',
    '/%',
    '/%00',
    '/.//x',
  ]) {
    const answer = await ada.get(path)
    assert.equal(answer.status, 404, path)
  }
  const { text } = await ada.get('/nothing')
  assert.match(text, /<h1[^>]*>Nothing here<\/h1>/)
  assert.match(text, /Back to your Tablos/)
})

test('an id that is unknown or malformed is 404, wherever it stands, and never a fault', async () => {
  for (const id of [newId(), ...MALFORMED].map(encodeURI)) {
    const paths = [`/tablos/${id}`, `/tablos/${id}/edit`, `/tablos/${id}/tasks`, `/tablos/${id}/tasks/${id}`]
    for (const path of [...paths, `/tablos/${tablo}/tasks/${id}`, `/tablos/${tablo}/tasks/${id}/menu`])
      assert.equal((await ada.get(path)).status, 404, path)
    for (const path of [
      '',
      '/archive',
      '/restore',
      '/delete',
      '/tasks',
      `/tasks/${id}`,
      `/tasks/${id}/move`,
    ]) {
      const answer = await ada.post(`/tablos/${id}${path}`, {
        title: 'x',
        status: 'todo',
        after: '',
        version: '1',
      })
      assert.equal(answer.status, 404, `POST ${id}${path}`)
    }
  }
})

test('a method that a path does not know is 405, and Allow names those that it does', async () => {
  const cases: [method: string, path: string, allow: string][] = [
    ['POST', '/', 'GET, HEAD'],
    ['PUT', '/login', 'GET, HEAD, POST'],
    ['DELETE', '/logout', 'POST'],
    ['GET', '/logout', 'POST'],
    ['GET', `/tablos/${tablo}/archive`, 'POST'],
    ['PATCH', `/tablos/${tablo}`, 'GET, HEAD, POST'],
    ['POST', '/tablos/new', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['POST', '/assets/x.js', 'GET, HEAD'],
  ]
  for (const [method, path, allow] of cases) {
    const answer = await ada.request(path, { method, headers: { Origin: 'http://127.0.0.1:8080' } })
    assert.deepEqual([answer.status, answer.headers.get('Allow')], [405, allow], `${method} ${path}`)
  }
})

test('HEAD answers like GET, without the body', async () => {
  for (const path of ['/login', '/', `/tablos/${tablo}`, '/healthz', '/demo']) {
    const [head, get] = [await ada.request(path, { method: 'HEAD' }), await ada.get(path)]
    assert.deepEqual([head.status, head.text], [get.status, ''], path)
    assert.equal(head.headers.get('Content-Type'), get.headers.get('Content-Type'))
  }
})

test('a body of 10 MB is 413, whether it says its length or not', async () => {
  const large = 'x'.repeat(10_485_760)
  for (const path of ['/login', '/signup', '/tablos', `/tablos/${tablo}/tasks`]) {
    const answer = await ada.post(path, { title: large })
    assert.equal(answer.status, 413, path)
    assert.match(answer.text, /This is too large/)
  }
  const body = new Blob([`title=${large}`]).stream()
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Origin: 'http://127.0.0.1:8080',
    'Transfer-Encoding': 'chunked',
  }
  assert.equal((await ada.request('/tablos', { method: 'POST', headers, body })).status, 413)
})

test('a body that is no form is 415, and a broken one 400', async () => {
  for (const type of ['application/json', 'text/plain', 'application/xml', 'x']) {
    const headers = { 'Content-Type': type }
    assert.equal((await ada.post('/tablos', { title: 'x' }, headers)).status, 415, type)
  }
  const broken = { 'Content-Type': 'multipart/form-data; boundary=none' }
  assert.equal((await ada.post('/tablos', { title: 'x' }, broken)).status, 400)
})

test('a form may be multipart, and of a repeated field the last counts', async () => {
  const form = new FormData()
  form.append('title', 'First')
  form.append('title', 'Second')
  form.append('description', new File(['x'], 'x.txt'))
  const headers = { Origin: 'http://127.0.0.1:8080' }
  const answer = await ada.request('/tablos', { method: 'POST', headers, body: form })
  assert.equal(answer.status, 303)
  assert.match((await ada.get(answer.location ?? '')).text, /<h1[^>]*>.*Second/s)
})

test('a form from another site is 403 and says so, in the reader’s language', async () => {
  for (const path of ['/login', '/signup', '/logout', '/settings', '/tablos', `/tablos/${tablo}/delete`]) {
    const answer = await ada.request(path, {
      method: 'POST',
      headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site', 'Accept-Language': 'fr' },
    })
    assert.equal(answer.status, 403, path)
    assert.match(answer.text, /vient d’un autre site/)
  }
  assert.equal((await ada.get('/')).status, 200)
})

test('what one sees but may not change is 403, what one does not see is 404', async () => {
  const [vera, eve] = [await web.browserOf(people.vera), await web.browserOf(people.eve)]
  assert.equal((await vera.post(`/tablos/${tablo}/archive`)).status, 403)
  assert.equal((await eve.post(`/tablos/${tablo}/archive`)).status, 404)
})

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

test('every answer has the strict policy and the other security headers', async () => {
  const paths = [
    '/',
    '/login',
    '/nothing',
    `/tablos/${tablo}/tasks`,
    '/settings',
    '/demo',
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
  const id = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
  assert.deepEqual(line, {
    request_id: 'one',
    method: 'GET',
    route: `/tablos/:id{${id}}`,
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

test('the style guide is there in development alone', async () => {
  assert.equal((await visitor.get('/demo')).status, 200)
  const { status, text } = await visitor.get('/demo/time')
  assert.equal(status, 200)
  assert.match(text, /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/)
  const production = testApp(database, { ENV: 'production' }).visitor()
  for (const path of ['/demo', '/demo/time']) assert.equal((await production.get(path)).status, 404)
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
