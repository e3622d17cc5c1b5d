import { Hono } from 'hono'
import { within } from '../within.ts'

export interface HealthChecks {
  /** Resolves when the database answers. */
  database: () => Promise<unknown>
  /** Whether a migration of this release is missing. */
  migrationsPending: () => Promise<boolean>
}

/** For the database to answer. */
export const LIMIT_MS = 2_000

type Readiness =
  | { status: 'ok'; db: 'ok' }
  | { status: 'degraded'; db: 'down' }
  | { status: 'degraded'; db: 'ok'; migrations: 'pending' }

/**
 * Liveness says that the process lives; readiness, that it can serve: the database answers and is up to date. All who
 * come while that is asked get the same answer: strangers may ask, too, and there is one connection for it.
 */
export function healthRoutes(checks: HealthChecks): Hono {
  const app = new Hono()
  let asked: Promise<Readiness> | undefined
  const shared = () => {
    asked ??= ready(checks).finally(() => {
      asked = undefined
    })
    return asked
  }
  for (const path of ['/healthz', '/health/live']) app.get(path, c => c.json({ status: 'ok' }))
  for (const path of ['/readyz', '/health/ready']) {
    app.get(path, async c => {
      c.header('Cache-Control', 'no-store')
      const found = await shared()
      return c.json(found, found.status === 'ok' ? 200 : 503)
    })
  }
  return app
}

/** Whether requests can be served, asked within two seconds. */
export async function ready({ database, migrationsPending }: HealthChecks): Promise<Readiness> {
  try {
    const pending = await within(LIMIT_MS, database().then(migrationsPending))
    return pending ? { status: 'degraded', db: 'ok', migrations: 'pending' } : { status: 'ok', db: 'ok' }
  } catch {
    return { status: 'degraded', db: 'down' }
  }
}
