import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { tabloOf } from '../../test/cast.ts'
import { filesWeb, send } from '../../test/files.ts'
import { PDF, PNG } from '../../test/samples.ts'
import { TestStorage } from '../../test/storage.ts'
import { newId } from '../platform/ids.ts'
import { keyOf, list } from './files.ts'

const { database, db, here, storage, web, add } = await filesWeb()

test('a file comes as an attachment in a sandbox, whatever it is', async () => {
  const page = '<script>alert(1)</script>'
  for (const [name, bytes, type] of [
    ['a.html', page, 'text/plain; charset=utf-8'],
    ['a.svg', `<svg xmlns="http://www.w3.org/2000/svg">${page}</svg>`, 'text/plain; charset=utf-8'],
    ['a.png', PNG, 'image/png'],
    ['a.bin', '\u0001\u0002\u0003', 'application/octet-stream'],
  ] as const) {
    const id = await add(name, bytes)
    for (const query of name === 'a.png' ? [''] : ['', '?inline=1']) {
      const { status, headers } = await here.ada.get(`${here.path}/${id}${query}`)
      assert.equal(status, 200)
      assert.equal(headers.get('Content-Type'), type)
      assert.equal(headers.get('Content-Disposition'), `attachment; filename=${name}`)
      assert.equal(
        headers.get('Content-Security-Policy'),
        "sandbox; default-src 'none'; frame-ancestors 'none'",
      )
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
      assert.equal(headers.get('X-Frame-Options'), 'DENY')
      assert.equal(headers.get('Cache-Control'), 'private, no-cache')
      assert.equal(headers.get('Content-Length'), String(Buffer.from(bytes).length))
    }
  }
})

test('images and PDFs may be shown in a frame of ours, and run nothing', async () => {
  for (const [name, bytes] of [
    ['a.png', PNG],
    ['a.pdf', PDF],
  ] as const) {
    const { headers } = await here.ada.get(`${here.path}/${await add(name, bytes)}?inline=1`)
    assert.equal(headers.get('Content-Disposition'), `inline; filename=${name}`)
    assert.equal(headers.get('X-Frame-Options'), 'SAMEORIGIN')
    assert.match(headers.get('Content-Security-Policy') ?? '', /default-src 'none'.*frame-ancestors 'self'/)
    assert.doesNotMatch(headers.get('Content-Security-Policy') ?? '', /script|unsafe/)
  }
})

test('names come back as they were sent: accents, quotes, emoji, and no line end', async () => {
  for (const [name, plain, encoded] of [
    ['Été à la plage.pdf', '"?t? ? la plage.pdf"', "UTF-8''%C3%89t%C3%A9%20%C3%A0%20la%20plage.pdf"],
    ['a "b".txt', '"a \\"b\\".txt"', undefined],
    ['🦊.png', '"?.png"', "UTF-8''%F0%9F%A6%8A.png"],
    ['two\r\nlines.txt', 'twolines.txt', undefined],
  ] as const) {
    await here.ada.upload(here.path, [{ name, bytes: 'x' }])
    const [file] = (await list(db, here.tablo)).files
    const { headers } = await here.ada.get(`${here.path}/${file?.id}`)
    const said = headers.get('Content-Disposition') ?? ''
    if (encoded) assert.ok(said.endsWith(`filename*=${encoded}`), said)
    if (name.includes('\n')) assert.equal(file?.name, 'two  lines.txt')
    else {
      assert.equal(file?.name, name)
      assert.match(
        said,
        new RegExp(`^attachment; filename=${RegExp.escape(plain).replaceAll('\\?', '\\?+')}`),
      )
    }
  }
})

test('ranges: one is given, several are the whole, one that is not there is 416', async () => {
  const bytes = Array.from({ length: 100 }, (_, n) => String.fromCharCode(33 + (n % 90))).join('')
  const file = `${here.path}/${await add('a.txt', bytes)}`
  const { headers } = await here.ada.get(file)
  const tag = headers.get('ETag') ?? ''
  assert.match(tag, /^"[0-9a-f]{64}"$/)
  assert.equal(headers.get('Accept-Ranges'), 'bytes')
  const cases: [range: string, status: number, from?: number, to?: number, condition?: string][] = [
    ['bytes=0-9', 206, 0, 9],
    ['bytes=10-10', 206, 10, 10],
    ['bytes=90-', 206, 90, 99],
    ['bytes=90-500', 206, 90, 99],
    ['bytes=-5', 206, 95, 99],
    ['bytes=-500', 206, 0, 99],
    ['bytes=100-', 416],
    ['bytes=-0', 416],
    ['bytes=9-5', 200],
    ['bytes=-', 200],
    ['bytes=abc', 200],
    ['bytes=0-1,5-6', 200],
    ['lines=0-1', 200],
    ['nonsense', 200],
    ['bytes=0-9', 206, 0, 9, tag],
    ['bytes=0-9', 200, 0, 99, '"other"'],
    ['bytes=0-9', 200, 0, 99, `W/${tag}`],
    ['bytes=0-9', 200, 0, 99, 'Fri, 20 Nov 2026 12:00:00 GMT'],
  ]
  for (const [range, status, from = 0, to = 99, condition] of cases) {
    const asked = { Range: range, ...(condition !== undefined && { 'If-Range': condition }) }
    const answer = await here.ada.get(file, asked)
    assert.equal(answer.status, status, `${range} ${condition}`)
    if (status === 416) assert.equal(answer.headers.get('Content-Range'), 'bytes */100')
    else {
      assert.equal(answer.text, bytes.slice(from, to + 1), range)
      assert.equal(answer.headers.get('Content-Length'), String(to - from + 1))
      assert.equal(answer.headers.get('Content-Range'), status === 206 ? `bytes ${from}-${to}/100` : null)
    }
  }
  const empty = `${here.path}/${await add('empty', '')}`
  assert.equal((await here.ada.get(empty)).headers.get('Content-Length'), '0')
  assert.equal((await here.ada.get(empty, { Range: 'bytes=0-' })).status, 416)
  assert.equal(storage.reading, 0)
})

