// An upload that carries an Idempotency-Key: its body counts by its content.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { TestStorage } from '../../test/storage.ts'

const storage = new TestStorage()
const { database, pool, people, ada, ben } = await apiWeb({ MAX_UPLOAD_SIZE_MB: '1' }, { storage })
let files: string
let tablo: string

beforeEach(async () => {
  await pool.query('truncate files, idempotency_keys')
  storage.objects.clear()
  storage.beforeWritten = async () => {}
  tablo = await tabloOf(database, people)
  files = `/tablos/${tablo}/files`
})

const KEY = { 'Idempotency-Key': 'one' }
const OCTETS = { ...KEY, 'Content-Type': 'application/octet-stream' }
const raw = (bytes: string | Uint8Array, name = 'a', who = ada) =>
  who.send('POST', `${files}?name=${name}`, Buffer.from(bytes), OCTETS)
const form = (bytes: string, boundary: string, name = 'a.txt') =>
  ada.send(
    'POST',
    files,
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${bytes}\r\n--${boundary}--\r\n`,
    { ...KEY, 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  )
const one = async () => assert.deepEqual([(await ada.all(files)).length, storage.objects.size], [1, 1])

test('the same bytes again have the same answer, and make no second file', async () => {
  const [first, again] = [await raw('bread'), await raw('bread')]
  assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text])
  assert.deepEqual(
    [first, again].map(({ headers }) => headers.get('Idempotency-Replayed')),
    [null, 'true'],
  )
  await one()
})

test('other bytes, or another name, are another request', async () => {
  await raw('bread')
  for (const other of [
    raw('Bread'),
    raw(''),
    raw('bread and butter'),
    raw(Buffer.alloc(2_000_000)),
    raw('bread', 'b'),
  ])
    assertProblem(await other, 'invalid', ['Idempotency-Key'])
  await one()
})

test('a form is the same by its file, wherever its parts are cut', async () => {
  const first = await form('bread', 'x')
  const again = await form('bread', 'another')
  assert.deepEqual([again.status, again.text], [201, first.text])
  assertProblem(await form('cake', 'x'), 'invalid', ['Idempotency-Key'])
  assertProblem(await form('bread', 'x', 'b.txt'), 'invalid', ['Idempotency-Key'])
  await one()
})

test('a file is the same as a form and as it is', async () => {
  const first = await form('bread', 'one', 'a')
  const again = await raw('bread')
  assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text])
  await one()
})

test('the same at the same moment make one file', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => raw('bread')))
  assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
  assert.equal(answers.filter(({ headers }) => headers.has('Idempotency-Replayed')).length, 4)
  await one()
})

test('at the same moment with other bytes, one is the file and the other is told so', async () => {
  const answers = await Promise.all([raw('bread'), raw('cake')])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422])
  await one()
})

test('an upload whose process died after it was kept is that one when it is sent again', async () => {
  const first = await raw('bread')
  await died()
  const again = await raw('bread')
  assert.deepEqual([again.status, again.text], [201, first.text])
  await one()
})

test('but not when other bytes are sent', async () => {
  await raw('bread')
  await died()
  assertProblem(await raw('cake'), 'invalid', ['Idempotency-Key'])
  await one()
})

const died = () =>
  pool.query(`update idempotency_keys set status = null, headers = null, body = null,
    locked_until = now() - interval '1 s'`)

test('an upload that failed has left nothing, and its key is free', async () => {
  storage.mood = 'cut'
  assertProblem(await raw('bread'), 'unavailable')
  storage.mood = 'well'
  assert.equal((await raw('bread')).status, 201)
  await one()
})

test('a file that was deleted since is answered as it was; to whoever lost access, not at all', async () => {
  const first = await raw('bread', 'a', ben)
  await ada.delete(`/files/${first.body.id}`)
  assert.equal((await raw('bread', 'a', ben)).text, first.text)
  await pool.query('delete from members where user_id = $1 and tablo_id = $2', [people.ben.id, tablo])
  assertProblem(await raw('bread', 'a', ben), 'not_found')
  assertProblem(await raw('cake', 'a', ben), 'not_found')
})
