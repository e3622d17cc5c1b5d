import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem, type Program } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { statesOf } from '../../test/files.ts'
import { PNG } from '../../test/samples.ts'
import { TestStorage } from '../../test/storage.ts'
import { newId } from '../platform/ids.ts'

const storage = new TestStorage()
const { database, pool, people, ada, ben, vera, eve, root } = await apiWeb(
  { MAX_UPLOAD_SIZE_MB: '1' },
  { storage },
)
const OCTETS = { 'Content-Type': 'application/octet-stream' }
const MIB = 1_048_576
let tablo: string
let files: string

beforeEach(async () => {
  await pool.query('truncate files')
  storage.objects.clear()
  storage.origin = undefined
  storage.mood = 'well'
  tablo = await tabloOf(database, people)
  files = `/tablos/${tablo}/files`
})

const raw = (name: string, bytes: Uint8Array | string = name, who: Program = ada) =>
  who.send('POST', `${files}?name=${encodeURIComponent(name)}`, Buffer.from(bytes), OCTETS)
const form = (...named: [field: string, name: string, bytes: string][]) => {
  const data = new FormData()
  for (const [field, name, bytes] of named) data.append(field, new File([bytes], name))
  return data
}
const names = async () => (await ada.all(files)).map(({ name }) => name)
const nothingStays = async () => {
  const { stored, pending } = await statesOf(database)
  assert.deepEqual([stored, pending, storage.objects.size], [undefined, undefined, 0])
}

test('a file comes as it is, with its name in the query, and is where the answer says', async () => {
  const answer = await raw('Été ☀/../☀ a.png', PNG, ben)
  assert.equal(answer.status, 201)
  const { id, created_at, ...rest } = answer.body
  assert.deepEqual(rest, {
    tablo_id: tablo,
    name: '☀ a.png',
    size: PNG.length,
    type: 'image/png',
    sha256: createHash('sha256').update(PNG).digest('hex'),
    uploaded_by: people.ben.id,
  })
  assert.match(created_at, /Z$/)
  assert.equal(answer.headers.get('Location'), `/api/v1/files/${id}`)
  const read = await vera.get(answer.headers.get('Location') ?? '')
  assert.deepEqual([read.body, read.headers.get('ETag')], [answer.body, answer.headers.get('ETag')])
})

test('or as the field of a form, where it has its own name; other fields are passed over', async () => {
  const data = form(['file', 'a.txt', 'hello'])
  data.append('note', 'unread')
  const { status, body } = await ada.send('POST', files, data)
  assert.deepEqual([status, body.name, body.size, body.type], [201, 'a.txt', 5, 'text/plain'])
})

test('one file at a time, which is there and has a name; and any type but these two is not taken', async () => {
  assertProblem(await ada.send('POST', files, form(['file', 'a', 'a'], ['file', 'b', 'b'])), 'invalid', [
    'file',
  ])
  assertProblem(await ada.send('POST', files, form(['other', 'a', 'a'])), 'invalid', ['file'])
  assertProblem(await ada.send('POST', files, Buffer.from('a'), OCTETS), 'invalid', ['name'])
  assertProblem(await ada.send('POST', `${files}?name=`, Buffer.from('a'), OCTETS), 'invalid', ['name'])
  assertProblem(await ada.send('POST', `${files}?named=a`, Buffer.from('a'), OCTETS), 'invalid', ['named'])
  for (const type of ['application/json', 'image/png', 'application/octet-streams', 'multipart/form-data'])
    assertProblem(
      await ada.send('POST', `${files}?name=a`, 'a', { 'Content-Type': type }),
      'unsupported_media_type',
    )
  assertProblem(await ada.send('POST', `${files}?name=a`), 'unsupported_media_type')
  const malformed = { 'Content-Type': 'multipart/form-data; boundary=x' }
  assertProblem(await ada.send('POST', files, '--x\r\nnonsense', malformed), 'malformed')
  await nothingStays()
})

test('an empty file is a file', async () => {
  const { status, body } = await raw('empty', '')
  assert.deepEqual([status, body.size], [201, 0])
  assert.equal((await ada.get(`/files/${body.id}/content`)).text, '')
})

