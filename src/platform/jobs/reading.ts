// What the queue holds, in the words of the product. pg-boss keeps six states; whether a job that waits may run already
// follows from its time.

import { type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import type { Reader } from '../database/database.ts'
import { microseconds, microsecondsOf, momentOf } from '../database/moments.ts'
import { isId } from '../ids.ts'
import { isStorable } from '../input.ts'

export const jobStates = [
  'available',
  'running',
  'retryable',
  'scheduled',
  'completed',
  'cancelled',
  'discarded',
] as const
export type JobState = (typeof jobStates)[number]

export interface JobSummary {
  readonly id: string
  readonly kind: string
  readonly state: JobState
  /** How often it was taken, from 0; a job that waits again has failed as often */
  readonly attempt: number
  readonly maxAttempts: number
  /** When it may run, at the earliest */
  readonly startAfter: Date
  readonly createdAt: Date
  readonly startedAt: Date | null
  /** When it ended, well or not */
  readonly finalizedAt: Date | null
  /** The request that enqueued it */
  readonly requestId: string | null
  /** The newest failure, on one line or several */
  readonly error: string | null
  readonly place: JobPlace
}

export interface JobFailure {
  readonly attempt: number
  readonly failedAt: Date
  readonly error: string
  readonly stack: string | null
}

export interface JobCount {
  readonly kind: string
  readonly state: JobState
  readonly count: number
}

/** Which jobs; what is left out does not matter. */
export interface JobFilter {
  readonly state?: JobState | undefined
  readonly kind?: string | undefined
  readonly requestId?: string | undefined
  readonly id?: string | undefined
  /** Only those after this place in the list */
  readonly after?: JobPlace | undefined
}

/** Where a job stands in the list: its moments in microseconds since 1970, and its id. */
export const jobPlace = z.strictObject({
  completed: microseconds.nullable(),
  started: microseconds.nullable(),
  created: microseconds,
  id: z.string().refine(isId),
})
export type JobPlace = z.output<typeof jobPlace>

/** Our word for the state of a row of pgboss.job. */
export const STATE = sql<JobState>`case state
  when 'created' then case when start_after > now() then 'scheduled' else 'available' end
  when 'retry' then 'retryable' when 'active' then 'running' when 'failed' then 'discarded'
  else state::text end`

/** The same question asked of the column, which has indexes. */
const IN_STATE: Record<JobState, ReturnType<typeof sql<SqlBool>>> = {
  available: sql<SqlBool>`state = 'created' and start_after <= now()`,
  scheduled: sql<SqlBool>`state = 'created' and start_after > now()`,
  retryable: sql<SqlBool>`state = 'retry'`,
  running: sql<SqlBool>`state = 'active'`,
  completed: sql<SqlBool>`state = 'completed'`,
  cancelled: sql<SqlBool>`state = 'cancelled'`,
  discarded: sql<SqlBool>`state = 'failed'`,
}

/** pg-boss has jobs of its own, which are none of ours. */
export const OURS = sql<SqlBool>`not starts_with(name, '__pgboss__')`

const LATEST = sql`completed_on desc nulls last, started_on desc nulls last, created_on desc, id desc`

/** The same order as one row to compare: what has no moment comes last. */
const ROW = sql`(coalesce(completed_on, '-infinity'), coalesce(started_on, '-infinity'), created_on, id)`

const orNever = (microseconds: number | null) =>
  microseconds === null ? sql`'-infinity'::timestamptz` : momentOf(microseconds)

const beyond = ({ completed, started, created, id }: JobPlace) =>
  sql<SqlBool>`${ROW} < (${orNever(completed)}, ${orNever(started)}, ${momentOf(created)}, ${id}::uuid)`

const EACH_STATE = sql`unnest(enum_range(null::pgboss.job_state)) each_state`

/** The job with this id. The key of the queue's table begins with the kind, of which there are few. */
export const hasId = (id: string) => sql<SqlBool>`(id = ${id} and name in (select name from pgboss.queue))`

/** How many jobs there are of each kind and state, of those that there are. */
export async function countJobs(reader: Reader): Promise<JobCount[]> {
  // Most jobs are over, and are counted by the index alone: it has no time at which they may run.
  const { rows } = await sql<JobCount>`
    select name as kind, ${STATE} as state, sum(jobs)::bigint as count
    from (
      select name, state, now() as start_after, count(*) as jobs from pgboss.job where state <> 'created' group by 1, 2
      union all
      select name, state, start_after, 1 from pgboss.job where state = 'created'
    ) job
    where ${OURS} group by 1, 2 order by 1, 2`.execute(reader)
  return rows
}

/** Jobs, those that ended last before those that began last before those that were enqueued last. */
export async function listJobs(reader: Reader, filter: JobFilter, limit: number): Promise<JobSummary[]> {
  const { state, kind, requestId, id, after } = filter
  // The database takes no such text, so nothing in it is called so.
  if (![kind, requestId].every(text => text === undefined || isStorable(text))) return []
  // The index is in this order for each state.
  const everyState = state === undefined && requestId === undefined && id === undefined
  const conditions = [
    OURS,
    ...(everyState ? [sql<SqlBool>`state = each_state`] : []),
    ...(state === undefined ? [] : [IN_STATE[state]]),
    ...(kind === undefined ? [] : [sql<SqlBool>`name = ${kind}`]),
    ...(requestId === undefined ? [] : [sql<SqlBool>`data ->> 'request_id' = ${requestId}`]),
    ...(id === undefined ? [] : [hasId(id)]),
    ...(after === undefined ? [] : [beyond(after)]),
  ]
  const { rows } = await sql<JobSummary>`
    select id, name as kind, ${STATE} as state, retry_limit + 1 as "maxAttempts",
      retry_count + (started_on is not null)::int as attempt, start_after as "startAfter", created_on as "createdAt",
      started_on as "startedAt", completed_on as "finalizedAt", data ->> 'request_id' as "requestId",
      (select error from job_failures where job_id = id order by attempt desc limit 1) as error,
      json_build_object('completed', ${microsecondsOf('completed_on')}, 'started', ${microsecondsOf('started_on')},
        'created', ${microsecondsOf('created_on')}, 'id', id) as place
    from ${everyState ? EACH_STATE : sql`(select) once`}, lateral (
      select * from pgboss.job where ${sql.join(conditions, sql` and `)} order by ${LATEST} limit ${limit}
    ) job
    order by ${LATEST} limit ${limit}`.execute(reader)
  return rows
}

/** What went wrong with these jobs, by job, the last attempt first. */
export async function failuresOf(reader: Reader, ids: readonly string[]): Promise<Map<string, JobFailure[]>> {
  const rows = await reader
    .selectFrom('job_failures')
    .select(['job_id', 'attempt', 'failed_at', 'error', 'stack'])
    .where('job_id', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('job_id')
    .orderBy('attempt', 'desc')
    .execute()
  const failures = rows.map(({ job_id, failed_at, ...rest }) => ({ job_id, failedAt: failed_at, ...rest }))
  return Map.groupBy(failures, ({ job_id }) => job_id)
}
