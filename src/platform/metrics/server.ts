import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { collectDefaultMetrics, Gauge } from 'prom-client'
import type { ServingDeps } from '../deps.ts'
import { version } from '../root.ts'
import { exposePool } from './pool.ts'
import { exposeQueue } from './queue.ts'

/**
 * Everything that is measured, at `/metrics`, as Prometheus reads it. For a port of its own: it tells what strangers
 * need not know. Looks after the process itself from now on, its event loop and its memory.
 */
export function metricsApp({
  metrics: { registry },
  pool,
  db,
}: Pick<ServingDeps, 'metrics' | 'pool' | 'db'>): Hono {
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'xtablo_build_info',
    help: 'What runs; always 1.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1)
  exposePool(registry, pool)
  exposeQueue(registry, db)
  const app = new Hono()
  app.use(methodNotAllowed({ app }))
  app.get('/metrics', async c =>
    c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  )
  return app
}
