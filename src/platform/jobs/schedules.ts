import type pg from 'pg'
import { bossOn } from './queues.ts'

export interface Schedule {
  readonly kind: string
  /** Null for a schedule that never comes due again */
  readonly next: Date | null
}

/** What runs by itself, and when next. */
export async function listSchedules(pool: pg.Pool): Promise<Schedule[]> {
  const boss = bossOn(pool)
  const schedules = await boss.getSchedules()
  return schedules
    .map(({ name, cron, timezone }) => ({
      kind: name,
      next: boss.previewSchedule(cron, { tz: timezone, count: 1 })[0] ?? null,
    }))
    .sort((a, b) => Number(a.next) - Number(b.next))
}
