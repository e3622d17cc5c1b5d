import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { send, statesOf } from '../../test/files.ts'
import { partsOf } from '../../test/kanban.ts'
import { PDF, PNG } from '../../test/samples.ts'
import { TestStorage } from '../../test/storage.ts'
import { list, remove } from './files.ts'

const database = await testDatabase()
const { db, pool } = database
const storage = new TestStorage()
const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' }, { storage })
const MIB = 1_048_576

let people: Cast
let tablo: string
let path: string
let ada: Client
beforeEach(async () => {
  await pool.query('truncate users, tablos, files, activity, activity_heads cascade')
  storage.objects.clear()
  storage.mood = 'well'
  people = await cast(database)
  tablo = await tabloOf(database, people)
  path = `/tablos/${tablo}/files`
  ada = await web.browserOf(people.ada)
})

const add = async (name: string, bytes?: string | Uint8Array): Promise<string> =>
  (await send(web.deps, people.ada, tablo, { name, ...(bytes !== undefined && { bytes }) }))[0]?.id ?? ''
const names = async () => (await list(db, tablo)).files.map(({ name }) => name)
const shown = (text: string) =>
  [...text.matchAll(/class="file-name"[^>]* title="([^"]*)"/g)].map(([, name = '']) => unescaped(name))

test('files are uploaded by the plain form, and listed newest first with what they are', async () => {
  const empty = await ada.get(path)
  assert.match(empty.text, /<form[^>]*action="[^"]*\/files" enctype="multipart\/form-data"/)
  assert.match(empty.text, /0 files<\/span><span>0 bytes/)
  const answer = await ada.upload(path, [
    { name: 'Été.png', bytes: PNG },
    { name: 'plan.txt', bytes: 'x'.repeat(2_500) },
  ])
  assert.deepEqual([answer.status, answer.location], [303, path])
  const { text } = await ada.get(path)
  assert.deepEqual(shown(text), ['plan.txt', 'Été.png'])
  assert.match(text, /2 files<\/span><span>2\.5 kB/)
  assert.match(text, /70 bytes.*PNG image.*Ada/s)
  assert.match(text, /2\.4 kB.*Text/s)
  const { files } = await list(db, tablo)
  for (const { id } of files) assert.ok(text.includes(`href="${path}/${id}"`))
  assert.ok(text.includes(`href="${path}/${files[1]?.id}/view"`))
})

test('a script gets the new row and the totals', async () => {
  const answer = await ada.htmxUpload(path, [{ name: 'a.txt', bytes: 'abc' }])
  assert.equal(answer.status, 200)
  const parts = partsOf(answer)
  assert.match(parts['#files'] ?? '', /^<li class="file".*a\.txt.*3 bytes/s)
  assert.equal(parts['#file-totals'], '<span>1 file</span><span>3 bytes</span>')
  const [file] = (await list(db, tablo)).files
  const gone = await ada.htmxPost(`${path}/${file?.id}/delete`, {}, `#f-${file?.id}`)
  assert.deepEqual(
    [gone.status, partsOf(gone)],
    [200, { '#file-totals': '<span>0 files</span><span>0 bytes</span>' }],
  )
})

test('too large is said with the file and the limit, above the form, and nothing stays', async () => {
  const files = [
    { name: 'ok.txt', bytes: 'ok' },
    { name: 'a <b>.bin', bytes: new Uint8Array(MIB + 1) },
  ]
  const page = await ada.upload(path, files)
  assert.equal(page.status, 413)
  assert.match(
    page.text,
    /class="errors".*“a &lt;b&gt;\.bin” is too large\. A file can be 1 MB at most.*id="upload"/s,
  )
  const part = await ada.htmxUpload(path, files)
  assert.equal(part.status, 413)
  assert.match(part.text, /^<div class="toast".*A file can be 1 MB at most/)
  ada.headers = { 'Accept-Language': 'fr' }
  assert.match(
    (await ada.upload(path, files)).text,
    /est trop volumineux\. Un fichier peut faire 1\u202f?[\u00a0 ]?Mo au plus/,
  )
  assert.deepEqual([await names(), storage.objects.size], [[], 0])
  assert.equal((await ada.upload(path, [{ name: 'most', bytes: new Uint8Array(MIB) }])).status, 303)
})

