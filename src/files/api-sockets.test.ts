// What only a socket shows of an upload that a program sends as it is: it is read as it comes, and may end in many ways.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { after, beforeEach, test } from 'node:test'
import { apiWeb } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { statesOf } from '../../test/files.ts'
import { TestStorage } from '../../test/storage.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { listen } from '../platform/web/server.ts'

const MIB = 1_048_576
const CHUNK = Buffer.alloc(65_536, 'x')
const storage = new TestStorage()
const { database, db, pool, web, people, ada } = await apiWeb({ MAX_UPLOAD_SIZE_MB: '1' }, { storage })
const tablo = await tabloOf(database, people)
const server = await listen(web.app, '127.0.0.1', 0)
after(() => server.stop(0))

const tokens = new Map<string, string>()
for (const person of Object.values(people))
  tokens.set(
    person.id,
    await createPersonalToken(db, person, { name: 'Tests', scope: 'write', days: 7 }, '127.0.0.1'),
  )

beforeEach(async () => {
  await pool.query('truncate files, idempotency_keys')
  storage.objects.clear()
})

function begin(person: { id: string } = people.ada, headers: Record<string, string> = {}): ClientRequest {
  const sending = request({
    port: server.port,
    host: '127.0.0.1',
    method: 'POST',
    path: `/api/v1/tablos/${tablo}/files?name=a.bin`,
    headers: {
      Authorization: `Bearer ${tokens.get(person.id)}`,
      'Content-Type': 'application/octet-stream',
      Connection: 'close',
      ...headers,
    },
  })
  // Some of these are cut by one side or the other.
  sending.on('error', () => {})
  sending.setMaxListeners(0)
  return sending
}

async function answered(sending: ClientRequest) {
  const [answer] = await once(sending, 'response')
  return { status: answer.statusCode as number, body: (await json(answer)) as Record<string, unknown> }
}

/** Sends so many bytes without saying before how many they are. */
async function upload(size: number, person = people.ada, headers = {}) {
  const sending = begin(person, headers)
  const answer = answered(sending)
  for (let sent = 0; sent < size; sent += CHUNK.length)
    if (!sending.write(CHUNK)) await once(sending, 'drain')
  sending.end()
  return answer
}

const until = async (reached: () => Promise<boolean>) => {
  while (!(await reached())) await new Promise(done => setTimeout(done, 5))
}
const isPending = async () => (await statesOf(database)).pending === 1

test('a file comes whole through a socket, and so does a part of it back', async () => {
  const { status, body } = await upload(MIB)
  assert.deepEqual([status, body.size], [201, MIB])
  const url = `http://127.0.0.1:${server.port}/api/v1/files/${body.id}/content`
  const headers = { Authorization: `Bearer ${tokens.get(people.vera.id)}`, Range: 'bytes=1000000-' }
  const part = await fetch(url, { headers })
  assert.deepEqual([part.status, part.headers.get('Content-Length')], [206, String(MIB - 1_000_000)])
  assert.equal((await part.arrayBuffer()).byteLength, MIB - 1_000_000)
})

test('who sends too much reads why when all of it is sent, and nothing stays', async () => {
  const { status, body } = await upload(2.5 * MIB)
  assert.deepEqual([status, body.type], [413, 'urn:xtablo:problem:too_large'])
  assert.equal(storage.objects.size, 0)
  assert.deepEqual(await statesOf(database), { removing: 1 })
})

test('who may not upload reads that, and no byte of it was kept', async () => {
  assert.equal((await upload(2 * MIB, people.vera)).status, 403)
  assert.equal((await upload(2 * MIB, people.eve)).status, 404)
  assert.equal((await upload(2 * MIB, { id: 'nobody' } as typeof people.ada)).status, 401)
  assert.deepEqual(await statesOf(database), {})
})

test('who goes away in the middle leaves nothing, and may send it again under the same key', async () => {
  const key = { 'Idempotency-Key': 'one' }
  const sending = begin(people.ada, key)
  sending.write(CHUNK)
  await until(isPending)
  sending.destroy()
  await until(async () => !(await isPending()))
  assert.deepEqual(await statesOf(database), { removing: 1 })
  assert.equal(storage.objects.size, 0)
  assert.equal((await upload(MIB, people.ada, key)).status, 201)
  assert.equal((await ada.all(`/tablos/${tablo}/files`)).length, 1)
})

test('who announces more than they send is cut off, and leaves nothing', async () => {
  const sending = begin(people.ada, { 'Content-Length': String(MIB) })
  sending.write(CHUNK)
  await until(isPending)
  sending.socket?.end()
  await until(async () => !(await isPending()))
  assert.deepEqual([storage.objects.size, await statesOf(database)], [0, { removing: 1 }])
})

test('who falls silent is told so in the end, and leaves nothing', async context => {
  const sending = begin()
  const answer = answered(sending)
  context.mock.timers.enable({ apis: ['setTimeout'] })
  sending.write(CHUNK)
  const turn = () => new Promise(done => setImmediate(done))
  while (!(await isPending())) await turn()
  let over = false
  void answer.finally(() => {
    over = true
  })
  // A minute at a time, since each wait begins when the one before is over.
  for (let minute = 0; !over && minute < 10_000; minute++) {
    context.mock.timers.tick(60_000)
    await turn()
  }
  const { status, body } = await answer
  assert.deepEqual([status, body.type], [408, 'urn:xtablo:problem:timeout'])
  assert.equal(storage.objects.size, 0)
  assert.deepEqual(await statesOf(database), { removing: 1 })
  sending.destroy()
})
