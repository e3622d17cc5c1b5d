// Jobs in every state, for the tests of what shows them. No worker runs here: the rows are as one would leave them.

import { heartbeat } from '../src/admin/heartbeat.ts'
import { parseConfig } from '../src/config.ts'
import { transaction } from '../src/platform/database/database.ts'
import type { Deps } from '../src/platform/deps.ts'
import { enqueue } from '../src/platform/jobs/enqueue.ts'
import { declareQueues } from '../src/platform/jobs/queues.ts'
import type { JobState } from '../src/platform/jobs/reading.ts'
import { jobs } from '../src/worker.ts'
import type { TestDatabase } from './database.ts'

const AS_LEFT: Record<JobState, string> = {
  available: `state = 'created'`,
  running: `state = 'active', started_on = now(), heartbeat_on = now()`,
  retryable: `state = 'retry', started_on = now(), retry_count = 2, start_after = now() + interval '1 hour'`,
  scheduled: `start_after = now() + interval '1 day'`,
  completed: `state = 'completed', started_on = now(), completed_on = now()`,
  cancelled: `state = 'cancelled', completed_on = now()`,
  discarded: `state = 'failed', started_on = now(), retry_count = 24, completed_on = now()`,
}

/** Makes the queues, as a process does when it starts. How the jobs are run is not asked for that. */
export const queues = (
  { pool, config: connection }: Pick<TestDatabase, 'pool' | 'config'>,
  deps: Partial<Deps> = {},
): Promise<void> => {
  const given = { config: parseConfig({}), connection, ...deps }
  return declareQueues(pool, jobs(given as Parameters<typeof jobs>[0]))
}

/** A heartbeat in this state. One that failed has a row for its last two attempts. */
export async function jobIn(
  { db, pool }: TestDatabase,
  state: JobState,
  {
    requestId,
    error = 'The mail server said no.',
    stack = error,
  }: { requestId?: string; error?: string; stack?: string } = {},
): Promise<string> {
  const id = await transaction(db, tx => enqueue(tx, heartbeat, {}, requestId ? { requestId } : {}))
  await pool.query(`update pgboss.job set ${AS_LEFT[state]} where id = $1`, [id])
  if (state === 'retryable' || state === 'discarded')
    await pool.query(
      `insert into job_failures (job_id, attempt, kind, error, stack)
       select id, retry_count + n, name, $2, $3 from pgboss.job, generate_series(0, 1) n where id = $1`,
      [id, error, stack],
    )
  return id
}
