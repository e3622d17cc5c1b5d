import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, test } from 'node:test'
import { testApp } from '../test/app.ts'
import { cast } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { personalTokenOf } from '../test/tokens.ts'
import { listen } from './platform/web/server.ts'

const database = await testDatabase()
const web = testApp(database)
const { ada } = await cast(database)
const token = await personalTokenOf(web.deps, ada)
const server = await listen(web.app, '127.0.0.1', 0)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
after(async () => {
  agent.destroy()
  await server.stop(1_000)
})

/** Sends a request on the connection that all of them share, and says how it was answered. */
async function statusOf(method: string, path: string, headers: Record<string, string>, body = '') {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const length = String(Buffer.byteLength(body))
  const sent = { ...headers, ...(body && { 'Content-Length': length }) }
  const sending = request({ host: '127.0.0.1', port: server.port, agent, method, path, headers: sent })
  sending.on('error', reject).on('response', async response => {
    await response.toArray()
    resolve(response.statusCode)
  })
  sending.end(body)
  return promise
}

test('a body that is refused as it is leaves the connection to the next request', async () => {
  const large = JSON.stringify({ title: 'x'.repeat(1_000_000) })
  const mine = { Authorization: `Bearer ${token}` }
  const json = { 'Content-Type': 'application/json' }
  for (const [status, headers] of [
    [415, mine],
    [415, { ...mine, 'Content-Type': 'text/plain' }],
    [422, { ...mine, ...json }],
    [422, { ...mine, ...json, 'Idempotency-Key': 'a b' }],
    [401, json],
  ] as const) {
    assert.equal(await statusOf('POST', '/api/v1/tablos', headers, large), status)
    assert.equal(await statusOf('GET', '/api/v1/me', mine), 200)
  }
})
