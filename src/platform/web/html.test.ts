import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Hono } from 'hono'
import { sendHtml } from './html.ts'

const LARGE = `<p>${'Bread and butter. '.repeat(500)}</p>`
const SMALL = '<p>Bread</p>'
const app = new Hono()
  .get('/large', c => sendHtml(c, LARGE))
  .get('/small', c => sendHtml(c, SMALL))
  .post('/large', c => sendHtml(c, LARGE))

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.request(path, { method, headers })
const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer())

test('a page is compressed by the best that the browser takes', async () => {
  const cases: [accepted: string | undefined, encoding: string | null][] = [
    [undefined, null],
    ['', null],
    ['identity', null],
    ['br', null],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['zstd;q=0.5,gzip;q=1.0', 'zstd'],
    ['zstd;q=0, gzip', 'gzip'],
    ['gzip;q=0', null],
    ['gzip; q=0.0, zstd ; q=0', null],
    ['x-gzip', null],
  ]
  for (const [accepted, encoding] of cases) {
    const answer = await get('/large', accepted === undefined ? {} : { 'Accept-Encoding': accepted })
    assert.equal(answer.headers.get('Content-Encoding'), encoding, String(accepted))
    const body = await bytes(answer)
    const plain =
      encoding === 'gzip' ? gunzipSync(body) : encoding === 'zstd' ? zstdDecompressSync(body) : body
    assert.equal(plain.toString(), LARGE, String(accepted))
    if (encoding) assert.ok(body.length < LARGE.length / 10)
  }
})

test('a small page is not worth it', async () => {
  const answer = await get('/small', { 'Accept-Encoding': 'gzip, zstd' })
  assert.deepEqual([answer.headers.get('Content-Encoding'), await answer.text()], [null, SMALL])
})

test('what the browser has already is not sent again', async () => {
  const first = await get('/large')
  const tag = first.headers.get('ETag') ?? ''
  assert.match(tag, /^W\/"[\w-]+"$/)
  for (const known of [tag, `"other", ${tag}`, `${tag},"other"`]) {
    const again = await get('/large', { 'If-None-Match': known })
    assert.deepEqual([again.status, await again.text(), again.headers.get('ETag')], [304, '', tag], known)
  }
  for (const other of ['"other"', 'W/"other"', ''])
    assert.equal((await get('/large', { 'If-None-Match': other })).status, 200, other)
  assert.notEqual((await get('/small')).headers.get('ETag'), tag)
})

test('the answer to a form is always sent', async () => {
  const tag = (await get('/large')).headers.get('ETag') ?? ''
  const answer = await get('/large', { 'If-None-Match': tag }, 'POST')
  assert.deepEqual([answer.status, answer.headers.get('ETag')], [200, null])
})
