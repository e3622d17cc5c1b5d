// The client in a browser, on a page of another site that CORS_ORIGINS lets in.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createPersonalToken } from '../../src/accounts/personal-tokens.ts'
import { root } from '../../src/platform/root.ts'
import { product } from './product.ts'

const FETCH = 'node_modules/openapi-fetch/dist/index.mjs'
const PAGE = `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "openapi-fetch": "/openapi-fetch.mjs" } }</script>`

// A real one, for a browser lets no page that came from nowhere ask a loopback address.
const site = createServer((request, response) => {
  const path = request.url ?? ''
  if (path === '/') return response.setHeader('Content-Type', 'text/html').end(PAGE)
  const file = path === '/openapi-fetch.mjs' ? FETCH : `dist/client/src${path}`
  return response.setHeader('Content-Type', 'text/javascript').end(readFileSync(join(root, file)))
})
await new Promise<void>(done => site.listen(0, '127.0.0.1', done))
const SITE = `http://127.0.0.1:${(site.address() as AddressInfo).port}`

const { url, database, visitor, person, kanban, faults } = await product({ CORS_ORIGINS: SITE })
after(() => site.close())
const ada = await person('Ada')
const [, , tablo = ''] = (await kanban(ada, { todo: ['One', 'Two', 'Three'] })).split('/')
const fields = { name: 'Site', scope: 'write', days: 7 } as const
const token = await createPersonalToken(database.db, ada, fields, '127.0.0.1')

/** A page of the other site. */
async function elsewhere(): Promise<Page> {
  const page = await visitor()
  await page.goto(`${SITE}/`)
  return page
}

/** Runs in the page with a client there, and gives what it gives. */
const run = (page: Page, body: string): Promise<unknown> =>
  page.evaluate(`(async () => {
    const { createClient, XtabloError } = await import('/index.js')
    const xtablo = createClient({ baseUrl: '${url}', token: '${token}' })
    ${body}
  })()`)

/** What the watch says of a page that is not ours. */
function forgetElsewhere(): void {
  const others = faults.splice(0).filter(fault => !fault.startsWith(`fetched from elsewhere: ${SITE}/`))
  faults.push(...others)
}

test('a page of a site that is let in lists, makes and reads why something is refused', async () => {
  const page = await elsewhere()
  const titles = await run(
    page,
    `await xtablo.createTask('${tablo}', { title: 'From elsewhere' })
    const titles = []
    const params = { path: { tablo_id: '${tablo}' }, query: { limit: 2 } }
    for await (const { title } of xtablo.list('/api/v1/tablos/{tablo_id}/tasks', { params })) titles.push(title)
    return titles`,
  )
  assert.deepEqual(titles, ['One', 'Two', 'Three', 'From elsewhere'])
  const refused = `return xtablo.createTask('${tablo}', { title: '' }).catch(error => [error.code, error.errors[0].field])`
  assert.deepEqual(await run(page, refused), ['invalid', 'title'])
  forgetElsewhere()
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 422')
})

test('a file goes up with progress, can be given up, and comes down', async () => {
  const page = await elsewhere()
  const given = (name: string, sent: number) =>
    run(
      page,
      `const wanted = new AbortController()
      const onProgress = ({ sent }) => sent >= ${sent} && wanted.abort(new Error('not any more'))
      const options = { name: '${name}', signal: wanted.signal, onProgress }
      return xtablo.upload('${tablo}', new Uint8Array(9_000_000), options).catch(error => error.message)`,
    )
  // On a line as short as this all of it may be there by then.
  assert.equal(await given('perhaps', 1), 'not any more')
  const seen = await run(
    page,
    `const seen = []
    const file = new File([new Uint8Array(3_000_000)], 'Zeros.bin')
    const { id, name, size } = await xtablo.upload('${tablo}', file, { onProgress: ({ sent }) => seen.push(sent) })
    const { byteLength } = await (await xtablo.download(id)).arrayBuffer()
    return { name, size, byteLength, first: seen[0], last: seen.at(-1) }`,
  )
  assert.deepEqual(seen, {
    name: 'Zeros.bin',
    size: 3_000_000,
    byteLength: 3_000_000,
    first: 0,
    last: 3_000_000,
  })
  assert.equal(await given('never', 0), 'not any more')
  const files = await run(
    page,
    `return (await Array.fromAsync(xtablo.files('${tablo}'))).map(({ name }) => name).filter(name => name !== 'perhaps')`,
  )
  assert.deepEqual(files, ['Zeros.bin'])
  forgetElsewhere()
})
