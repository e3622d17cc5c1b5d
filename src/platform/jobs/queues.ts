// The queues in the database are made to match the list of kinds whenever a process starts that enqueues or works.

import type pg from 'pg'
import { PgBoss, type QueueOptions } from 'pg-boss'
import { type JobDefinition, timeoutOf } from './kinds.ts'

const DAY = 86_400

/** Seconds without a word after which a worker's jobs are somebody else's; it gives one twice as often. */
export const HEARTBEAT = 10

/**
 * The first retry comes after one to two seconds, each later one after about twice as long, half of it by chance, up to
 * eighteen hours: 25 attempts in eight days at most. Waiting jobs are kept far longer than that, ended ones for a week.
 */
const OPTIONS = {
  retryLimit: 24,
  retryDelay: 1,
  retryBackoff: true,
  heartbeatSeconds: HEARTBEAT,
  retentionSeconds: 60 * DAY,
  deleteAfterSeconds: 7 * DAY,
  notify: true,
} satisfies QueueOptions & { notify: boolean }

/** Seconds: ours ends an attempt first, and says why. */
const TIMEOUT_MARGIN = 5

/** pg-boss on a pool that is there, for what it does without having started. */
export function bossOn(pool: pg.Pool): PgBoss {
  const executeSql = (text: string, values?: unknown[]) => pool.query(text, values)
  return new PgBoss({ db: { executeSql }, migrate: false, supervise: false, schedule: false })
}

/** Makes or changes the queue and the schedule of every kind, and ends schedules that are no longer declared. */
export async function declareQueues(pool: pg.Pool, definitions: readonly JobDefinition[]): Promise<void> {
  const boss = bossOn(pool)
  for (const definition of definitions) {
    const { kind, schedule } = definition
    const options = { ...OPTIONS, expireInSeconds: timeoutOf(definition) + TIMEOUT_MARGIN }
    await boss.createQueue(kind.name, options)
    await boss.updateQueue(kind.name, options)
    if (schedule === undefined) continue
    kind.payload.parse({})
    // What came due while no worker ran is done once, not as often as it came due.
    await boss.schedule(kind.name, schedule, { payload: {} }, { missed: 'once' })
  }
  for (const { name, key } of await boss.getSchedules()) {
    if (!definitions.some(({ kind, schedule }) => kind.name === name && schedule !== undefined))
      await boss.unschedule(name, key)
  }
}
