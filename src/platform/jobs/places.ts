// A worker's places for the jobs of one kind. It takes as many jobs as there are places free, and runs them beside each
// other; one that takes long or hangs holds its own place and no other. It looks when a notification wakes it, when a
// place becomes free that was missing before, and every two seconds by itself, for what waits for its time or its
// retry. A single loop asks the queue, so jobs that end together are written down by one statement, while another
// fills their places. A claim is a job's id and how often it was taken before: whatever is said of a job whose claim
// was lost, to another worker or to a cancellation, changes nothing.

import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Job, PgBoss } from 'pg-boss'
import type { Db } from '../database/database.ts'
import { isDatabaseLost } from '../database/lost.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Beginning, Tracing } from '../tracing/tracing.ts'
import { runAttempt } from './attempt.ts'
import type { JobData } from './enqueue.ts'
import { recordFailure, storable } from './failures.ts'
import { handBack } from './hand-back.ts'
import type { Attempt, JobDefinition } from './kinds.ts'
import { HEARTBEAT } from './queues.ts'

/** How long nobody looks who is not woken. */
const LOOK_MS = 2_000

const PLACES = 20

export interface Places {
  /** There may be a job: looks now. */
  wake(): void
  /** Takes no more jobs, lets what runs finish, and hands back after `graceMs` what has not. */
  stop(graceMs: number): Promise<void>
}

interface Taken {
  readonly job: Job<JobData>
  /** Aborts when the job is somebody else's. */
  readonly away: AbortController
}

interface Ended extends Taken {
  readonly failed?: { error: unknown }
  /** Could not be written down once, for a reason that is not the database's absence */
  refused?: boolean
}

interface Ground {
  boss: PgBoss
  db: Db
  log: Log
  metrics: Pick<Metrics, 'attempts'>
  tracing?: Tracing | undefined
  /** Told of what went wrong with the queue itself. */
  report(error: unknown): void
  /** Told whenever the queue has answered. */
  answered(): void
}

/** Works on the jobs of one kind until it is stopped. */
export function openPlaces(definition: JobDefinition, ground: Ground): Places {
  const { boss, db, log, metrics, tracing, report, answered } = ground
  const { name } = definition.kind
  const places = definition.batch ?? PLACES
  const running = new Set<Taken>()
  const ended: Ended[] = []
  let due = true
  let stopping = false
  let over = false
  let pause = Promise.withResolvers<void>()

  const go = () => pause.resolve()
  const mayTake = () => due && !stopping && running.size < places
  const looking = setInterval(wake, LOOK_MS)
  const touching = setInterval(() => void touch().catch(report), (HEARTBEAT * 1000) / 2)
  const loop = work()
  return { wake, stop }

  function wake(): void {
    due = true
    go()
  }

  async function work(): Promise<void> {
    while (!over) {
      if (ended.length === 0 && !mayTake()) await pause.promise
      pause = Promise.withResolvers()
      // What ends in the same moment is written down together.
      await setImmediate()
      const asks = ended.length > 0 || mayTake()
      const results = await Promise.allSettled([settle(), take()])
      const faults = results.filter(result => result.status === 'rejected')
      for (const { reason } of faults) report(reason)
      if (faults.length > 0) await setTimeout(stopping ? 100 : LOOK_MS / 2)
      else if (asks) answered()
    }
  }

  async function take(): Promise<void> {
    if (!mayTake()) return
    due = false
    const free = places - running.size
    try {
      const jobs = await boss.fetch<JobData>(name, { batchSize: free })
      if (jobs.length === free) due = true
      for (const job of jobs) start(job)
    } catch (error) {
      due = true
      throw error
    }
  }

  function start(job: Job<JobData>): void {
    const taken = { job, away: new AbortController() }
    running.add(taken)
    const begun = performance.now()
    const attempt = { jobId: job.id, number: job.retryCount + 1, signal: taken.away.signal }
    const end = (how: Pick<Ended, 'failed'>) => {
      // Handed back meanwhile.
      if (!running.delete(taken)) return
      const outcome = how.failed ? 'failed' : 'completed'
      metrics.attempts.observe({ kind: name, outcome }, (performance.now() - begun) / 1_000)
      ended.push({ ...taken, ...how })
      go()
    }
    const run = () => runAttempt(definition, job.data?.payload, attempt)
    const ran = tracing ? tracing.begin(attemptSpan(name, attempt, job.data), run) : run()
    ran.then(
      () => end({}),
      error => end({ failed: { error } }),
    )
  }

  /** Writes down how jobs ended. While the database is gone it is kept in mind, and tried again once for any other reason. */
  async function settle(): Promise<void> {
    const now = ended.splice(0)
    const done = now.filter(({ failed }) => !failed)
    const statements = now.filter(({ failed }) => failed).map(job => keeping([job], () => fail(job)))
    if (done.length > 0) statements.push(keeping(done, () => boss.complete(name, done.map(claim))))
    await Promise.all(statements)
  }

  async function fail({ job, failed }: Ended): Promise<void> {
    await recordFailure({ db, log }, { kind: name, id: job.id, retryCount: job.retryCount }, failed?.error)
    await boss.fail(name, claim({ job }), { value: storable(String(failed?.error)) })
  }

  async function keeping(jobs: Ended[], write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (error) {
      const lost = isDatabaseLost(error)
      ended.push(...jobs.filter(({ refused }) => lost || !refused))
      if (!lost) for (const job of jobs) job.refused = true
      throw error
    }
  }

  /** Says that the running jobs' worker lives, and takes those away that are not this worker's any more. */
  async function touch(): Promise<void> {
    const held = [...running]
    if (held.length === 0) return
    const { settled } = (await boss.touch(name, held.map(claim))) as { settled?: string[] }
    const gone = held.filter(({ job }) => settled && !settled.includes(job.id))
    for (const { away } of gone) away.abort(new Error('The job is no longer this worker’s.'))
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    clearInterval(looking)
    const limit = performance.now() + graceMs
    while (running.size + ended.length > 0 && performance.now() < limit) await setTimeout(20)
    over = true
    go()
    await loop
    clearInterval(touching)
    // Out of the set first: what they say from here on is not heard.
    const late = [...running]
    running.clear()
    for (const { away } of late) away.abort(new Error('The worker ends.'))
    await Promise.all([
      settle(),
      handBack(
        db,
        late.map(({ job }) => ({ ...job, name })),
      ),
    ]).catch(report)
  }
}

const attemptSpan = (kind: string, { jobId, number }: Attempt, data: JobData | undefined): Beginning => ({
  name: `job ${kind}`,
  kind: 'consumer',
  attributes: {
    'messaging.system': 'pg-boss',
    'messaging.destination.name': kind,
    'messaging.message.id': jobId,
    'xtablo.job.attempt': number,
    'xtablo.request_id': data?.request_id,
  },
})

const claim = ({ job: { id, retryCount } }: Pick<Taken, 'job'>) => ({ id, retryCount })
