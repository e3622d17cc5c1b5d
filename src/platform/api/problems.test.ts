import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { apiWeb, assertProblem, Program } from '../../../test/api.ts'
import { testApp } from '../../../test/app.ts'
import { tabloOf } from '../../../test/cast.ts'
import { connect, type Db } from '../database/database.ts'
import { newId } from '../ids.ts'

const { database, web, people, ada, eve, nobody } = await apiWeb()
const tablo = await tabloOf(database, people)
const json = { 'Content-Type': 'application/json' }

test('a path that is not there is a problem too, whatever the method', async () => {
  for (const path of [
    '/nothing',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/',
    '/api/v2/tablos',
    '/tablos/x/tasks/y',
  ])
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
      assertProblem(await ada.send(method, path), 'not_found')
  assert.equal((await ada.send('HEAD', '/nothing')).status, 404)
})

test('an id that is none does not exist', async () => {
  for (const id of ['x', '1', newId().toUpperCase(), `${newId()}0`, '%00', newId()])
    for (const path of [`/tablos/${id}`, `/tasks/${id}`, `/files/${id}`, `/tablos/${id}/tasks`])
      assertProblem(await ada.get(path), 'not_found')
})

test('a wrong method is told which there are', async () => {
  const answer = await ada.send('PUT', `/tablos/${tablo}`, '{}', json)
  assertProblem(answer, 'method_not_allowed')
  assert.deepEqual(allowed(answer.headers), ['DELETE', 'GET', 'HEAD', 'PATCH'])
  assert.deepEqual(allowed((await nobody.get('/auth/token')).headers), ['POST'])
  assert.deepEqual(allowed((await ada.delete('/tasks')).headers), ['GET', 'HEAD'])
})

const allowed = (headers: Headers) =>
  headers
    .get('Allow')
    ?.split(', ')
    .filter(method => method !== 'OPTIONS')
    .sort()

test('a body that is no JSON is malformed, and one that is missing too', async () => {
  for (const body of ['{', '{"title": "a",}', 'title=a', '"\ud800', ''])
    assertProblem(await ada.send('POST', '/tablos', body, json), 'malformed')
  assertProblem(await ada.send('PATCH', `/tablos/${tablo}`, undefined, json), 'malformed')
})

test('bytes that are no UTF-8 are malformed, and not kept as something else', async () => {
  for (const bytes of [Buffer.from('{"title":"\xe9"}', 'latin1'), Buffer.from('{"title":"a"}', 'utf16le')])
    assertProblem(await ada.send('POST', '/tablos', bytes, json), 'malformed')
  const answer = await ada.send('POST', '/tablos', '\ufeff{"title":"Café"}', json)
  assert.equal(answer.body.title, 'Café')
})

test('a body that breaks off is malformed, and no fault of ours', async () => {
  const before = web.lines.length
  const broken = () => new ReadableStream({ start: stream => stream.error(new Error('aborted')) })
  for (const headers of [{}, { 'Content-Length': '100' }])
    for (const key of [{}, { 'Idempotency-Key': 'broken' }])
      assertProblem(await ada.send('POST', '/tablos', broken(), { ...json, ...headers, ...key }), 'malformed')
  assert.deepEqual(new Set(web.lines.slice(before).map(({ msg }) => msg)), new Set(['request']))
})

test('a body of another type is not taken, whatever is in it', async () => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
  ]
  for (const type of types)
    assertProblem(
      await ada.send('POST', '/tablos', '{"title":"a"}', { 'Content-Type': type }),
      'unsupported_media_type',
    )
  const untyped = await ada.send('POST', '/tablos', Buffer.from('{"title":"a"}'))
  assertProblem(untyped, 'unsupported_media_type')
  const charset = { 'Content-Type': 'application/json; charset=utf-8' }
  assert.equal((await ada.send('POST', '/tablos', '{"title":"a"}', charset)).status, 201)
})

test('no body at all is refused where there must be one, even if all of it may be left out', async () => {
  assertProblem(await ada.send('POST', '/tablos'), 'invalid', ['body'])
  assertProblem(await ada.send('PATCH', `/tablos/${tablo}`), 'invalid', ['body'])
  assert.equal((await ada.patch(`/tablos/${tablo}`, {})).status, 200)
})

test('a field that is unknown, missing or of another kind is refused and named', async () => {
  const asked: [unknown, string[]][] = [
    [{ title: 'a', colour: 'red', id: newId() }, ['colour', 'id']],
    [{}, ['title']],
    [{ title: 'a', constructor: 1, toString: 1 }, ['constructor', 'toString']],
    [{ title: 5 }, ['title']],
    [{ title: null, color: 'mauve', description: [] }, ['title', 'description', 'color']],
    [[], ['body']],
    [null, ['body']],
    ['title', ['body']],
  ]
  for (const [body, fields] of asked) assertProblem(await ada.post('/tablos', body), 'invalid', fields)
  const proto = await ada.send('POST', '/tablos', '{"title":"a","__proto__":{}}', json)
  assertProblem(proto, 'invalid', ['__proto__'])
  assertProblem(await ada.post('/tablos', { title: ' ', x: 1 }), 'invalid', {
    title: 'Enter a title.',
    x: 'There is no such field here. Leave it out.',
  })
})

