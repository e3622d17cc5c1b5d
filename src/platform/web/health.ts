import { Hono } from 'hono'
import { within } from '../within.ts'

export interface HealthChecks {
  /** Resolves when the database answers. */
  database: () => Promise<unknown>
  /** Whether a migration of this release is missing. */
  migrationsPending: () => Promise<boolean>
}

const LIMIT_MS = 2_000

/** Liveness says that the process lives; readiness, that it can serve: the database answers and is up to date. */
export function healthRoutes(checks: HealthChecks): Hono {
  const app = new Hono()
  for (const path of ['/healthz', '/health/live']) app.get(path, c => c.json({ status: 'ok' }))
  for (const path of ['/readyz', '/health/ready']) {
    app.get(path, async c => {
      c.header('Cache-Control', 'no-store')
      try {
        const pending = await within(LIMIT_MS, checks.database().then(checks.migrationsPending))
        if (pending) return c.json({ status: 'degraded', db: 'ok', migrations: 'pending' }, 503)
        return c.json({ status: 'ok', db: 'ok' })
      } catch {
        return c.json({ status: 'degraded', db: 'down' }, 503)
      }
    })
  }
  return app
}
