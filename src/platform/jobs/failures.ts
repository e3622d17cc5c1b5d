// Every failed attempt is a row, and the row is where its log line comes from, so that there is one of each. Whoever
// runs a job writes the row while the job is still theirs. A worker that dies writes none: pg-boss takes its jobs back
// after ten seconds without a sign of life, and the sweep then finds attempts that ended without a row.

import { sql } from 'kysely'
import { type Db, transaction } from '../database/database.ts'
import type { Log } from '../log.ts'

/** Days that a failure is kept: longer than a job can go on failing, and then be shown. */
const KEPT_DAYS = 30

interface Failure {
  job_id: string
  kind: string
  attempt: number
  max_attempts: number
  error: string
}

/** Writes down that an attempt failed, and logs it. An attempt that is no longer the caller's is not theirs to judge. */
export async function recordFailure(
  { db, log }: { db: Db; log: Log },
  { kind, id, retryCount }: { kind: string; id: string; retryCount: number },
  error: unknown,
): Promise<void> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const failure = await transaction(db, async tx => {
    const { rows } = await sql<Failure>`
      with held as (
        select id, name, retry_count + 1 as attempt, retry_limit + 1 as max_attempts
        from pgboss.job
        where name = ${kind} and id = ${id} and state = 'active' and retry_count = ${retryCount}
      ), made as (
        insert into job_failures (job_id, attempt, kind, error, stack)
        select id, attempt, name, ${storable(message)}, ${storable(stack ?? '')} from held
        on conflict do nothing
        returning job_id, error
      )
      select job_id, name as kind, held.attempt, max_attempts, error from held join made on job_id = id
    `.execute(tx)
    return rows[0]
  })
  if (failure) logFailure(log, failure, { message, stack })
}

/** Writes down and logs the attempts that ended with their worker, and forgets what is old. Gives how many it found. */
export async function sweepFailures({ db, log }: { db: Db; log: Log }): Promise<number> {
  const found = await transaction(db, async tx => {
    await sql`delete from job_failures where failed_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(
      tx,
    )
    // What pg-boss took back waits or was given up, and says so; unless it was handed back since, which leaves no time of
    // its start. Or it was taken again meanwhile: an attempt is counted when it is taken.
    const { rows } = await sql<Failure>`
      with ended as (
        select id, name, retry_limit + 1 as max_attempts, retry_count + 1 as attempt, output #>> '{value,message}' as said
        from pgboss.job
        where state in ('retry', 'failed') and started_on is not null
          and output #>> '{value,message}' in ('job heartbeat timeout', 'job timed out')
        union all
        select id, name, retry_limit + 1, retry_count, null
        from pgboss.job
        where state in ('active', 'completed') and retry_count > 0
          and (completed_on is null or completed_on > now() - interval '10 minutes')
      ), made as (
        insert into job_failures (job_id, attempt, kind, error)
        select id, attempt, name, case said
          when 'job timed out' then 'The job took too long and its worker did not end it.'
          else 'The worker stopped answering while it ran the job.' end
        from ended
        where not starts_with(name, '__pgboss__') and not exists (
          select from job_failures failed where failed.job_id = ended.id and failed.attempt = ended.attempt
        )
        on conflict do nothing
        returning job_id, attempt, kind, error
      )
      select made.*, ended.max_attempts from made join ended on ended.id = made.job_id`.execute(tx)
    return rows
  })
  for (const failure of found) logFailure(log, failure, { message: failure.error })
  return found.length
}

function logFailure(
  log: Log,
  { job_id, kind, attempt, max_attempts }: Failure,
  err: { message: string; stack?: string | undefined },
): void {
  log.error({ job_id, job_kind: kind, attempt, max_attempts, err }, 'job failed')
}

/** Postgres takes no NUL in a text. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD').slice(0, 10_000)
