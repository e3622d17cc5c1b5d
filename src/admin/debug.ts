// Whether the queue works, for whoever has just installed Xtablo: a heartbeat on demand.

import { type Context, Hono } from 'hono'
import { type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { transaction } from '../platform/database/database.ts'
import type { Deps } from '../platform/deps.ts'
import { enqueue } from '../platform/jobs/enqueue.ts'
import { heartbeat } from './heartbeat.ts'
import { adminsOnly } from './only.ts'

/** `POST /debug/enqueue-test`; in production for admins only, in development also by a link. */
export function debugRoutes({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const app = new Hono<SignedInEnv>()
  app.use('/debug/*', signedIn)
  if (config.production) app.use('/debug/*', adminsOnly)

  const enqueueTest = async (c: Context<SignedInEnv>) => {
    const requestId = c.get('requestId')
    const id = await transaction(db, tx => enqueue(tx, heartbeat, {}, { requestId }))
    return c.text(`enqueued ${heartbeat.name} job id=${id}\n`)
  }
  app.post('/debug/enqueue-test', enqueueTest)
  if (!config.production) app.get('/debug/enqueue-test', enqueueTest)
  return app
}