test('more than 100 files, none, and an empty choice are refused', async () => {
  const many = Array.from({ length: 101 }, (_, n) => ({ name: `${n}`, bytes: 'x' }))
  const answer = await ada.upload(path, many)
  assert.equal(answer.status, 413)
  assert.match(answer.text, /Send 100 files at once at most/)
  assert.equal((await ada.upload(path, many.slice(1))).status, 303)
  assert.equal((await names()).length, 100)
  for (const files of [[], [{ name: '', bytes: '' }], [{ name: 'a', bytes: 'x', field: 'other' }]]) {
    const none = await ada.upload(path, files)
    assert.equal(none.status, 422)
    assert.match(none.text, /Choose a file first/)
  }
  assert.equal(storage.objects.size, 100)
})

test('a body that is no multipart, malformed or cut off is refused and leaves nothing', async () => {
  const type = 'multipart/form-data; boundary=x'
  const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
  const cases: [status: number, type: string, body: string][] = [
    [415, 'application/x-www-form-urlencoded', 'file=a'],
    [415, 'application/octet-stream', 'abc'],
    [415, 'multipart/mixed; boundary=x', `${head}abc\r\n--x--\r\n`],
    [400, 'multipart/form-data; charset=utf-8', 'abc'],
    [400, type, ''],
    [400, type, 'abc'],
    [400, type, `${head}abc`],
    [400, type, `${head}abc\r\n--x`],
    [400, type, '--x\r\nnonsense\r\n\r\nabc\r\n--x--\r\n'],
    [400, type, `--x\r\n${'A: b\r\n'.repeat(20_000)}\r\nabc\r\n--x--\r\n`],
  ]
  for (const [status, type, body] of cases) {
    const headers = { ...ada.sameSite, 'Content-Type': type }
    const answer = await ada.request(path, { method: 'POST', body, headers })
    assert.equal(answer.status, status, `${type} ${body.slice(0, 60)}`)
    assert.match(answer.text, /class="fault"|class="errors"/)
  }
  assert.deepEqual([await names(), storage.objects.size], [[], 0])
  assert.equal((await statesOf(database)).pending, undefined)
})

test('a file of three times the limit without a length is refused when little more than the limit was read', async () => {
  const chunk = new Uint8Array(16_384)
  let sent = 0
  const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'
  const body = new ReadableStream({
    start: controller => controller.enqueue(new TextEncoder().encode(head)),
    pull(controller) {
      if (sent >= 3 * MIB) return controller.close()
      sent += chunk.length
      controller.enqueue(chunk)
    },
  })
  const headers = { ...ada.sameSite, 'Content-Type': 'multipart/form-data; boundary=x' }
  const answer = await ada.request(path, { method: 'POST', body, headers })
  assert.equal(answer.status, 413)
  assert.ok(sent < 1.3 * MIB, `${sent} bytes were read`)
  assert.deepEqual([await names(), storage.objects.size], [[], 0])
})

test('a storage that fails is 503 with a time to try again, above the form', async () => {
  for (const [mood, words] of [
    ['down', /Files can’t be reached now/],
    ['full', /There is no room left for files/],
  ] as const) {
    storage.mood = mood
    const answer = await ada.upload(path, [{ name: 'a', bytes: 'x' }])
    assert.deepEqual([answer.status, answer.headers.get('Retry-After')], [503, '30'])
    assert.match(answer.text, words)
  }
  assert.ok(web.lines.some(line => line.fault === 'full'))
})

test('a quota is shown, and what does not fit is 413 with both sizes', async () => {
  const narrow = testApp(database, { TABLO_QUOTA_MB: '1' }, { storage })
  const browser = narrow.visitor().carry(ada.token ?? '')
  await add('a', Buffer.alloc(MIB / 2))
  assert.match((await browser.get(path)).text, /1 file<.*512 kB of 1 MB used/)
  const answer = await browser.upload(path, [{ name: 'b', bytes: new Uint8Array(MIB / 2 + 1) }])
  assert.equal(answer.status, 413)
  assert.match(answer.text, /no room left for “b”\. The files of this Tablo can take 1 MB in all/)
})