test('what a browser has already is 304, and HEAD opens no object', async () => {
  const id = await add('a.txt', 'abc')
  const file = `${here.path}/${id}`
  const tag = (await here.ada.get(file)).headers.get('ETag') ?? ''
  storage.mood = 'down'
  for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const answer = await here.ada.get(file, { 'If-None-Match': known })
    assert.deepEqual([answer.status, answer.text, answer.headers.get('ETag')], [304, '', tag])
  }
  const head = await here.ada.request(file, { method: 'HEAD' })
  assert.deepEqual([head.status, head.text, head.headers.get('Content-Length')], [200, '', '3'])
  assert.equal(head.headers.get('Content-Disposition'), 'attachment; filename=a.txt')
  assert.equal((await here.ada.get(file, { 'If-None-Match': '"x"' })).status, 503)
})

test('a storage that gives out URLs is where a download goes, and no cache keeps the way', async () => {
  const id = await add('Été.png', PNG)
  const bucket = new TestStorage()
  bucket.origin = 'https://bucket.example'
  const there = testApp(database, {}, { storage: bucket })
    .visitor()
    .carry(here.ada.token ?? '')
  const answer = await there.get(`${here.path}/${id}`)
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  assert.ok(
    answer.location?.startsWith(`https://bucket.example/${keyOf(here.tablo, id)}?disposition=attachment`),
  )
  bucket.mood = 'down'
  for (const method of ['GET', 'HEAD']) {
    const away = await there.request(`${here.path}/${id}`, { method })
    assert.deepEqual([away.status, away.headers.get('Retry-After'), away.location], [503, '30', null])
  }
  bucket.mood = 'well'
  assert.equal((await there.request(`${here.path}/${id}`, { method: 'HEAD' })).status, 200)
  const inline = await there.get(`${here.path}/${id}?inline=1`)
  assert.match(inline.location ?? '', /disposition=inline/)
  const policy = (await there.get(here.path)).headers.get('Content-Security-Policy') ?? ''
  assert.match(policy, /img-src 'self' https:\/\/bucket\.example; frame-src 'self' https:\/\/bucket\.example/)
})

test('a storage that fails before the first byte is a page, and one that fails later cuts the answer', async () => {
  const id = await add('a.bin', Buffer.alloc(200_000))
  storage.mood = 'down'
  const down = await here.ada.get(`${here.path}/${id}`)
  assert.deepEqual([down.status, down.headers.get('Retry-After')], [503, '30'])
  assert.match(down.text, /Files can’t be reached now/)
  assert.equal(down.headers.get('Content-Disposition'), null)
  storage.mood = 'lost'
  assert.equal((await here.ada.get(`${here.path}/${id}`)).status, 503)
  storage.mood = 'cut'
  await assert.rejects(here.ada.get(`${here.path}/${id}`), /broke off/)
  storage.mood = 'well'
  storage.objects.clear()
  assert.equal((await here.ada.get(`${here.path}/${id}`)).status, 404)
  assert.equal(storage.reading, 0)
})

test('a reader who goes away closes the object', async () => {
  const id = await add('a.bin', Buffer.alloc(900_000))
  const response = await web.app.fetch(
    new Request(new URL(`${here.path}/${id}`, web.deps.config.baseUrl), {
      headers: { Cookie: `xtablo_session=${here.ada.token}` },
    }),
  )
  const reader = response.body?.getReader()
  await reader?.read()
  assert.equal(storage.reading, 1)
  await reader?.cancel()
  await new Promise(setImmediate)
  assert.equal(storage.reading, 0)
})

test('no address leads to a file of another Tablo, or past the storage', async () => {
  const other = await tabloOf(database, here.people, 'Other')
  const [foreign] = await send(web.deps, here.people.ada, other, { name: 'foreign' })
  const id = await add('own')
  const addresses = [
    `${here.path}/${foreign?.id}`,
    `${here.path}/${newId()}`,
    `${here.path}/..`,
    `${here.path}/%2e%2e/${id}`,
    `${here.path}/..%2f..%2fetc%2fpasswd`,
    `${here.path}/${id}%00`,
    `${here.path}/${id.toUpperCase()}`,
    `${here.path}/${id}/`,
    `${here.path}/${id}%2fview`,
    `/tablos/${other}/files/${id}`,
    `/tablos/${newId()}/files/${id}`,
  ]
  for (const address of addresses) {
    const { status, headers } = await here.ada.get(address)
    assert.deepEqual([status, headers.get('Content-Disposition')], [404, null], address)
  }
  assert.equal((await here.ada.get(`${here.path}/${id}`)).status, 200)
  assert.equal((await here.ada.post(`${here.path}/${foreign?.id}/delete`)).status, 404)
})
