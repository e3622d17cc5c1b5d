import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { sameOriginOnly } from './same-origin.ts'

const BASE = new URL('https://tablo.example.org')
const app = new Hono()
app.onError((error, c) => c.text(error.message, error instanceof HTTPException ? error.status : 500))
app.use(sameOriginOnly(BASE))
app.on(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], '/thing', c => c.text('done'))

const HOST = '10.0.0.5:8080'
const send = async (headers: Record<string, string>, method = 'POST', path = '/thing') =>
  (await app.request(path, { method, headers: { Host: HOST, ...headers } })).status

// Of each header what a browser or an attacker could send; undefined leaves it out.
const SITES = [undefined, 'same-origin', 'same-site', 'cross-site', 'none', 'SAME-ORIGIN', '']
const ORIGINS: [origin: string | undefined, ours: boolean][] = [
  [undefined, false],
  ['https://tablo.example.org', true],
  ['http://tablo.example.org', true],
  [`http://${HOST}`, true],
  ['https://evil.example', false],
  ['https://tablo.example.org.evil.example', false],
  ['https://evil.example/tablo.example.org', false],
  ['https://tablo.example.org:444', false],
  ['http://10.0.0.5', false],
  ['null', false],
  ['', false],
  ['tablo.example.org', false],
  ['file://', false],
]

test('a change is let through by Sec-Fetch-Site same-origin or by an Origin of ours, and by nothing else', async () => {
  for (const site of SITES) {
    for (const [origin, ours] of ORIGINS) {
      const headers = {
        ...(site !== undefined && { 'Sec-Fetch-Site': site }),
        ...(origin !== undefined && { Origin: origin }),
      }
      const expected = site === 'same-origin' || ours ? 200 : 403
      assert.equal(await send(headers), expected, JSON.stringify(headers))
    }
  }
})

test('every method that changes something is held to it, with any content type', async () => {
  const types = [
    'application/x-www-form-urlencoded',
    'application/json',
    'application/octet-stream',
    'text/plain',
  ]
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const type of types) {
      assert.equal(await send({ 'Content-Type': type }, method), 403)
      assert.equal(await send({ 'Content-Type': type, Origin: BASE.origin }, method), 200)
    }
  }
})

test('reading is not', async () => {
  assert.equal(await send({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 'GET'), 200)
  assert.equal(await send({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, 'HEAD'), 200)
})

test('where nothing would answer, there is nothing to refuse', async () => {
  assert.equal(await send({}, 'POST', '/nothing'), 404)
})
