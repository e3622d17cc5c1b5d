// The other two floors: the product's own app with one more route, which answers a constant of the size that is asked
// for. With a session's cookie the request makes the session query; without one, no query at all. Everything that every
// request passes through is there, the log included. The constant is bytes, since a text of that length would have to be
// encoded for each answer, and brings its ETag along, so that none is computed.

import { createApp } from '../src/app.ts'
import { parseConfig } from '../src/config.ts'
import { open } from '../src/open.ts'
import { createMetrics } from '../src/platform/metrics/metrics.ts'
import { readForm } from '../src/platform/web/forms.ts'
import { listen } from '../src/platform/web/server.ts'

const GRACE_MS = 1_000

const config = parseConfig(process.env)
const { deps, close } = await open(config, { purpose: 'join', command: 'bench' })
const bodies = new Map<number, Buffer<ArrayBuffer>>()

const app = createApp({ ...deps, metrics: createMetrics() }).on(['GET', 'POST'], '/constant', async c => {
  if (c.req.method === 'POST') await readForm(c)
  const size = Number(c.req.query('size'))
  c.header('ETag', `"${size}"`)
  c.header('Content-Type', 'text/html; charset=UTF-8')
  return c.body(bodies.getOrInsertComputed(size, () => Buffer.alloc(size, 'x')))
})

const server = await listen(app, config.host, config.port)

let ending = false
async function end(): Promise<void> {
  if (ending) return
  ending = true
  await server.stop(GRACE_MS)
  await close()
  process.exit()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end)
process.on('disconnect', end)
process.send?.(server.port)
