import assert from 'node:assert/strict'
import { Agent, get as httpGet } from 'node:http'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Hono } from 'hono'
import { listen } from './server.ts'

/** An application with one page that answers at once and one that answers when it is let. */
function application() {
  const { promise: let_, resolve: answer } = Promise.withResolvers<void>()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const app = new Hono()
    .get('/quick', c => c.text('quick'))
    .get('/slow', async c => {
      ask()
      await let_
      return c.text('slow')
    })
  return { app, answer, asked }
}

function ask(port: number, path: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, path, agent }, async response => {
      resolve((await Array.fromAsync(response.setEncoding('utf8'))).join(''))
    }).on('error', reject)
  })
}

test('port 0 takes a free one, and a taken one is an error that says so', async () => {
  const { app } = application()
  const server = await listen(app, '127.0.0.1', 0)
  assert.equal(await ask(server.port, '/quick'), 'quick')
  await assert.rejects(listen(app, '127.0.0.1', server.port), { code: 'EADDRINUSE', port: server.port })
  await server.stop(0)
})

test('stopping takes nothing new and lets what is under way finish', async () => {
  const { app, answer, asked } = application()
  const server = await listen(app, '127.0.0.1', 0)
  const slow = ask(server.port, '/slow')
  await asked
  const stopped = server.stop(10_000)
  await assert.rejects(ask(server.port, '/quick'), { code: 'ECONNREFUSED' })
  answer()
  assert.equal(await slow, 'slow')
  await stopped
})

test('a connection that is kept open for nothing does not hold it up', async () => {
  const { app } = application()
  const server = await listen(app, '127.0.0.1', 0)
  const agent = new Agent({ keepAlive: true })
  assert.equal(await ask(server.port, '/quick', agent), 'quick')
  const start = performance.now()
  await server.stop(10_000)
  assert.ok(performance.now() - start < 2_000)
  agent.destroy()
})

test('what does not finish in time is cut', { timeout: 20_000 }, async () => {
  const { app, asked } = application()
  const server = await listen(app, '127.0.0.1', 0)
  const slow = ask(server.port, '/slow')
  await asked
  await Promise.all([server.stop(50), assert.rejects(slow, { code: 'ECONNRESET' })])
})

test('behind a proxy an idle connection is open for its next request, which is told that it was the last one', {
  // Sooner than the connection would be closed anyway.
  timeout: 30_000,
}, async () => {
  const { app } = application()
  const server = await listen(app, '127.0.0.1', 0, { lingerMs: 60_000 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  assert.equal(await ask(server.port, '/quick', agent), 'quick')
  const stopped = server.stop(60_000)
  // Once nothing new is taken.
  while (await ask(server.port, '/quick').catch(() => false)) await setTimeout(10)
  const closed = Promise.withResolvers<void>()
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.once('close', () => closed.resolve())
  assert.equal(await ask(server.port, '/quick', agent), 'quick')
  await Promise.all([stopped, closed.promise])
})

test('behind a proxy, too, an idle connection that is not used any more is closed', async () => {
  const { app } = application()
  const server = await listen(app, '127.0.0.1', 0, { lingerMs: 100 })
  const agent = new Agent({ keepAlive: true })
  assert.equal(await ask(server.port, '/quick', agent), 'quick')
  await server.stop(60_000)
  agent.destroy()
})
