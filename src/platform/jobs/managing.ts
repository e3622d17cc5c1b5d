// What a person does with a job. The statements are pg-boss's own, in the caller's transaction and with a notification,
// so that a worker begins at once.

import { sql } from 'kysely'
import type { Tx } from '../database/database.ts'
import { notifyWorkers } from './enqueue.ts'
import { hasId } from './reading.ts'

/** Runs a job again that was given up or cancelled, or at once one that waits. False when there is no such job to run again. */
export async function retryJob(tx: Tx, id: string): Promise<boolean> {
  // One that was given up gets one attempt more than it had. To be cancelled is no failure: such a job counts on from the
  // attempts that did fail.
  const { rows } = await sql`
    with changed as (
      update pgboss.job set
        retry_limit = retry_limit + (state = 'failed')::int,
        state = case state when 'failed' then 'retry' when 'cancelled' then 'created' else state end,
        retry_count = case when state = 'cancelled' then 
          (select coalesce(max(attempt), 0) from job_failures where job_id = job.id)
          else retry_count end,
        started_on = case when state = 'cancelled' then null else started_on end,
        completed_on = null,
        start_after = now()
      where ${hasId(id)} and state in ('failed', 'cancelled', 'retry', 'created')
      returning name
    )
    select ${notifyWorkers(sql.ref('name'))} from changed`.execute(tx)
  return rows.length > 0
}

/**
 * Cancels a job that waits or runs; one that runs is told so within five seconds. False when there is no such job to
 * cancel.
 */
export async function cancelJob(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`
    update pgboss.job set state = 'cancelled', completed_on = now()
    where ${hasId(id)} and state in ('created', 'retry', 'active')
    returning id`.execute(tx)
  return rows.length > 0
}
