// Makes people meet who would pass each other by: what one of them needs is held until all have come.

import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'

/** Resolves when so many wait for a lock in this database. */
export async function waiting(pool: pg.Pool, count: number): Promise<void> {
  const query = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await pool.query(query)).rowCount !== count) await setTimeout(10)
}

/** Holds what `query` locks while `work` runs. */
export async function holding(pool: pg.Pool, query: string, work: () => Promise<void>): Promise<void> {
  const holder = await pool.connect()
  try {
    await holder.query(`begin; ${query}`)
    await work()
  } finally {
    await holder.query('rollback')
    holder.release()
  }
}
