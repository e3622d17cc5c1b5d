import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unescaped } from '../../test/client.ts'
import { filesWeb } from '../../test/files.ts'
import { PDF, PNG } from '../../test/samples.ts'
import { list, remove } from './files.ts'

const { db, pool, here, storage, web, add, names } = await filesWeb()

const shown = (text: string) =>
  [...text.matchAll(/class="file-name"[^>]* title="([^"]*)"/g)].map(([, name = '']) => unescaped(name))

test('files are uploaded by the plain form, and listed newest first with what they are', async () => {
  const empty = await here.ada.get(here.path)
  assert.match(empty.text, /<form[^>]*action="[^"]*\/files" enctype="multipart\/form-data"/)
  assert.match(empty.text, /0 files<\/span><span>0 bytes/)
  const answer = await here.ada.upload(here.path, [
    { name: 'Été.png', bytes: PNG },
    { name: 'plan.txt', bytes: 'x'.repeat(2_500) },
  ])
  assert.deepEqual([answer.status, answer.location], [303, here.path])
  const { text } = await here.ada.get(here.path)
  assert.deepEqual(shown(text), ['plan.txt', 'Été.png'])
  assert.match(text, /2 files<\/span><span>2\.5 kB/)
  assert.match(text, /70 bytes.*PNG image.*Ada/s)
  assert.match(text, /2\.4 kB.*Text/s)
  const { files } = await list(db, here.tablo)
  for (const { id } of files) assert.ok(text.includes(`href="${here.path}/${id}"`))
  assert.ok(text.includes(`href="${here.path}/${files[1]?.id}/view"`))
})

test('a stranger finds nothing of it, and a viewer reads but changes nothing', async () => {
  const id = await add('secret.png', PNG)
  for (const outsider of [here.people.eve, here.people.root]) {
    const browser = await web.browserOf(outsider)
    for (const part of ['', `/${id}`, `/${id}?inline=1`, `/${id}/view`]) {
      const { status, text } = await browser.get(here.path + part)
      assert.equal(status, 404, part)
      assert.ok(!text.includes('secret'))
    }
    assert.equal((await browser.upload(here.path, [{ name: 'a', bytes: 'x' }])).status, 404)
    assert.equal((await browser.post(`${here.path}/${id}/delete`)).status, 404)
  }
  const vera = await web.browserOf(here.people.vera)
  for (const part of ['', `/${id}`, `/${id}/view`])
    assert.equal((await vera.get(here.path + part)).status, 200)
  const { text } = await vera.get(here.path)
  assert.ok(!/enctype|\/delete"|upload-parts/.test(text))
  assert.equal((await vera.upload(here.path, [{ name: 'a', bytes: 'x' }])).status, 403)
  assert.equal((await vera.post(`${here.path}/${id}/delete`)).status, 403)
  const visitor = web.visitor()
  assert.equal(
    (await visitor.get(`${here.path}/${id}`)).location,
    `/login?next=${encodeURIComponent(`${here.path}/${id}`)}`,
  )
  assert.equal((await visitor.upload(here.path, [{ name: 'a', bytes: 'x' }])).status, 303)
  assert.deepEqual([await names(), storage.objects.size], [['secret.png'], 1])
})

test('a file that is deleted is gone from list, download and page', async () => {
  const id = await add('a.png', PNG)
  const answer = await here.ada.post(`${here.path}/${id}/delete`)
  assert.deepEqual([answer.status, answer.location], [303, here.path])
  for (const part of [`/${id}`, `/${id}/view`])
    assert.equal((await here.ada.get(here.path + part)).status, 404)
  assert.deepEqual(shown((await here.ada.get(here.path)).text), [])
  assert.match(
    (await here.ada.get(`/tablos/${here.tablo}`)).text,
    /Ada deleted the file “a\.png”.*Ada uploaded “a\.png”/s,
  )
})

test('the page of a file shows it, and leads to those beside it that can be looked at', async () => {
  const old = await add('old.png', PNG)
  await add('between.txt')
  const id = await add('middle.pdf', PDF)
  const fresh = await add('new.png', PNG)
  await remove(db, here.people.ada, here.tablo, await add('gone.png', PNG))
  const { text } = await here.ada.get(`${here.path}/${id}/view`)
  assert.match(text, new RegExp(`<iframe[^>]* src="${here.path}/${id}\\?inline=1" title="middle.pdf"`))
  assert.match(text, new RegExp(`href="${here.path}/${fresh}/view" title="Previous file"`))
  assert.match(text, new RegExp(`href="${here.path}/${old}/view" title="Next file"`))
  const first = await here.ada.get(`${here.path}/${fresh}/view`)
  assert.match(first.text, new RegExp(`<img src="${here.path}/${fresh}\\?inline=1" alt="new.png"`))
  assert.doesNotMatch(first.text, /Previous file/)
  assert.equal(
    (await here.ada.get(`${here.path}/${(await list(db, here.tablo)).files.at(2)?.id}/view`)).status,
    404,
  )
})

test('the list comes in pages of 100, each file on one of them', async () => {
  await pool.query(
    `insert into files (id, tablo_id, name, state, size, type, sha256)
     select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'file ' || n, 'stored', 1024, 'text/plain', sha256('') from generate_series(1, 250) n`,
    [here.tablo],
  )
  const seen: string[] = []
  let next: string | undefined = here.path
  for (let pages = 0; next && pages < 5; pages++) {
    const { text } = await here.ada.get(next)
    assert.match(text, /250 files<\/span><span>250 kB/)
    const [, address] = /<a class="btn[^>]*href="([^"]*\?before=[^"]*)"/.exec(text) ?? []
    assert.equal(text.includes('enctype'), pages === 0)
    seen.push(...shown(text))
    next = address
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 250 }, (_, n) => `file ${250 - n}`),
  )
  assert.equal(shown((await here.ada.get(`${here.path}?before=nonsense`)).text).length, 100)
})

test('a list that has not changed is 304', async () => {
  await add('a')
  const { headers } = await here.ada.get(here.path)
  assert.equal((await here.ada.get(here.path, { 'If-None-Match': headers.get('ETag') ?? '' })).status, 304)
})

test('a file that somebody deleted first goes from the page that still shows it', async () => {
  const id = await add('twice')
  const [row, action] = [`#f-${id}`, `${here.path}/${id}/delete`]
  assert.equal((await here.ada.htmxPost(action, {}, row)).status, 200)
  const late = await here.ada.htmxPost(action, {}, row)
  assert.equal(late.status, 404)
  assert.equal(late.headers.get('HX-Retarget'), '#toasts')
  assert.match(late.text, /This file was deleted already\./)
  assert.match(late.text, new RegExp(`hx-target="${row}" hx-swap="delete"`))
  assert.match(late.text, /0 files/)
  const eve = await web.browserOf(here.people.eve)
  const stranger = await eve.htmxPost(action, {}, row)
  assert.equal(stranger.status, 404)
  assert.ok(!stranger.text.includes(row))
})
