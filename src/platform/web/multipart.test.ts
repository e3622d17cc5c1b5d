import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, beforeEach, test } from 'node:test'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { drained } from './bodies.ts'
import { receiveFiles } from './multipart.ts'
import { listen } from './server.ts'

const SILENCE_MS = 60_000
const CHUNK = Buffer.alloc(16_384, 'a')
const seen: { name: string; size: number; ended: boolean }[] = []
let refuseAfter = Number.POSITIVE_INFINITY
let ended = Promise.withResolvers<unknown>()
let gate: Promise<unknown> = Promise.resolve()

const app = new Hono()
app.use(drained(10_000_000))
app.post('/', async c => {
  const limits = {
    field: 'file',
    files: 3,
    tooMany: () => new HTTPException(413, { message: 'too many' }),
    size: 50_000_000,
    silenceMs: SILENCE_MS,
  }
  try {
    await receiveFiles(c, limits, async ({ name, body }) => {
      const file = { name, size: 0, ended: false }
      seen.push(file)
      await gate
      for await (const chunk of body) {
        file.size += chunk.length
        if (file.size > refuseAfter) break
      }
      // A storage takes its time to give up.
      if (file.size > refuseAfter) await new Promise(done => setTimeout(done, 20))
      if (file.size > refuseAfter) throw new HTTPException(413, { message: 'too large' })
      file.ended = true
    })
    ended.resolve(undefined)
    return c.text('taken')
  } catch (error) {
    ended.resolve(error)
    throw error
  }
})
const server = await listen(app, '127.0.0.1', 0)
after(() => server.stop(0))

beforeEach(() => {
  seen.length = 0
  refuseAfter = Number.POSITIVE_INFINITY
  ended = Promise.withResolvers()
  gate = Promise.resolve()
})

const part = (name: string) =>
  `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`

async function open(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  // Some of these are cut while they write.
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  return socket
}

/** Writes a chunk of the body, and waits until the network has taken it. */
async function write(socket: Socket, bytes: string | Buffer): Promise<void> {
  const chunk = Buffer.from(bytes)
  socket.write(`${chunk.length.toString(16)}\r\n`)
  socket.write(chunk)
  if (socket.write('\r\n') || socket.closed) return
  await new Promise(done => socket.once('drain', done).once('close', done))
}

/** Long enough for what is on its way to arrive. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
}

const finish = (socket: Socket) => socket.write('0\r\n\r\n')
test('files are handed on as they come, one after another', async () => {
  const socket = await open()
  await write(socket, `${part('a')}one`)
  await write(socket, `\r\n${part('b')}two\r\n--x--\r\n`)
  finish(socket)
  assert.match(await text(socket), /^HTTP\/1\.1 200 /)
  assert.deepEqual(
    seen.map(({ name, size }) => [name, size]),
    [
      ['a', 3],
      ['b', 3],
    ],
  )
})

test('who takes slowly makes the sender wait, and that is no silence', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  const socket = await open()
  await write(socket, part('a'))
  let written = 0
  const writing = (async () => {
    for (; written < 1_000; written++) await write(socket, CHUNK)
    await write(socket, '\r\n--x--\r\n')
    finish(socket)
  })()
  for (let last = -1; last !== written; ) {
    last = written
    await turns()
  }
  assert.ok(written < 1_000, 'all of it went somewhere')
  t.mock.timers.tick(SILENCE_MS)
  resolve()
  await writing
  assert.match(await text(socket), /^HTTP\/1\.1 200 /)
  assert.equal(seen[0]?.size, 1_000 * CHUNK.length)
})

test('who has sent everything is not silent, however long the taking goes on', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  const socket = await open()
  await write(socket, `${part('a')}one\r\n--x--\r\n`)
  finish(socket)
  while (seen.length === 0) await turns()
  await turns()
  t.mock.timers.tick(SILENCE_MS)
  resolve()
  assert.match(await text(socket), /^HTTP\/1\.1 200 /)
})

test('a sender who is refused in the middle reads why, after sending the rest', async () => {
  refuseAfter = 100_000
  const socket = await open()
  await write(socket, part('a'))
  for (let n = 0; n < 200; n++) await write(socket, CHUNK)
  await write(socket, '\r\n--x--\r\n')
  finish(socket)
  const said = await text(socket)
  assert.match(said, /^HTTP\/1\.1 413 /)
  assert.match(said, /too large/)
  assert.ok((seen[0]?.size ?? 0) < 300_000)
})

test('the rest is read up to a bound, then the connection is closed', async () => {
  refuseAfter = 100_000
  const socket = await open()
  const said = text(socket).catch(() => '')
  await write(socket, part('a'))
  let written = 0
  for (; written < 5_000 && !socket.closed && !socket.readableEnded; written++) await write(socket, CHUNK)
  socket.destroy()
  await said
  assert.ok(written * CHUNK.length < 40_000_000, `${written} chunks were taken`)
})

test('more files than there may be are refused, before the first of them too many is read', async () => {
  const socket = await open()
  for (const name of ['a', 'b', 'c', 'd']) await write(socket, `${part(name)}x\r\n`)
  await write(socket, '--x--\r\n')
  finish(socket)
  assert.match(await text(socket), /^HTTP\/1\.1 413 .*too many/s)
  assert.ok(!seen.some(({ name }) => name === 'd'))
})

test('a sender who goes away in the middle ends it', async () => {
  const socket = await open()
  await write(socket, part('a'))
  await write(socket, CHUNK)
  socket.destroy()
  const error = await ended.promise
  assert.ok(error instanceof HTTPException && error.status === 400)
  assert.equal(seen[0]?.ended, false)
})

test('a sender who falls silent ends it', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const socket = await open()
  await write(socket, part('a'))
  await write(socket, CHUNK)
  while (seen[0]?.size !== CHUNK.length) await turns()
  t.mock.timers.tick(SILENCE_MS)
  const error = await ended.promise
  assert.ok(error instanceof HTTPException && error.status === 408)
  assert.equal(seen[0]?.ended, false)
  socket.destroy()
})
