// A story as the rows of a Tablo: what the commands would have written, had they run on those days. Each task goes its
// way step by step, and its row is what the last step leaves; then all that happened in the Tablo is put in order of
// time and numbered, as `activity.record` numbers it.

import { generateNKeysBetween } from 'fractional-indexing'
import type { Insertable } from 'kysely'
import { type Change, type TaskStatus, taskStatuses } from '../activity/kinds.ts'
import type { DB } from '../platform/database/schema.ts'
import { newId } from '../platform/ids.ts'
import { may, type Role } from '../tablos/roles.ts'
import { type Story, type StoryTask, TODAY, WAYS } from './story.ts'

export interface History {
  tablo: Insertable<DB['tablos']>
  members: Insertable<DB['members']>[]
  tasks: Insertable<DB['tasks']>[]
  activity: Insertable<DB['activity']>[]
}

/** The ids of the two people. */
export interface People {
  first: string
  second: string
}

type Happening = { at: Date; actor: string; subject: string | null } & Change

/** The rows of a story whose last day is `now`. */
export function historyOf(story: Story, { first, second }: People, now: Date): History {
  const [owner, other] = story.owner === 'second' ? [second, first] : [first, second]
  const roles = new Map<string, Role>([[owner, 'owner']])
  if (story.other) roles.set(other, story.other)
  const workers = [...roles.keys()].filter(id => may(roles.get(id) ?? 'viewer', 'content'))
  const { title, description, color, begins } = story
  const created_at = momentOf(begins, now)
  const id = idAt(created_at)

  const ofTablo = tabloHappenings(story, owner, now)
  const tasks = tasksOf(story).map((task, index) => {
    // In pairs: one by one, the tasks of a day would all be one person's.
    const turn = Math.floor(index / 2)
    const by = workers[turn % workers.length] ?? owner
    const reviewer = workers[(turn + 1) % workers.length] ?? owner
    return goItsWay({ ...task, index, by, reviewer, now })
  })
  const put = ofTablo.findLast(({ kind }) => kind === 'tablo_archived' || kind === 'tablo_restored')
  return {
    tablo: {
      id,
      title,
      description,
      color,
      created_at,
      archived_at: put?.kind === 'tablo_archived' ? put.at : null,
    },
    members: [...roles].map(([user_id, role], index) => {
      return { tablo_id: id, user_id, role, created_at: new Date(created_at.getTime() + index * 60_000) }
    }),
    tasks: tasks.flatMap(({ row }) => (row ? [{ ...row, tablo_id: id }] : [])),
    activity: [...ofTablo, ...tasks.flatMap(({ happenings }) => happenings)]
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, actor, subject, kind, payload }, index) => {
        const version = index + 1
        return {
          id: idAt(at),
          tablo_id: id,
          version,
          actor_id: actor,
          subject_id: subject,
          kind,
          payload,
          at,
        }
      }),
  }
}

function tabloHappenings(story: Story, owner: string, now: Date): Happening[] {
  const { begins, changed = [], archived = [] } = story
  let title = story.was ?? story.title
  const happening = (moment: number, change: Change): Happening => {
    return { at: momentOf(moment, now), actor: owner, subject: null, ...change }
  }
  return [
    happening(begins, { kind: 'tablo_created', payload: { title } }),
    ...changed.map(day => {
      const before = title
      title = story.title
      return happening(day + 0.07, { kind: 'tablo_changed', payload: { title, before } })
    }),
    ...archived.map((day, index) => {
      const kind = index % 2 === 0 ? 'tablo_archived' : 'tablo_restored'
      return happening(day + 0.5 + index * 0.01, { kind, payload: { title } })
    }),
  ]
}

interface Planned {
  task: Omit<StoryTask, 'days'> & { days: readonly number[] }
  way: readonly TaskStatus[]
  position: string
  /** The day it was deleted on */
  deleted?: number
}

