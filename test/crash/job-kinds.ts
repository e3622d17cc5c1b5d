// The jobs of the tests that kill their workers. Each leaves a row when it begins, and its effect when it is done, so
// that the tables tell what ran how often, where, and what came of it.

import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { z } from 'zod'
import { type JobDefinition, job, jobKind } from '../../src/platform/jobs/kinds.ts'

const payload = z.strictObject({
  n: z.number(),
  /** Milliseconds that it takes; those of another attempt than the first, where they differ. */
  takes: z.number().default(0),
  thenTakes: z.number().optional(),
  /** Attempts that throw before one succeeds. */
  throws: z.number().default(0),
})

export const work = jobKind('work', payload)
/** The same with a timeout of two seconds. */
export const brief = jobKind('brief', payload)

export const TABLES = `
  create table runs (id bigint generated always as identity, n int, attempt int, worker int,
    at timestamptz default clock_timestamp());
  create table effects (n int primary key)`

/** Both kinds; what they leave is written through the pool. */
export function crashKinds(pool: pg.Pool): JobDefinition[] {
  const run: JobDefinition<typeof payload>['run'] = async (
    { n, takes, thenTakes = takes, throws },
    { number },
  ) => {
    await pool.query('insert into runs (n, attempt, worker) values ($1, $2, $3)', [n, number, process.pid])
    await setTimeout(number === 1 ? takes : thenTakes)
    if (number <= throws) throw new Error(`attempt ${number} of ${n} throws`)
    await pool.query('insert into effects (n) values ($1) on conflict do nothing', [n])
  }
  return [job({ kind: work, run }), job({ kind: brief, timeout: 2, run })]
}
