import { sql } from 'kysely'
import type { Reader } from '../database/database.ts'
import { type JobState, jobStates, OURS, STATE } from './reading.ts'

/** How full the queue of a kind is, in one state. */
export interface QueueLevel {
  readonly kind: string
  readonly state: JobState
  readonly count: number
  /** Seconds that the oldest has run, or waited since it might have; 0 without one, null where nothing waits or runs */
  readonly oldest: number | null
}

const LEVELS = jobStates.filter(state => state !== 'completed')
const AGING = ['available', 'retryable', 'running']

/**
 * The level of each kind in each state but the completed, which are counted by those who complete them: the queue keeps
 * them for a week, and to count a million takes half a second. The others are few, and found by their index.
 */
export async function queueLevels(reader: Reader): Promise<QueueLevel[]> {
  const { rows } = await sql<QueueLevel>`
    with held as (
      select name, ${STATE} as state, sum(jobs)::bigint as count, min(since) as since
      from (
        select name, state, now() as start_after, count(*) as jobs, null::timestamptz as since
        from pgboss.job where state in ('cancelled', 'failed') group by 1, 2
        union all
        select name, state, start_after, 1,
          case when state = 'active' then started_on when start_after <= now() then start_after end
        from pgboss.job where state <= 'active'
      ) job
      group by 1, 2
    )
    select name as kind, state, coalesce(count, 0)::bigint as count,
      case when state = any(${AGING}) then coalesce(extract(epoch from now() - since), 0)::float8 end as oldest
    from pgboss.queue cross join unnest(${LEVELS}::text[]) state left join held using (name, state)
    where ${OURS} order by 1, 2`.execute(reader)
  return rows
}
