// Whether background work is done.

import type pg from 'pg'
import { heartbeat } from '../admin/heartbeat.ts'
import type { Reader } from '../platform/database/database.ts'
import { countJobs } from '../platform/jobs/reading.ts'
import { listSchedules } from '../platform/jobs/schedules.ts'
import { type Finding, fault, fine, orFine, warning } from './findings.ts'

/** Minutes without a heartbeat, of which there is one each minute. */
const SILENT = 3
/** Minutes that a job may wait for a worker. */
const WAITING = 5

/** Whether a worker runs. In production nothing goes on without one. */
export async function checkWorker(
  pool: pg.Pool,
  { production }: { production: boolean },
): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ minutes: number | null }>(
    `select (extract(epoch from now() - max(completed_on)) / 60)::float8 as minutes
     from pgboss.job where name = $1 and state = 'completed'`,
    [heartbeat.name],
  )
  const minutes = rows[0]?.minutes ?? undefined
  if (minutes !== undefined && minutes < SILENT)
    return [fine(`its last heartbeat was ${Math.round(minutes * 60)} s ago`)]
  const finding = production ? fault : warning
  const says = minutes === undefined ? 'No worker has ever run.' : `No worker has run for ${spanOf(minutes)}.`
  return [finding(says, 'Start one: xtablo worker (or xtablo start, for web and worker)')]
}

const spanOf = (minutes: number) =>
  minutes < 120 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`

/** Whether jobs wait or were given up, and whether all that runs by itself is declared. `kinds` are those that do. */
export async function checkQueue(
  pool: pg.Pool,
  reader: Reader,
  kinds: readonly string[],
): Promise<readonly Finding[]> {
  const found: Finding[] = []
  const { rows } = await pool.query<{ minutes: number | null; kind: string }>(
    `select name as kind, (extract(epoch from now() - greatest(created_on, start_after)) / 60)::float8 as minutes
     from pgboss.job where state = 'created' and start_after <= now() and not starts_with(name, '__pgboss__')
     order by greatest(created_on, start_after) limit 1`,
  )
  const [oldest] = rows
  if (oldest?.minutes && oldest.minutes > WAITING)
    found.push(
      warning(
        `A job (${oldest.kind}) has been waiting for ${spanOf(oldest.minutes)}.`,
        'Start a worker, or one more if those that run are busy: xtablo worker; xtablo jobs counts what waits.',
      ),
    )
  const counts = await countJobs(reader)
  const discarded = sum(counts.filter(({ state }) => state === 'discarded'))
  if (discarded > 0)
    found.push(
      warning(
        `${discarded} ${discarded === 1 ? 'job was' : 'jobs were'} given up.`,
        'xtablo list-failed-jobs says why; xtablo retry-job ID runs one again.',
      ),
    )
  const scheduled = (await listSchedules(pool)).map(({ kind }) => kind)
  const undeclared = kinds.filter(kind => !scheduled.includes(kind))
  if (undeclared.length > 0)
    found.push(
      warning(
        `Nothing makes ${undeclared.join(', ')} run by itself yet.`,
        'Start this release once: xtablo web or xtablo start declares it.',
      ),
    )
  return orFine(
    found,
    `${sum(counts.filter(({ state }) => state === 'available'))} jobs wait, none was given up`,
  )
}

const sum = (counts: readonly { count: number }[]) => counts.reduce((all, { count }) => all + count, 0)