test('the limit is what a file may have: one byte more is too large, and nothing stays', async () => {
  assert.equal((await raw('most', Buffer.alloc(MIB))).status, 201)
  await pool.query('truncate files')
  storage.objects.clear()
  assertProblem(await raw('more', Buffer.alloc(MIB + 1)), 'too_large')
  const more = form(['file', 'more', 'x'.repeat(MIB + 1)])
  assertProblem(await ada.send('POST', files, more), 'too_large')
  await nothingStays()
})

test('a storage that fails is 503, with a time to try again, and nothing stays', async () => {
  storage.mood = 'cut'
  const answer = await raw('a')
  assertProblem(answer, 'unavailable')
  assert.ok(Number(answer.headers.get('Retry-After')) > 0)
  await nothingStays()
})

test('files are listed the newest first, and what is on its way is not', async () => {
  const made: { id: string; name: string }[] = []
  for (const name of ['a', 'b', 'c']) made.push((await raw(name)).body)
  await pool.query(`insert into files (id, tablo_id, name) values ($1, $2, 'pending')`, [newId(), tablo])
  const newest = made.sort((one, other) => (one.id < other.id ? 1 : -1))
  assert.deepEqual(
    await names(),
    newest.map(({ name }) => name),
  )
})

test('a download is an attachment that can do nothing here, whole or in part', async () => {
  const { id } = (await raw('page.html', '<script>alert(1)</script>')).body
  const path = `/files/${id}/content`
  const whole = await vera.get(path)
  assert.deepEqual([whole.status, whole.text], [200, '<script>alert(1)</script>'])
  assert.match(whole.headers.get('Content-Disposition') ?? '', /^attachment; filename=page\.html/)
  assert.match(whole.headers.get('Content-Security-Policy') ?? '', /^sandbox/)
  assert.equal(whole.headers.get('X-Content-Type-Options'), 'nosniff')
  for (const [range, text, part] of [
    ['bytes=1-6', 'script', 'bytes 1-6/25'],
    ['bytes=-9', '</script>', 'bytes 16-24/25'],
    ['bytes=16-', '</script>', 'bytes 16-24/25'],
  ]) {
    const some = await ada.get(path, { Range: range ?? '' })
    assert.deepEqual([some.status, some.text, some.headers.get('Content-Range')], [206, text, part])
  }
  const none = await ada.get(path, { Range: 'bytes=25-' })
  assert.deepEqual([none.status, none.headers.get('Content-Range')], [416, 'bytes */25'])
  const known = await ada.get(path, { 'If-None-Match': whole.headers.get('ETag') ?? '' })
  assert.deepEqual([known.status, known.text], [304, ''])
})

test('where files are on S3, a download leads there', async () => {
  const { id } = (await raw('a.txt')).body
  storage.origin = 'https://files.example.org'
  const answer = await ada.get(`/files/${id}/content`)
  assert.equal(answer.status, 302)
  assert.match(answer.headers.get('Location') ?? '', /^https:\/\/files\.example\.org\/files\//)
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  storage.mood = 'down'
  assertProblem(await ada.get(`/files/${id}/content`), 'unavailable')
})

test('a file that is deleted is gone', async () => {
  const { id } = (await raw('a')).body
  const answer = await ben.delete(`/files/${id}`)
  assert.deepEqual([answer.status, answer.text], [204, ''])
  for (const path of [`/files/${id}`, `/files/${id}/content`]) assertProblem(await ada.get(path), 'not_found')
  assertProblem(await ada.delete(`/files/${id}`), 'not_found')
})

test('a viewer reads and may change nothing; for a stranger none of it exists, whatever they send', async () => {
  const { id } = (await raw('Secret plan')).body
  assertProblem(await raw('a', 'a', vera), 'forbidden')
  assertProblem(await vera.delete(`/files/${id}`), 'forbidden')
  for (const stranger of [eve, root])
    for (const answer of [
      await raw('a', 'a', stranger),
      await raw('', Buffer.alloc(2 * MIB), stranger),
      await stranger.send('POST', files, 'a', { 'Content-Type': 'text/plain' }),
      await stranger.get(files),
      await stranger.get(`/files/${id}`),
      await stranger.get(`/files/${id}/content`),
      await stranger.delete(`/files/${id}`),
    ]) {
      assertProblem(answer, 'not_found')
      assert.ok(!answer.text.includes('Secret'))
    }
  assert.deepEqual(await names(), ['Secret plan'])
})
