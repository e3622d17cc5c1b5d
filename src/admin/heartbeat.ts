import { z } from 'zod'
import { type Attempt, jobKind } from '../platform/jobs/kinds.ts'
import type { Log } from '../platform/log.ts'

/** Shows that jobs are enqueued, found and run. */
export const heartbeat = jobKind('heartbeat', z.strictObject({}))

export function beat(log: Log, { jobId, number }: Attempt): void {
  log.info({ job_id: jobId, attempt: number }, 'worker heartbeat')
}
