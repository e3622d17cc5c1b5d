// What htmx gets after a change: the parts of the Kanban that are different now, each with where it goes. What the
// page does not have (a task's own page has no Kanban) is passed over by the script of the page.

import type { Child } from 'hono/jsx'
import type { TaskStatus } from '../activity/kinds.ts'
import { newId } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { columnId } from '../ui/Column.tsx'
import { taskCardId } from '../ui/TaskCard.tsx'
import { Toast } from '../ui/Toast.tsx'
import { Columns, Task } from './kanban.tsx'
import type { Card, Task as TaskRow } from './tasks.ts'
import { TaskView, type TaskViewProps } from './views.tsx'

type Counts = Record<TaskStatus, number>

interface ChangeProps {
  locale: Locale
  tabloId: string
  task: TaskRow
  counts: Counts
}

/** A new task at the foot of its column, and a fresh id for the next one. */
export function AddedTask({ locale, tabloId, task, counts }: ChangeProps) {
  return (
    <>
      <Part target={`#${columnId(task.status)}-tasks`} swap="beforeend">
        <Task locale={locale} tabloId={tabloId} card={cardOf(task)} />
      </Part>
      <Part target={`#add-${task.status} [name=id]`} swap="outerHTML">
        <input type="hidden" name="id" value={newId()} />
      </Part>
      <Count locale={locale} status={task.status} counts={counts} />
    </>
  )
}

/** The moved task, and the counts of the column it left and the one it came to. */
export function MovedTask({ from, ...props }: ChangeProps & { from: TaskStatus }) {
  const { locale, tabloId, task, counts } = props
  return (
    <>
      <Part target={`#${taskCardId(task.id)}`} swap="outerMorph">
        <Task locale={locale} tabloId={tabloId} card={cardOf(task)} />
      </Part>
      <Count locale={locale} status={task.status} counts={counts} />
      {from !== task.status && <Count locale={locale} status={from} counts={counts} />}
    </>
  )
}

/** A task after a save, in its panel; behind it its card, in another column when the status changed. */
export function SavedTask({ from, counts, ...view }: TaskViewProps & { from: TaskStatus; counts: Counts }) {
  const { locale, tablo, task } = view
  const stays = from === task.status
  return (
    <>
      <TaskView {...view} />
      <Part
        target={stays ? `#${taskCardId(task.id)}` : `#${columnId(task.status)}-tasks`}
        swap={stays ? 'outerMorph' : 'beforeend'}
      >
        <Task locale={locale} tabloId={tablo.id} card={cardOf(task)} />
      </Part>
      <Count locale={locale} status={task.status} counts={counts} />
      {!stays && <Count locale={locale} status={from} counts={counts} />}
    </>
  )
}

interface FreshKanbanProps {
  locale: Locale
  tablo: Tablo
  cards: readonly Card[]
  problem: Problem
}

/** The columns as they are now, and why: for a page that was out of date. */
export function FreshKanban({ locale, tablo, cards, problem }: FreshKanbanProps) {
  return (
    <>
      <Part target="#columns" swap="outerMorph">
        <Columns locale={locale} tablo={tablo} cards={cards} />
      </Part>
      <Part target="#toasts" swap="innerHTML">
        <Toast locale={locale} text={locale.t.errors[problem.text]} />
      </Part>
    </>
  )
}

function Count({ locale, status, counts }: { locale: Locale; status: TaskStatus; counts: Counts }) {
  return (
    <Part target={`.count-${status}`} swap="innerHTML">
      {locale.number(counts[status])}
    </Part>
  )
}

function Part({ target, swap, children }: { target: string; swap: string; children: Child }) {
  return (
    <hx-partial hx-target={target} hx-swap={swap}>
      {children}
    </hx-partial>
  )
}

const cardOf = ({ id, title, status, description }: TaskRow): Card => ({
  id,
  title,
  status,
  described: description !== '',
})
