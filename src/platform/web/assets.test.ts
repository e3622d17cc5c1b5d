import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { asset, assetRoutes } from './assets.ts'

const routes = assetRoutes()
const get = (url: string, encoding?: string) =>
  routes.request(url, { headers: encoding === undefined ? {} : { 'Accept-Encoding': encoding } })
const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer())

test('an asset is named by the hash of its content', async () => {
  const url = asset('styles.css')
  const hash = createHash('sha256')
    .update(await bytes(await get(url)))
    .digest('hex')
  assert.equal(url, `/assets/styles.${hash.slice(0, 8)}.css`)
})

test('a name that the build does not know throws', () => {
  assert.throws(() => asset('nothing.css'), /nothing\.css/)
})

test('a browser gets the best encoding that it takes, and the same bytes in each', async () => {
  const url = asset('htmx.js')
  const plain = await bytes(await get(url))
  const brotli = await get(url, 'gzip, deflate, br')
  assert.equal(brotli.headers.get('Content-Encoding'), 'br')
  assert.deepEqual(brotliDecompressSync(await bytes(brotli)), plain)
  const gzip = await get(url, 'gzip, br;q=0')
  assert.equal(gzip.headers.get('Content-Encoding'), 'gzip')
  assert.deepEqual(gunzipSync(await bytes(gzip)), plain)
})

test('every encoding may be kept for ever, and says that it depends on what the browser takes', async () => {
  for (const encoding of [undefined, 'gzip', 'br']) {
    const { headers } = await get(asset('app.js'), encoding)
    assert.equal(headers.get('Cache-Control'), 'public, max-age=31536000, immutable')
    assert.equal(headers.get('Vary'), 'Accept-Encoding')
    assert.equal(headers.get('Content-Type'), 'text/javascript; charset=utf-8')
  }
})

test('an asset of another build is not found, nor is anything outside', async () => {
  for (const url of [
    '/assets/styles.00000000.css',
    '/assets/manifest.json',
    '/assets/..%2fmanifest.json',
    '/assets/',
  ]) {
    assert.equal((await get(url)).status, 404)
  }
})

test('the scripts and styles of a Kanban weigh less than 60 KB compressed', async () => {
  let total = 0
  for (const name of ['styles.css', 'htmx.js', 'sortable.js', 'app.js']) {
    total += (await bytes(await get(asset(name), 'gzip'))).length
  }
  assert.ok(total < 60_000, `${total} bytes`)
})
