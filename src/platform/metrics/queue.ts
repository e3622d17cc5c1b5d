// What the queue holds is asked of the database when somebody asks for the metrics, and kept for seconds, so that many
// who ask are no load. A database that is away holds nobody up: without an answer in time the numbers are left out,
// rather than old ones shown as new, and the next is asked only when that answer has come after all.

import { Gauge, type Registry } from 'prom-client'
import type { Reader } from '../database/database.ts'
import { queueLevels } from '../jobs/levels.ts'
import { seldom } from '../seldom.ts'
import { within } from '../within.ts'

const LIMIT_MS = 2_000

/** Shows how many jobs there are, how long they wait, and whether the database says so. */
export function exposeQueue(registry: Registry, db: Reader): void {
  const ask = seldom(() => queueLevels(db))
  const levels = () => within(LIMIT_MS, ask()).catch(() => undefined)
  const registers = [registry]
  new Gauge({
    name: 'xtablo_db_up',
    help: 'Whether the database answered within two seconds: 1 or 0.',
    registers,
    async collect() {
      this.set((await levels()) ? 1 : 0)
    },
  })
  new Gauge({
    name: 'xtablo_jobs',
    help: 'Jobs of the whole installation; every process says the same.',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      const found = await levels()
      this.reset()
      for (const { kind, state, count } of found ?? []) this.set({ kind, state }, count)
    },
  })
  new Gauge({
    name: 'xtablo_jobs_oldest_age_seconds',
    help: 'How long the oldest job has run, or waited since it was due; every process says the same.',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      const found = await levels()
      this.reset()
      for (const { kind, state, oldest } of found ?? [])
        if (oldest !== null) this.set({ kind, state }, oldest)
    },
  })
}
