import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiWeb, Program, programFor } from '../test/api.ts'
import { testApp } from '../test/app.ts'

const APP = 'https://app.example.org'
const DEV = 'http://localhost:5173'
const { database, web, people, ada, nobody } = await apiWeb({ CORS_ORIGINS: `${APP}, ${DEV}/` })

const preflight = (origin: string, method = 'PATCH', headers = 'authorization,content-type,if-match') =>
  nobody.send('OPTIONS', '/me', undefined, {
    Origin: origin,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': headers,
  })
const listOf = (text: string | null) => (text ?? '').toLowerCase().split(/, */)

test('a script of a named origin may ask first, and then call', async () => {
  for (const origin of [APP, DEV]) {
    const { status, headers, text } = await preflight(origin)
    assert.deepEqual([status, text, headers.get('Access-Control-Allow-Origin')], [204, '', origin])
    for (const method of ['get', 'post', 'patch', 'delete'])
      assert.ok(listOf(headers.get('Access-Control-Allow-Methods')).includes(method), method)
    const allowed = listOf(headers.get('Access-Control-Allow-Headers'))
    for (const name of [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'range',
    ])
      assert.ok(allowed.includes(name), name)
    assert.equal(headers.get('Access-Control-Max-Age'), '600')
    assert.equal(
      (await ada.get('/me', { Origin: origin })).headers.get('Access-Control-Allow-Origin'),
      origin,
    )
  }
})

test('a script may read what the API says in headers', async () => {
  const { headers } = await ada.get('/tablos', { Origin: APP })
  const exposed = listOf(headers.get('Access-Control-Expose-Headers'))
  for (const name of [
    'etag',
    'link',
    'location',
    'retry-after',
    'ratelimit',
    'idempotency-replayed',
    'x-request-id',
  ])
    assert.ok(exposed.includes(name), name)
})

test('no other origin is let in, however like one it looks', async () => {
  const strangers = [
    'https://example.org',
    `${APP}.evil.example`,
    'http://app.example.org',
    `${APP}:8443`,
    'null',
    '*',
  ]
  for (const origin of strangers) {
    const asked = await preflight(origin)
    const called = await ada.get('/me', { Origin: origin })
    for (const { headers } of [asked, called])
      assert.equal(headers.get('Access-Control-Allow-Origin'), null, origin)
  }
})

test('an error can be read by the script too, whatever it is', async () => {
  const answers = [
    await nobody.get('/me', { Origin: APP }),
    await ada.get('/nothing', { Origin: APP }),
    await ada.send('PUT', '/me', '{}', { Origin: APP }),
    await ada.post('/tablos', {}, { Origin: APP }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 404, 405, 422],
  )
  for (const { headers } of answers) assert.equal(headers.get('Access-Control-Allow-Origin'), APP)
})

test('an answer says that it depends on the origin, beside all else', async () => {
  for (const headers of [{ Origin: APP }, { Origin: 'https://example.org' }, {}]) {
    const vary = listOf((await ada.get('/me', headers)).headers.get('Vary'))
    for (const name of ['origin', 'authorization', 'accept-language']) assert.ok(vary.includes(name), name)
  }
})

test('nobody is ever told to send cookies along', async () => {
  const answers = [
    await preflight(APP),
    await ada.get('/me', { Origin: APP }),
    await preflight('https://example.org'),
  ]
  for (const { headers } of answers) assert.equal(headers.get('Access-Control-Allow-Credentials'), null)
})

test('without CORS_ORIGINS the API is closed to scripts of other sites, and open to programs', async () => {
  const closed = testApp(database)
  const program = await programFor(closed, people.ada)
  for (const origin of [APP, 'null', closed.deps.config.baseUrl.origin]) {
    const { status, headers } = await program.get('/me', { Origin: origin })
    assert.deepEqual([status, headers.get('Access-Control-Allow-Origin')], [200, null])
  }
  const asked = await new Program(closed).send('OPTIONS', '/me', undefined, { Origin: APP })
  assert.equal(asked.headers.get('Access-Control-Allow-Origin'), null)
})

test('pages are for no other site', async () => {
  const { headers } = await web.visitor().get('/login', { Origin: APP })
  assert.equal(headers.get('Access-Control-Allow-Origin'), null)
})
