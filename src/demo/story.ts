// How a demo Tablo is told. A task says on which days it took each step of its way; the column it is in, and every
// Activity on the way there, follow from that, so that what happened and what is there can't contradict each other.

import type { TaskStatus } from '../activity/kinds.ts'
import type { Role } from '../tablos/roles.ts'
import type { TabloFields } from '../tablos/schema.ts'

/** The day of a story that is today; day 0 is three weeks ago, and what was before has negative days. */
export const TODAY = 21

/** The ways a task may have taken to its column: straight, sent back once by who reviewed it, or done at once. */
export const WAYS = {
  todo: [['todo']],
  in_progress: [
    ['todo', 'in_progress'],
    ['todo', 'in_progress', 'in_review', 'in_progress'],
  ],
  in_review: [
    ['todo', 'in_progress', 'in_review'],
    ['todo', 'in_progress', 'in_review', 'in_progress', 'in_review'],
  ],
  done: [
    ['todo', 'in_progress', 'in_review', 'done'],
    ['todo', 'in_progress', 'in_review', 'in_progress', 'in_review', 'done'],
    ['todo', 'done'],
  ],
} as const satisfies Record<TaskStatus, readonly (readonly TaskStatus[])[]>

type DaysOf<Way> = { readonly [Step in keyof Way]: number }

export interface StoryTask<S extends TaskStatus = TaskStatus> {
  readonly title: string
  /** The title before it was renamed */
  readonly was?: string
  /** Markdown */
  readonly text?: string
  /** A whole day for each step of the way, in order: the first made the task */
  readonly days: DaysOf<(typeof WAYS)[S][number]>
  /** The days the texts were edited on; unless said, the day the task was made, where there is something to edit */
  readonly edited?: readonly number[]
  /** The day it was moved within its column */
  readonly reordered?: number
}

export interface Story extends TabloFields {
  /** The title before it was renamed */
  readonly was?: string
  /** The first of the two people owns the Tablo unless this says the second; the other one's role, null for no member */
  readonly owner?: 'second'
  readonly other: Role | null
  /** When it was made: a day and a part of it */
  readonly begins: number
  /** The days its owner changed its title, colour or description on; the first one renamed it, if it was */
  readonly changed?: readonly number[]
  /** The days it was archived on and restored on, in turn */
  readonly archived?: readonly number[]
  /** Each column from the top */
  readonly columns: { readonly [S in TaskStatus]: readonly StoryTask<S>[] }
  /** Tasks that are gone: made on the first day, deleted on the second */
  readonly deleted?: readonly { readonly title: string; readonly days: readonly [number, number] }[]
}

/** A text of several lines. */
export const lines = (...all: string[]): string => all.join('\n')