test('a stranger finds nothing of it, and a viewer reads but changes nothing', async () => {
  const id = await add('secret.png', PNG)
  for (const outsider of [people.eve, people.root]) {
    const browser = await web.browserOf(outsider)
    for (const part of ['', `/${id}`, `/${id}?inline=1`, `/${id}/view`]) {
      const { status, text } = await browser.get(path + part)
      assert.equal(status, 404, part)
      assert.ok(!text.includes('secret'))
    }
    assert.equal((await browser.upload(path, [{ name: 'a', bytes: 'x' }])).status, 404)
    assert.equal((await browser.post(`${path}/${id}/delete`)).status, 404)
  }
  const vera = await web.browserOf(people.vera)
  for (const part of ['', `/${id}`, `/${id}/view`]) assert.equal((await vera.get(path + part)).status, 200)
  const { text } = await vera.get(path)
  assert.ok(!/enctype|\/delete"|upload-parts/.test(text))
  assert.equal((await vera.upload(path, [{ name: 'a', bytes: 'x' }])).status, 403)
  assert.equal((await vera.post(`${path}/${id}/delete`)).status, 403)
  const visitor = web.visitor()
  assert.equal(
    (await visitor.get(`${path}/${id}`)).location,
    `/login?next=${encodeURIComponent(`${path}/${id}`)}`,
  )
  assert.equal((await visitor.upload(path, [{ name: 'a', bytes: 'x' }])).status, 303)
  assert.deepEqual([await names(), storage.objects.size], [['secret.png'], 1])
})

test('another site can’t upload for a person', async () => {
  const answer = await ada.upload(path, [{ name: 'a', bytes: 'x' }], {
    Origin: 'https://evil.example',
    'Sec-Fetch-Site': 'cross-site',
  })
  assert.equal(answer.status, 403)
  assert.equal(storage.objects.size, 0)
})

test('a file that is deleted is gone from list, download and page', async () => {
  const id = await add('a.png', PNG)
  const answer = await ada.post(`${path}/${id}/delete`)
  assert.deepEqual([answer.status, answer.location], [303, path])
  for (const part of [`/${id}`, `/${id}/view`]) assert.equal((await ada.get(path + part)).status, 404)
  assert.deepEqual(shown((await ada.get(path)).text), [])
  assert.match(
    (await ada.get(`/tablos/${tablo}`)).text,
    /Ada deleted the file “a\.png”.*Ada uploaded “a\.png”/s,
  )
})

test('the page of a file shows it, and leads to those beside it that can be looked at', async () => {
  const old = await add('old.png', PNG)
  await add('between.txt')
  const id = await add('middle.pdf', PDF)
  const fresh = await add('new.png', PNG)
  await remove(db, people.ada, tablo, await add('gone.png', PNG))
  const { text } = await ada.get(`${path}/${id}/view`)
  assert.match(text, new RegExp(`<iframe[^>]* src="${path}/${id}\\?inline=1" title="middle.pdf"`))
  assert.match(text, new RegExp(`href="${path}/${fresh}/view" title="Previous file"`))
  assert.match(text, new RegExp(`href="${path}/${old}/view" title="Next file"`))
  const first = await ada.get(`${path}/${fresh}/view`)
  assert.match(first.text, new RegExp(`<img src="${path}/${fresh}\\?inline=1" alt="new.png"`))
  assert.doesNotMatch(first.text, /Previous file/)
  assert.equal((await ada.get(`${path}/${(await list(db, tablo)).files.at(2)?.id}/view`)).status, 404)
})

test('the list comes in pages of 100, each file on one of them', async () => {
  await pool.query(
    `insert into files (id, tablo_id, name, state, size, type, sha256)
     select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'file ' || n, 'stored', 1024, 'text/plain', sha256('') from generate_series(1, 250) n`,
    [tablo],
  )
  const seen: string[] = []
  let next: string | undefined = path
  for (let pages = 0; next && pages < 5; pages++) {
    const { text } = await ada.get(next)
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
  assert.equal(shown((await ada.get(`${path}?before=nonsense`)).text).length, 100)
})

test('a list that has not changed is 304', async () => {
  await add('a')
  const { headers } = await ada.get(path)
  assert.equal((await ada.get(path, { 'If-None-Match': headers.get('ETag') ?? '' })).status, 304)
})

test('the log has one line for an upload, and nothing of the file', async () => {
  web.lines.length = 0
  await ada.upload(path, [{ name: 'private-name.txt', bytes: 'private words' }])
  const log = JSON.stringify(web.lines)
  assert.equal(web.lines.length, 1)
  assert.match(log, /"method":"POST".*"status":303/)
  assert.ok(!log.includes('private'))
})