/** Every task of the story with its way and its place, those that are gone last. */
function tasksOf(story: Story): Planned[] {
  const there = taskStatuses.flatMap(status => {
    const tasks: readonly StoryTask[] = story.columns[status]
    const keys = generateNKeysBetween(null, null, tasks.length)
    const ways: readonly (readonly TaskStatus[])[] = WAYS[status]
    return tasks.map((task, index) => {
      const way = ways.find(({ length }) => length === task.days.length) ?? []
      return { task, way, position: keys[index] ?? '' }
    })
  })
  const gone = (story.deleted ?? []).map(({ title, days: [made, deleted] }): Planned => {
    return { task: { title, days: [made] }, way: ['todo'], position: '', deleted }
  })
  return [...there, ...gone]
}

type Step = { day: number; to?: TaskStatus; does: 'create' | 'edit' | 'move' | 'delete' }

/** Takes a task through its steps: what happened on the way, and its row at the end, if it is still there. */
function goItsWay(given: Planned & { index: number; by: string; reviewer: string; now: Date }) {
  const { task, way, position, deleted, index, by, reviewer, now } = given
  const steps = stepsOf(task, way, deleted)
  const moments = steps.map(({ day }, step) => momentOf(day + partOfDay(index, step), now))
  const created_at = moments[0] ?? now
  const id = idAt(created_at)
  let title = task.was ?? task.title
  let status: TaskStatus = 'todo'
  let version = 1
  const happenings = steps.map(({ does, to = status }, step): Happening => {
    const at = moments[step] ?? now
    // Who worked on it hands it over; the other one accepts it, or sends it back.
    const actor = status === 'in_review' && to !== status ? reviewer : by
    const common = { at, actor, subject: id }
    const [before, from] = [title, status]
    if (does === 'create') return { ...common, kind: 'task_created', payload: { title } }
    if (does === 'delete') return { ...common, kind: 'task_deleted', payload: { title } }
    if (does === 'edit') {
      // The last edit is the one that gave the title it has.
      if (!steps.slice(step + 1).some(later => later.does === 'edit')) title = task.title
      version++
      return { ...common, kind: 'task_changed', payload: { title, before } }
    }
    status = to
    if (from !== to) version++
    return { ...common, kind: 'task_moved', payload: { title, from, to } }
  })
  const description = task.text ?? ''
  const updated_at = moments.at(-1) ?? now
  const row = { id, title, description, status, position, version, created_by: by, created_at, updated_at }
  return { happenings, row: deleted === undefined ? row : undefined }
}

/** A task's steps by day; on one day it is made, then edited, then moved. */
function stepsOf(task: Planned['task'], way: readonly TaskStatus[], deleted: number | undefined): Step[] {
  const [made = 0, ...moves] = task.days
  const edited = task.edited ?? (task.was || task.text ? [made] : [])
  const steps: Step[] = [
    { day: made, does: 'create' },
    ...edited.map((day): Step => ({ day, does: 'edit' })),
    ...moves.map((day, index): Step => ({ day, does: 'move', to: way[index + 1] ?? 'todo' })),
  ]
  if (task.reordered !== undefined) steps.push({ day: task.reordered, does: 'move' })
  if (deleted !== undefined) steps.push({ day: deleted, does: 'delete' })
  return steps.sort((a, b) => a.day - b.day)
}

/**
 * Where in the working day a task's step falls, from 0.1 to under 1: later with every step, so that steps of one day
 * stay in order, and spread evenly over the tasks by the golden ratio.
 */
const partOfDay = (task: number, step: number): number => 0.1 + ((task * 0.618034) % 1) * 0.6 + step * 0.035

const OPENS_H = 8.5
const WORKS_H = 10
const TODAY_H = 4

/**
 * The time of a day of the story and a part of it. A day is a working day where Xtablo runs; today, which may be at
 * any hour, is the last four of them, the busier the closer to now.
 */
function momentOf(moment: number, now: Date): Date {
  const day = Math.floor(moment)
  const part = moment - day
  if (day >= TODAY) return new Date(now.getTime() - (1 - part) ** 2 * TODAY_H * 3_600_000)
  const at = new Date(now)
  at.setDate(at.getDate() - (TODAY - day))
  at.setHours(0, 0, 0, 0)
  return new Date(at.getTime() + (OPENS_H + part * WORKS_H) * 3_600_000)
}

/** A UUIDv7 that says when, as if it had been made then: its first 48 bits are the Unix time in milliseconds. RFC 9562. */
function idAt(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`
}
