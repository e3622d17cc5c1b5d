// What only a socket shows: how a client that is refused while it sends comes to read why.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, cast, sessionOf, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { send, statesOf } from '../../test/files.ts'
import { TestStorage } from '../../test/storage.ts'
import type { Person } from '../accounts/actor.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { listen } from '../platform/web/server.ts'

const MIB = 1_048_576
const database = await testDatabase()
const storage = new TestStorage()
const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' }, { storage })
const people = await cast(database)
const tablo = await tabloOf(database, people)
const path = `/tablos/${tablo}/files`
const server = await listen(web.app, '127.0.0.1', 0)
after(() => server.stop(0))

async function open(person: Person | undefined, method = 'POST', address = path) {
  const token = person && (await sessionOf(database, person))
  const upload = request({
    port: server.port,
    host: '127.0.0.1',
    method,
    path: address,
    headers: {
      'Content-Type': 'multipart/form-data; boundary=x',
      'Sec-Fetch-Site': 'same-origin',
      Connection: 'close',
      ...(token && { Cookie: `xtablo_session=${token}` }),
    },
  })
  // Some of these are cut by one side or the other.
  upload.on('error', () => {})
  upload.setMaxListeners(0)
  return upload
}

const HEAD = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
const CHUNK = Buffer.alloc(65_536)

/** Writes, and waits until the network has taken it or the other side is gone. */
async function write(sending: ClientRequest, bytes: Buffer): Promise<void> {
  if (sending.write(bytes) || sending.closed) return
  await new Promise(done => sending.once('drain', done).once('close', done))
}

/** Sends a file in chunks, without saying before how long it is, and gives the answer. */
async function upload(person: Person | undefined, size: number) {
  const sending = await open(person)
  const answered = once(sending, 'response')
  sending.write(HEAD)
  for (let sent = 0; sent < size; sent += CHUNK.length) await write(sending, CHUNK)
  sending.end('\r\n--x--\r\n')
  const [answer] = await answered
  return { status: answer.statusCode, body: await text(answer) }
}

test('who sends too much reads why when all of it is sent, and nothing stays', async () => {
  const { status, body } = await upload(people.ada, 2.5 * MIB)
  assert.equal(status, 413)
  assert.match(body, /“a\.bin” is too large\. A file can be 1 MB at most/)
  assert.equal(storage.objects.size, 0)
  assert.deepEqual(await statesOf(database), { removing: 1 })
})

test('who may not upload reads that too, and no byte of it was kept', async () => {
  const { pool } = database
  await pool.query('truncate files')
  assert.equal((await upload(people.vera, 2 * MIB)).status, 403)
  assert.equal((await upload(people.eve, 2 * MIB)).status, 404)
  assert.equal((await upload(undefined, 2 * MIB)).status, 303)
  assert.deepEqual(await statesOf(database), {})
})

test('a program that sends too much is told as soon as all of it is sent', async () => {
  const token = await createPersonalToken(
    database.db,
    people.ada,
    { name: 'Script', scope: 'write', days: 7 },
    ADDRESS,
  )
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1${path}?name=a.bin`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/octet-stream' },
    body: Buffer.alloc(1.9 * MIB),
    signal: AbortSignal.timeout(20_000),
  })
  assert.equal(answer.status, 413)
  assert.equal(storage.objects.size, 0)
})

test('who goes on sending for ever is cut', async () => {
  const sending = await open(people.ada)
  let cut = false
  sending.once('close', () => {
    cut = true
  })
  sending.write(HEAD)
  let sent = 0
  for (; !cut && sent < 200 * MIB; sent += CHUNK.length) await write(sending, CHUNK)
  sending.destroy()
  assert.ok(sent < 60 * MIB, `${sent} bytes were taken`)
  assert.equal(storage.objects.size, 0)
})

test('who goes away in the middle leaves nothing', async () => {
  const { pool } = database
  await pool.query('truncate files')
  web.lines.length = 0
  const sending = await open(people.ada)
  sending.write(HEAD)
  sending.write(CHUNK)
  while ((await statesOf(database)).pending !== 1) await new Promise(done => setTimeout(done, 5))
  sending.destroy()
  while ((await statesOf(database)).pending === 1) await new Promise(done => setTimeout(done, 5))
  assert.deepEqual(await statesOf(database), { removing: 1 })
  assert.equal(storage.objects.size, 0)
  while (web.lines.length === 0) await new Promise(done => setTimeout(done, 5))
  assert.deepEqual(
    web.lines.map(({ msg, status }) => [msg, status]),
    [['request', 400]],
  )
})

test('an upload comes whole through a socket, and so does a download, or a part of it', async () => {
  const { status } = await upload(people.ada, MIB - CHUNK.length)
  assert.equal(status, 303)
  const [file] = [...storage.objects.keys()].map(key => key.split('/').at(-1))
  const get = await open(people.ada, 'GET', `${path}/${file}`)
  get.end()
  const [answer] = await once(get, 'response')
  assert.equal(answer.headers['content-length'], String(MIB - CHUNK.length))
  assert.equal(answer.headers['transfer-encoding'], undefined)
  assert.equal((await text(answer)).length, MIB - CHUNK.length)
})

test('who goes away from a download closes the object; one that breaks off cuts the connection', async () => {
  const [file] = await send(web.deps, people.ada, tablo, { name: 'b', bytes: Buffer.alloc(MIB) })
  const address = `${path}/${file?.id}`
  const leaving = await open(people.ada, 'GET', address)
  leaving.end()
  const [begun] = await once(leaving, 'response')
  await once(begun, 'readable')
  leaving.destroy()
  while (storage.reading > 0) await new Promise(done => setTimeout(done, 5))
  storage.mood = 'cut'
  web.lines.length = 0
  const cut = await open(people.ada, 'GET', address)
  cut.end()
  const [half] = await once(cut, 'response')
  await assert.rejects(text(half), /aborted/)
  storage.mood = 'well'
  assert.ok(web.lines.some(({ msg }) => msg === 'a download broke off'))
  assert.equal(storage.reading, 0)
})
