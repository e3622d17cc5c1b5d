// When the parts of a process are well, for whoever watches over it (platform/health-socket.ts).

import { heartbeat } from './admin/heartbeat.ts'
import { connect } from './platform/database/database.ts'
import type { Deps } from './platform/deps.ts'
import type { HealthCheck } from './platform/health-socket.ts'
import { listJobs } from './platform/jobs/reading.ts'
import type { RunningJobs } from './platform/jobs/running.ts'
import { LIMIT_MS, ready } from './platform/web/health.ts'
import { within } from './platform/within.ts'

/** Three heartbeats are missing. */
const BEAT_MS = 180_000

/** It asks the queue every two seconds; a Postgres that restarts is missed for a few. */
const SILENT_MS = 30_000

/** As /readyz has it: the database answers, and has every migration of this release. */
export function webHealth({
  probe,
  migrationsPending,
}: Pick<Deps, 'probe' | 'migrationsPending'>): HealthCheck {
  return async () => {
    const found = await ready({ database: () => probe.query('select 1'), migrationsPending })
    if (found.db === 'down') return 'the database does not answer'
    return found.status === 'ok' ? undefined : 'a migration of this release is missing'
  }
}

/**
 * This worker has heard from the queue lately, and a heartbeat of the last minutes is done. The second alone would be true
 * while another worker lives.
 */
export function workerHealth(
  { probe }: Pick<Deps, 'probe'>,
  running: Pick<RunningJobs, 'silentMs'>,
): HealthCheck {
  // Of its own connection, as readiness: who waits long for the pool is busy, and must not be ended for it.
  const reader = connect(probe)
  return async () => {
    const [last] = await within(
      LIMIT_MS,
      listJobs(reader, { kind: heartbeat.name, state: 'completed' }, 1),
    ).catch(() => {
      throw new Error('the database does not answer')
    })
    const silent = running.silentMs()
    if (silent > SILENT_MS) return `nothing heard from the queue for ${seconds(silent)} s`
    const ago = Date.now() - Number(last?.finalizedAt ?? 0)
    if (ago < BEAT_MS) return undefined
    return last ? `no heartbeat was run for ${seconds(ago)} s` : 'no heartbeat was ever run'
  }
}

const seconds = (ms: number) => Math.round(ms / 1000)
