import { sql } from 'kysely'
import { type Db, transaction } from '../database/database.ts'
import { notifyWorkers } from './enqueue.ts'

/**
 * Gives jobs that a worker has no time to finish back to the queue, as if they had not been taken: to be handed back is
 * no failure, and uses up no attempt. What has ended meanwhile stays ended.
 */
export async function handBack(
  db: Db,
  jobs: readonly { id: string; name: string; retryCount: number }[],
): Promise<void> {
  if (jobs.length === 0) return
  await transaction(db, async tx => {
    const taken = jobs.map(({ id, retryCount }) => `${id}:${retryCount}`)
    // Without the time of its start, the next taking does not count as another attempt.
    await sql`
      with given as (
        update pgboss.job set state = 'retry', started_on = null, heartbeat_on = null, start_after = now()
        where name = any(${[...new Set(jobs.map(({ name }) => name))]}::text[])
          and id = any(${jobs.map(({ id }) => id)}::uuid[]) and state = 'active'
          and id || ':' || retry_count = any(${taken}::text[])
        returning name
      )
      select ${notifyWorkers(sql.ref('name'))} from (select distinct name from given) names`.execute(tx)
  })
}
