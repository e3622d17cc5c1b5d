// Runs jobs, by pg-boss. It is woken by a notification when a job is enqueued, takes a batch, and goes on at once while
// batches come back full; every two seconds it looks by itself, for what waits for its time or its retry. The jobs of a
// batch run beside each other and end each on its own: one that throws or hangs fails alone.

import type pg from 'pg'
import { type JobWithMetadata, PgBoss } from 'pg-boss'
import { isDatabaseLost } from '../database/lost.ts'
import type { Deps } from '../deps.ts'
import { runAttempt } from './attempt.ts'
import type { JobData } from './enqueue.ts'
import { recordFailure, sweepFailures } from './failures.ts'
import { handBack } from './hand-back.ts'
import type { JobDefinition } from './kinds.ts'
import { declareQueues } from './queues.ts'

/** Seconds between two looks for workers that died, and for what they left. */
const SWEEP = 10

/** Connections for the queue alone; what jobs do goes through the pool of the process. */
const CONNECTIONS = 4

const BATCH = 20

export interface RunningJobs {
  /** Takes no more jobs, lets what runs finish, and hands back after `graceMs` what has not. */
  stop(graceMs: number): Promise<void>
}

type Job = JobWithMetadata<JobData>

/** Works on the jobs of these kinds until it is stopped. Any number of processes may. */
export async function runJobs(
  { db, pool, log, connection }: Pick<Deps, 'db' | 'pool' | 'log' | 'connection'>,
  definitions: readonly JobDefinition[],
): Promise<RunningJobs> {
  const running = new Map<string, Job>()
  const boss = new PgBoss({
    ...queueConnection(connection),
    migrate: false,
    useListenNotify: true,
    superviseIntervalSeconds: SWEEP,
    monitorIntervalSeconds: SWEEP,
    cronMonitorIntervalSeconds: SWEEP,
    cronWorkerIntervalSeconds: 2,
  })
  boss.on('error', error => report(error))
  await declareQueues(pool, definitions)
  await boss.start()
  for (const definition of definitions) await workOn(definition)
  const sweep = setInterval(() => void sweepFailures({ db, log }).catch(report), SWEEP * 1000)

  const stop = async (graceMs: number) => {
    clearInterval(sweep)
    const late = setTimeout(() => void handBack(db, [...running.values()]).catch(report), graceMs)
    await boss.stop({ graceful: true, timeout: graceMs + HAND_BACK_MS })
    clearTimeout(late)
  }
  return { stop }

  async function workOn(definition: JobDefinition): Promise<void> {
    const { batch = BATCH, kind } = definition
    const options = {
      batchSize: batch,
      burstWhenBatchFull: true,
      perJobResults: true,
      includeMetadata: true,
      pollingIntervalSeconds: 1,
      notifyPollingIntervalSeconds: 2,
    } as const
    await boss.work<JobData, unknown, typeof options>(kind.name, options, jobs =>
      Promise.all(jobs.map(job => runOne(definition, job))),
    )
  }

  async function runOne(definition: JobDefinition, job: Job) {
    const { id, retryCount, signal } = job
    running.set(id, job)
    try {
      await runAttempt(definition, job.data?.payload, { jobId: id, number: retryCount + 1, signal })
      return { id, status: 'completed' } as const
    } catch (error) {
      // What can't be written now is found by the sweep, since pg-boss can't settle the job either.
      await recordFailure({ db, log }, { kind: definition.kind.name, id, retryCount }, error).catch(report)
      return { id, status: 'failed', output: error } as const
    } finally {
      running.delete(id)
    }
  }

  function report(error: unknown): void {
    const { message } = error as Error
    if (isDatabaseLost(error)) log.warn({ reason: message }, 'job queue without its database')
    else log.error({ err: error }, 'job queue')
  }
}

/** What handing back may take. */
const HAND_BACK_MS = 300

const queueConnection = (connection: pg.PoolConfig) => ({
  ...(connection as { connectionString?: string }),
  max: CONNECTIONS,
  application_name: 'xtablo jobs',
  options: '-c statement_timeout=30000',
})
