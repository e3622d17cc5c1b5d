import type { TaskStatus } from '../activity/kinds.ts'

/** What a column shows of a task. */
export interface Card {
  readonly id: string
  readonly title: string
  readonly status: TaskStatus
  /** Has a description */
  readonly described: boolean
}
