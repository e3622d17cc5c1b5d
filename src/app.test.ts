import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { cast, tabloOf } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { newId } from './platform/ids.ts'

const database = await testDatabase()
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

test('the style guide is there in development alone', async () => {
  assert.equal((await visitor.get('/demo')).status, 200)
  const { status, text } = await visitor.get('/demo/time')
  assert.equal(status, 200)
  assert.match(text, /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/)
  const production = testApp(database, { ENV: 'production' }).visitor()
  for (const path of ['/demo', '/demo/time']) assert.equal((await production.get(path)).status, 404)
})

test('an asset that is not there is said in plain text, and to nobody for ever', async () => {
  for (const headers of [{}, { 'HX-Request': 'true' }]) {
    const answer = await ada.get('/assets/styles.00000000.css', headers)
    assert.deepEqual([answer.status, answer.text], [404, 'Not found\n'])
    assert.match(answer.headers.get('Content-Type') ?? '', /^text\/plain/)
    assert.equal(answer.headers.get('Cache-Control'), 'no-cache')
  }
})

test('a fault page whose sidebar fails comes without it, and the log says why', async () => {
  const before = web.lines.length
  await database.pool.query('alter table tablos rename to elsewhere')
  try {
    const { status, text } = await ada.get('/nothing')
    assert.equal(status, 404)
    assert.match(text, /<!DOCTYPE html>.*<h1[^>]*>Nothing here<\/h1>/is)
  } finally {
    await database.pool.query('alter table elsewhere rename to tablos')
  }
  const [fault] = web.lines.slice(before).filter(({ msg }) => msg === 'unexpected error in a fault page')
  assert.match(JSON.stringify(fault), /tablos/)
})
