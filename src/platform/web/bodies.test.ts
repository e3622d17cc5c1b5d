import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { Hono } from 'hono'
import { drained, limitBody } from './bodies.ts'
import { listen } from './server.ts'

// Before the timers are mocked.
const real = setTimeout
const pause = (ms: number) => new Promise<void>(done => void real(done, ms))

let arrived = Promise.withResolvers<void>()
const app = new Hono()
// The body of one that is cut can't be read.
app.onError((_, c) => c.text('', 400))
app.use('/form', limitBody)
app.use('/upload', drained(1_000_000))
// 20 MiB: 320 s
app.use('/large', drained(20 * 1_048_576))
app.post('/form', async c => {
  arrived.resolve()
  return c.text(`${(await c.req.text()).length} characters`)
})
app.on('POST', ['/upload', '/large'], c => {
  arrived.resolve()
  return c.text('refused', 403)
})
const server = await listen(app, '127.0.0.1', 0)
after(() => server.stop(0))

async function post(path: string, size: number, body: string): Promise<Socket> {
  arrived = Promise.withResolvers()
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${size}\r\n\r\n${body}`,
  )
  return socket
}

test('a form that is not there after five minutes is cut', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const socket = await post('/form', 10, 'abc')
  const closed = once(socket, 'close')
  await arrived.promise
  t.mock.timers.tick(299_000)
  await new Promise(setImmediate)
  assert.equal(socket.closed, false)
  t.mock.timers.tick(1_000)
  socket.resume()
  await closed
})

test('a refusal is answered once the rest has come, or a minute after it stopped, and then the connection is closed', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const quick = await post('/upload', 6, 'abc')
  await arrived.promise
  quick.end('def')
  assert.match(await text(quick), /^HTTP\/1\.1 403 .*refused$/s)
  const silent = await post('/upload', 6, 'abc')
  const answer = text(silent)
  await arrived.promise
  await new Promise(setImmediate)
  t.mock.timers.tick(60_000)
  assert.match(await answer, /^HTTP\/1\.1 403 .*connection: close.*refused$/is)
})

test('a rest that keeps coming is read for as long as its limit takes on a slow line', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const [path, seconds] of [
    ['/upload', 120],
    ['/large', 320],
  ] as const) {
    const slow = await post(path, 1_000, 'abc')
    let answered = false
    const answer = text(slow).finally(() => {
      answered = true
    })
    await arrived.promise
    for (let passed = 0; passed < seconds; passed += 40) {
      slow.write('d')
      // Time for the byte to come through the socket.
      await pause(20)
      assert.equal(answered, false, `${path} after ${passed} s`)
      t.mock.timers.tick(40_000)
    }
    assert.match(await answer, /^HTTP\/1\.1 403 .*connection: close.*refused$/is)
  }
})
