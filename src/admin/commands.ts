// What the command line says of jobs: one line each, so that it can be searched and cut.

import type { Reader } from '../platform/database/database.ts'
import { countJobs, type JobSummary, listJobs } from '../platform/jobs/reading.ts'

/** At most so many given-up jobs are listed, the newest first. */
const LISTED = 100

/** The jobs that were given up, a line each; as JSON one array of objects. */
export async function failedJobs(reader: Reader, { json }: { json: boolean }): Promise<string> {
  const jobs = await listJobs(reader, { state: 'discarded' }, LISTED)
  if (json) return `${JSON.stringify(jobs.map(asJson), null, 2)}\n`
  if (jobs.length === 0) return 'no discarded jobs found\n'
  return jobs
    .map(job => {
      const { id, kind, attempt, max_attempts, finalized_at, err } = asJson(job)
      return `id=${id} kind=${kind} attempt=${attempt}/${max_attempts} finalized_at=${finalized_at} err=${oneLine(err)}\n`
    })
    .join('')
}

/** How many jobs there are of each kind and state, as a table. */
export async function jobCounts(reader: Reader): Promise<string> {
  const counts = await countJobs(reader)
  if (counts.length === 0) return 'no jobs found\n'
  const rows = [
    ['kind', 'state', 'count'],
    ...counts.map(({ kind, state, count }) => [kind, state, String(count)]),
  ]
  const widths = [0, 1].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(
      ([kind = '', state = '', count]) =>
        `${kind.padEnd(widths[0] ?? 0)}  ${state.padEnd(widths[1] ?? 0)}  ${count}\n`,
    )
    .join('')
}

const asJson = (job: JobSummary) => ({
  id: job.id,
  kind: job.kind,
  attempt: job.attempt,
  max_attempts: job.maxAttempts,
  finalized_at: job.finalizedAt?.toISOString() ?? null,
  err: job.error,
})

const oneLine = (text: string | null): string => (text ?? 'unknown').replaceAll(/\s+/g, ' ').trim()
