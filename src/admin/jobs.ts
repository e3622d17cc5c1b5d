import type { Actor } from '../accounts/actor.ts'
import { recordAudit } from '../accounts/audit.ts'
import { AppError, notFound } from '../errors.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import * as managing from '../platform/jobs/managing.ts'
import { type JobSummary, listJobs } from '../platform/jobs/reading.ts'

/** Who asks: an admin from somewhere, or null for the command line. */
export type Asker = { actor: Actor; address: string } | null

/** Runs a job again that was given up or cancelled, or at once one that waits. Throws not_found, or conflict for one in any other state. */
export const retryJob = (db: Db, asker: Asker, id: string): Promise<JobSummary> =>
  managed(db, asker, id, 'job_retried', managing.retryJob)

/** Cancels a job that waits or runs. Throws not_found, or conflict for one that has ended. */
export const cancelJob = (db: Db, asker: Asker, id: string): Promise<JobSummary> =>
  managed(db, asker, id, 'job_cancelled', managing.cancelJob)

function managed(
  db: Db,
  asker: Asker,
  id: string,
  kind: 'job_retried' | 'job_cancelled',
  manage: (tx: Tx, id: string) => Promise<boolean>,
): Promise<JobSummary> {
  if (asker && asker.actor.role !== 'admin') throw notFound()
  return transaction(db, async tx => {
    const done = await manage(tx, id)
    const [job] = await listJobs(tx, { id }, 1)
    if (!job) throw notFound()
    if (!done) throw new AppError('conflict', kind === 'job_retried' ? 'job_not_retryable' : 'job_ended')
    await recordAudit(tx, {
      kind,
      subject: id,
      by: asker?.actor.id ?? null,
      address: asker?.address ?? null,
      details: { kind: job.kind },
    })
    return job
  })
}
