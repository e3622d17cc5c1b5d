import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import { transaction } from '../../src/platform/database/database.ts'
import { enqueue } from '../../src/platform/jobs/enqueue.ts'
import { declareQueues } from '../../src/platform/jobs/queues.ts'
import { type Command, program } from '../command.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { crashKinds, TABLES, work } from './job-kinds.ts'

export interface Worker extends Command {
  readonly pid: number
  /** What it logged, each line parsed. */
  lines(): Record<string, unknown>[]
  /** Ends it by a signal, and gives its exit code. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** A database with the queues and tables of the tests' kinds. */
export async function workDatabase(): Promise<TestDatabase> {
  const database = await testDatabase()
  await prepare(database)
  return database
}

/** Makes the queues and tables of the tests' kinds in a migrated database. */
export async function prepare({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
  await declareQueues(pool, crashKinds(pool))
  await pool.query(TABLES)
}

/** Starts a worker of the tests' kinds, and waits until it works. */
export async function startWorker({ url }: Pick<TestDatabase, 'url'>): Promise<Worker> {
  const command = program(join(import.meta.dirname, 'job-worker.js'), [], { DATABASE_URL: url })
  await command.says(/worker ready/)
  const lines = () =>
    command
      .said()
      .split('\n')
      .slice(0, -1)
      .map(line => (line.startsWith('{') ? JSON.parse(line) : { msg: line }))
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    command.process.kill(signal)
    return command.ended
  }
  return { ...command, pid: command.process.pid ?? 0, lines, end }
}

/** Enqueues a job of the tests in a transaction of its own. */
export const put = (
  { db }: Pick<TestDatabase, 'db'>,
  payload: z.input<typeof work.payload>,
  kind: typeof work = work,
): Promise<string> => transaction(db, tx => enqueue(tx, kind, payload))

/** Looks again and again until there is something, and gives it. Throws after so many seconds. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const limit = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > limit) throw new Error(`${what}: not within ${seconds} s`)
    await setTimeout(50)
  }
}

export interface Run {
  attempt: number
  worker: number
  at: Date
}

/** Every time that a job began, the first first. */
export async function runsOf({ pool }: Pick<TestDatabase, 'pool'>, n: number): Promise<Run[]> {
  const { rows } = await pool.query<Run>('select attempt, worker, at from runs where n = $1 order by id', [n])
  return rows
}

/** Whether a job has had its effect. */
export const isDone = async ({ pool }: Pick<TestDatabase, 'pool'>, n: number): Promise<boolean> =>
  (await pool.query('select from effects where n = $1', [n])).rowCount === 1
