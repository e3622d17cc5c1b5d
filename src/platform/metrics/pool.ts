import type pg from 'pg'
import { Gauge, type Registry } from 'prom-client'

/**
 * Shows the pool as it is when somebody asks. The worker's queue has four connections besides, which are not counted.
 */
export function exposePool(registry: Registry, pool: pg.Pool): void {
  const registers = [registry]
  new Gauge({
    name: 'xtablo_db_pool_connections',
    help: 'Connections to the database, in use and idle.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'in_use' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'idle' }, pool.idleCount)
    },
  })
  new Gauge({
    name: 'xtablo_db_pool_waiting',
    help: 'Those that wait for a connection.',
    registers,
    collect() {
      this.set(pool.waitingCount)
    },
  })
  new Gauge({
    name: 'xtablo_db_pool_max_connections',
    help: 'Connections that the pool may have.',
    registers,
  }).set(pool.options.max)
}
