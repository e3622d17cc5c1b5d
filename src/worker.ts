// Every job and every schedule.

import { expireSessions, forgetExpired } from './accounts/expiry.ts'
import { mailJobs } from './accounts/mailing.ts'
import { beat, heartbeat } from './admin/heartbeat.ts'
import { BACKUP_TIMEOUT, backUpNightly, backupJob } from './backup/nightly.ts'
import { cleanUp, orphanFileCleanup } from './files/cleanup.ts'
import { forgetKeys } from './platform/api/idempotency.ts'
import { transaction } from './platform/database/database.ts'
import type { Deps } from './platform/deps.ts'
import { enqueue } from './platform/jobs/enqueue.ts'
import { type JobDefinition, job } from './platform/jobs/kinds.ts'
import { type RunningJobs, runJobs, type WorkingDeps } from './platform/jobs/running.ts'
import { mailInvitation } from './tablos/invitation-mail.ts'
import { forgetInvitations } from './tablos/invitations.ts'
import { sendInvitation } from './tablos/inviting.ts'

/** Every kind of job, and when it runs by itself (cron, UTC). */
export const jobs = ({
  config,
  connection,
  db,
  log,
  mailer,
  storage,
}: Pick<Deps, 'config' | 'connection' | 'db' | 'log' | 'mailer' | 'storage'>): JobDefinition[] => [
  job({
    kind: heartbeat,
    schedule: '* * * * *',
    atStart: true,
    timeout: 10,
    batch: 100,
    run: async (_, attempt) => beat(log, attempt),
  }),
  job({
    kind: orphanFileCleanup,
    schedule: '7 * * * *',
    timeout: 600,
    batch: 1,
    run: async (_, { signal }) => {
      await cleanUp({ db, storage, signal })
    },
  }),
  job({
    kind: expireSessions,
    schedule: '23 * * * *',
    run: async () => {
      await forgetExpired(db)
      await forgetKeys(db)
      await forgetInvitations(db)
    },
  }),
  ...mailJobs({ config, db, mailer }),
  job({
    kind: sendInvitation,
    run: (sending, { signal }) => mailInvitation({ config, db, mailer }, sending, signal),
  }),
  job({
    kind: backupJob,
    ...(config.backups && { schedule: config.backups.schedule }),
    timeout: BACKUP_TIMEOUT,
    batch: 1,
    run: async (_, { signal }) => {
      // One from before they were switched off.
      if (config.backups) await backUpNightly({ connection, log, storage }, config.backups, signal)
    },
  }),
]

/** Starts to work, and says so. */
export async function createWorker(
  deps: WorkingDeps & Pick<Deps, 'config' | 'mailer' | 'storage'>,
): Promise<RunningJobs> {
  const definitions = jobs(deps)
  const running = await runJobs(deps, definitions)
  deps.log.info('worker ready')
  try {
    for (const { kind, atStart } of definitions)
      if (atStart) await transaction(deps.db, tx => enqueue(tx, kind, {}))
  } catch (error) {
    // Nobody else has it yet, and it would keep the process.
    await running.stop(0)
    throw error
  }
  return running
}