test('of very many fields some are named, so that no body makes a larger answer', async () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]))
  const { status, body } = await ada.post('/tablos', many)
  assert.deepEqual([status, body.errors.length], [422, 50])
})

test('a parameter of the query is refused by its own name', async () => {
  assertProblem(await ada.get('/tasks?states=todo&limit=x'), 'invalid', ['limit', 'states'])
  assertProblem(await ada.get('/tasks?status=todo&status=later'), 'invalid', ['status'])
  assertProblem(await ada.get('/tasks?tablo_id=x&updated_since=today'), 'invalid', [
    'tablo_id',
    'updated_since',
  ])
  assertProblem(await ada.get('/tablos?archived=yes&archived=no'), 'invalid', ['archived'])
  assertProblem(await ada.get('/me?fields=name&x'), 'invalid', ['fields', 'x'])
  assertProblem(await ada.post('/tablos?draft=1', { title: 'a' }), 'invalid', ['draft'])
  assertProblem(await nobody.post('/auth/token?email=x', {}), 'invalid', ['email'])
  assertProblem(await nobody.get('/me?x'), 'unauthenticated')
  assertProblem(await eve.get(`/tablos/${tablo}?x`), 'not_found')
})

test('a body over a megabyte is too large, announced or not', async () => {
  const body = JSON.stringify({ title: 'a', description: 'x'.repeat(1_100_000) })
  const announced = { ...json, 'Content-Length': String(body.length) }
  const before = web.lines.length
  for (const headers of [announced, json, { ...json, 'Idempotency-Key': 'large' }]) {
    const sent = headers === announced ? body : new Blob([body]).stream()
    assertProblem(await ada.send('POST', '/tablos', sent, headers), 'too_large')
  }
  assert.deepEqual(
    web.lines.slice(before).map(({ msg }) => msg),
    ['request', 'request', 'request'],
  )
})

test('what a caller may not see answers as what does not exist, whatever comes with it', async () => {
  const ask = (path: string, body: string, headers = json) => eve.send('POST', path, body, headers)
  const variants: [string, Record<string, string>][] = [
    ['{"title":"a"}', json],
    ['{', json],
    ['', json],
    ['{"title":""}', json],
    ['a', { 'Content-Type': 'text/plain' }],
    ['{"title":"a"}', { ...json, 'Idempotency-Key': ' ' }],
    ['{"title":"a"}', { ...json, 'If-Match': '"1"' }],
  ]
  for (const [body, headers] of variants) {
    const [there, nowhere] = [
      await ask(`/tablos/${tablo}/tasks`, body, headers as typeof json),
      await ask(`/tablos/${newId()}/tasks`, body, headers as typeof json),
    ]
    assertProblem(there, 'not_found')
    assert.deepEqual({ ...there.body, request_id: '' }, { ...nowhere.body, request_id: '' })
  }
  assertProblem(await eve.get(`/tablos/${tablo}/tasks?limit=0`), 'not_found')
  assertProblem(await eve.get(`/tablos/${tablo}/activity?cursor=x`), 'not_found')
})

test('a problem speaks the language that was asked for; its type does not', async () => {
  const french = await ada.post('/tablos', { title: '' }, { 'Accept-Language': 'fr-CA, en;q=0.5' })
  assertProblem(french, 'invalid', { title: 'Saisissez un titre.' })
  assert.equal(french.body.title, 'Refusé')
  assert.match((await ada.get('/nothing', { 'Accept-Language': 'fr' })).body.detail, /rien/)
})

test('no token is 401 and says which kind is asked for', async () => {
  const answer = await nobody.get('/me')
  assertProblem(answer, 'unauthenticated')
  assert.equal(answer.headers.get('WWW-Authenticate'), 'Bearer realm="xtablo"')
  for (const token of ['nonsense', 'xtb_nonsense', 'a.b.c']) {
    const refused = await new Program(web, token).get('/me')
    assertProblem(refused, 'unauthenticated')
    assert.equal(refused.headers.get('WWW-Authenticate'), 'Bearer realm="xtablo", error="invalid_token"')
  }
})

test('a cookie says nothing here', async () => {
  const browser = await web.browserOf(people.ada)
  assert.equal((await browser.get('/api/v1/me')).status, 401)
})

test('a bug is a problem that gives the number of the request, and nothing else away', async () => {
  const broken = { ...database.db, selectFrom: () => assert.fail('the secret of the house') } as unknown as Db
  const faulty = testApp(database, {}, { db: broken })
  const answer = await new Program(faulty).post('/auth/token', { email: 'ada@example.org', password: 'x' })
  assertProblem(answer, 'internal')
  assert.ok(!answer.text.includes('secret of the house'))
  const line = faulty.lines.find(({ msg }) => msg === 'unexpected error')
  assert.equal(line?.request_id, answer.body.request_id)
  assert.match(JSON.stringify(line), /the secret of the house/)
})

test('a database that can’t be reached is 503, with a time to try again', async () => {
  const nowhere = connect(new pg.Pool({ host: '127.0.0.1', port: 1 }))
  const answer = await new Program(testApp(database, {}, { db: nowhere }), 'xtb_x').get('/me')
  assertProblem(answer, 'unavailable')
  assert.match(answer.headers.get('Retry-After') ?? '', /^\d+$/)
})
