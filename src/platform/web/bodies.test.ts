import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, test } from 'node:test'
import { Hono } from 'hono'
import { limitBody } from './bodies.ts'
import { listen } from './server.ts'

const MIB = 1_048_576
const app = new Hono()
app.use(limitBody)
app.post('/', async c => c.text(String((await c.req.text()).length)))
const server = await listen(app, '127.0.0.1', 0)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
after(async () => {
  agent.destroy()
  await server.stop(1_000)
})

/** Sends so many bytes on the connection that all of them share. */
async function post(bytes: number, headers: Record<string, string | number>) {
  const { promise, resolve, reject } = Promise.withResolvers<{ said: string; reused: boolean }>()
  const sending = request({ host: '127.0.0.1', port: server.port, agent, method: 'POST', headers })
  sending.on('error', reject).on('response', async response => {
    const text = (await response.toArray()).join('')
    resolve({ said: `${response.statusCode} ${text}`, reused: sending.reusedSocket })
  })
  sending.end(Buffer.alloc(bytes, 'x'))
  return promise
}

for (const [how, headersOf] of [
  ['that says its length', (bytes: number) => ({ 'Content-Length': bytes })],
  ['that does not say its length', () => ({ 'Transfer-Encoding': 'chunked' })],
] as const) {
  const send = (bytes: number) => post(bytes, headersOf(bytes))

  test(`a body of 1 MiB ${how} arrives, and one byte more is 413`, async () => {
    assert.equal((await send(MIB)).said, `200 ${MIB}`)
    assert.match((await send(MIB + 1)).said, /^413/)
  })

  test(`after a body ${how} and is too large, its connection brings the next request`, async () => {
    assert.match((await send(3 * MIB)).said, /^413/)
    assert.deepEqual(await send(5), { said: '200 5', reused: true })
  })

  test(`after one ${how} and is far too large, the connection is closed, and says so`, async () => {
    assert.match((await send(20 * MIB)).said, /^413/)
    assert.deepEqual(await send(5), { said: '200 5', reused: false })
  })
}

test('no body is an empty one', async () => {
  assert.equal((await post(0, {})).said, '200 0')
  assert.equal((await post(0, { 'Transfer-Encoding': 'chunked' })).said, '200 0')
})
