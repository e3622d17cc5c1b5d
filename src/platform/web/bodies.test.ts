import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { Hono } from 'hono'
import { drained, limitBody } from './bodies.ts'
import { listen } from './server.ts'

let arrived = Promise.withResolvers<void>()
const app = new Hono()
// The body of one that is cut can't be read.
app.onError((_, c) => c.text('', 400))
app.use('/form', limitBody)
app.use('/upload', drained(1_000_000))
app.post('/form', async c => {
  arrived.resolve()
  return c.text(`${(await c.req.text()).length} characters`)
})
app.post('/upload', c => {
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

test('a refusal is answered once the rest has come, or two minutes later, and then the connection is closed', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const quick = await post('/upload', 6, 'abc')
  await arrived.promise
  quick.end('def')
  assert.match(await text(quick), /^HTTP\/1\.1 403 .*refused$/s)
  const slow = await post('/upload', 6, 'abc')
  const answer = text(slow)
  await arrived.promise
  await new Promise(setImmediate)
  t.mock.timers.tick(120_000)
  assert.match(await answer, /^HTTP\/1\.1 403 .*connection: close.*refused$/is)
})
