// Runs jobs that pg-boss keeps. It finds the jobs of dead workers, enqueues what is due by the clock, and forgets what is
// old; what it hands out is run in places of our own (places.ts), for its workers wait until the last of a batch has
// ended before they take another or write down how the first one did.

import type pg from 'pg'
import { PgBoss } from 'pg-boss'
import { isDatabaseLost } from '../database/lost.ts'
import { patientSocket } from '../database/socket.ts'
import type { ServingDeps } from '../deps.ts'
import { CHANNEL } from './enqueue.ts'
import { sweepFailures } from './failures.ts'
import type { JobDefinition } from './kinds.ts'
import { openPlaces, type Places } from './places.ts'
import { declareQueues } from './queues.ts'

/** Seconds between two looks for workers that died, and for what they left. */
const SWEEP = 10

/** How long the database must not have been missed to be back. */
const BACK_MS = 1_000

/** Connections for the queue alone; what jobs do goes through the pool of the process. */
const CONNECTIONS = 4

export interface RunningJobs {
  /** Takes no more jobs, lets what runs finish, and hands back after `graceMs` what has not. */
  stop(graceMs: number): Promise<void>
  /** How long ago the queue last answered this worker, in milliseconds. */
  silentMs(): number
}

export type WorkingDeps = Pick<ServingDeps, 'db' | 'pool' | 'log' | 'connection' | 'metrics' | 'tracing'>

/** Works on the jobs of these kinds until it is stopped. Any number of processes may. */
export async function runJobs(
  { db, pool, log, connection, metrics, tracing }: WorkingDeps,
  definitions: readonly JobDefinition[],
): Promise<RunningJobs> {
  /** When the database was last missed, until it is back. */
  let missed: number | undefined
  let heard = performance.now()
  const boss = new PgBoss({
    ...queueConnection(connection),
    migrate: false,
    superviseIntervalSeconds: SWEEP,
    monitorIntervalSeconds: SWEEP,
    cronMonitorIntervalSeconds: SWEEP,
    cronWorkerIntervalSeconds: 2,
  })
  boss.on('error', report)
  const places = new Map<string, Places>()
  let listener: { close(): Promise<void> } | undefined
  let sweep: NodeJS.Timeout | undefined
  const stop = async (graceMs: number) => {
    clearInterval(sweep)
    await listener?.close()
    await Promise.all([...places.values()].map(each => each.stop(graceMs)))
    await boss.stop({ graceful: false })
  }

  try {
    await declareQueues(pool, definitions)
    await boss.start()
    const wakeAll = () => {
      for (const each of places.values()) each.wake()
    }
    listener = await boss.getDb().listen?.(CHANNEL, name => places.get(name)?.wake(), wakeAll)
    const ground = { boss, db, log, metrics, tracing, report, answered }
    for (const definition of definitions) places.set(definition.kind.name, openPlaces(definition, ground))
    sweep = setInterval(() => void sweepFailures({ db, log }).catch(report), SWEEP * 1000)
  } catch (error) {
    // Nobody else has any of it yet, and it would keep the process.
    await stop(0).catch(report)
    throw error
  }
  return { stop, silentMs: () => performance.now() - heard }

  /** The database that goes away is one line, not one for everybody who misses it. */
  function report(error: unknown): void {
    if (!isDatabaseLost(error)) {
      log.error({ err: error }, 'job queue')
      return
    }
    if (missed === undefined) log.warn({ reason: (error as Error).message }, 'job queue without its database')
    missed = performance.now()
  }

  /** While Postgres goes, some connections still answer. */
  function answered(): void {
    heard = performance.now()
    if (missed === undefined || performance.now() - missed < BACK_MS) return
    missed = undefined
    log.info('job queue has its database again')
  }
}

const queueConnection = (connection: pg.PoolConfig) => ({
  ...(connection as { connectionString?: string }),
  stream: patientSocket,
  max: CONNECTIONS,
  application_name: 'xtablo jobs',
  options: '-c statement_timeout=30000',
})
