import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { filesWeb, statesOf } from '../../test/files.ts'
import { partsOf } from '../../test/kanban.ts'
import { list } from './files.ts'

const { database, db, here, storage, web, add, names } = await filesWeb()
const MIB = 1_048_576

test('a script gets the new row and the totals', async () => {
  const answer = await here.ada.htmxUpload(here.path, [{ name: 'a.txt', bytes: 'abc' }])
  assert.equal(answer.status, 200)
  const parts = partsOf(answer)
  assert.match(parts['#files'] ?? '', /^<li class="file".*a\.txt.*3 bytes/s)
  assert.equal(parts['#file-totals'], '<span>1 file</span><span>3 bytes</span>')
  const [file] = (await list(db, here.tablo)).files
  const gone = await here.ada.htmxPost(`${here.path}/${file?.id}/delete`, {}, `#f-${file?.id}`)
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
  const page = await here.ada.upload(here.path, files)
  assert.equal(page.status, 413)
  assert.match(
    page.text,
    /class="errors".*“a &lt;b&gt;\.bin” is too large\. A file can be 1 MB at most. Nothing was uploaded\..*id="upload"/s,
  )
  const part = await here.ada.htmxUpload(here.path, files)
  assert.equal(part.status, 413)
  assert.match(part.text, /^<div class="toast".*A file can be 1 MB at most/)
  here.ada.headers = { 'Accept-Language': 'fr' }
  assert.match(
    (await here.ada.upload(here.path, files)).text,
    /est trop volumineux\. Un fichier peut faire 1\u202f?[\u00a0 ]?Mo au plus/,
  )
  assert.deepEqual([await names(), storage.objects.size], [[], 0])
  assert.equal((await here.ada.upload(here.path, [{ name: 'most', bytes: new Uint8Array(MIB) }])).status, 303)
})

test('more than 100 files, none, and an empty choice are refused', async () => {
  const many = Array.from({ length: 101 }, (_, n) => ({ name: `${n}`, bytes: 'x' }))
  const answer = await here.ada.upload(here.path, many)
  assert.equal(answer.status, 413)
  assert.match(answer.text, /Send 100 files at once at most/)
  assert.equal((await here.ada.upload(here.path, many.slice(1))).status, 303)
  assert.equal((await names()).length, 100)
  for (const files of [[], [{ name: '', bytes: '' }], [{ name: 'a', bytes: 'x', field: 'other' }]]) {
    const none = await here.ada.upload(here.path, files)
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
    const headers = { ...here.ada.sameSite, 'Content-Type': type }
    const answer = await here.ada.request(here.path, { method: 'POST', body, headers })
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
  const headers = { ...here.ada.sameSite, 'Content-Type': 'multipart/form-data; boundary=x' }
  const answer = await here.ada.request(here.path, { method: 'POST', body, headers })
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
    const answer = await here.ada.upload(here.path, [{ name: 'a', bytes: 'x' }])
    assert.deepEqual([answer.status, answer.headers.get('Retry-After')], [503, '30'])
    assert.match(answer.text, words)
  }
  assert.ok(web.lines.some(line => line.fault === 'full'))
})

test('a quota is shown, and what does not fit is 413 with both sizes', async () => {
  const narrow = testApp(database, { TABLO_QUOTA_MB: '1' }, { storage })
  const browser = narrow.visitor().carry(here.ada.token ?? '')
  await add('a', Buffer.alloc(MIB / 2))
  const { text } = await browser.get(here.path)
  assert.match(text, /1 file<.*<span data-room="524288">512 kB of 1 MB used/)
  assert.match(text, /data-no-room="There is no room left for “{name}”/)
  assert.doesNotMatch((await here.ada.get(here.path)).text, /data-(no-)?room/)
  const answer = await browser.upload(here.path, [{ name: 'b', bytes: new Uint8Array(MIB / 2 + 1) }])
  assert.equal(answer.status, 413)
  assert.match(answer.text, /no room left for “b”\. The files of this Tablo can take 1 MB in all/)
})

test('another site can’t upload for a person', async () => {
  const answer = await here.ada.upload(here.path, [{ name: 'a', bytes: 'x' }], {
    Origin: 'https://evil.example',
    'Sec-Fetch-Site': 'cross-site',
  })
  assert.equal(answer.status, 403)
  assert.equal(storage.objects.size, 0)
})

test('the log has one line for an upload, and nothing of the file', async () => {
  web.lines.length = 0
  await here.ada.upload(here.path, [{ name: 'private-name.txt', bytes: 'private words' }])
  const log = JSON.stringify(web.lines)
  assert.equal(web.lines.length, 1)
  assert.match(log, /"method":"POST".*"status":303/)
  assert.ok(!log.includes('private'))
})
