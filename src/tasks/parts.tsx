// What htmx gets after a change: the parts of the Kanban that are different now, each with where it goes. What the
// page does not have (a task's own page has no Kanban) is passed over by the script of the page.

import type { TaskStatus } from '../activity/kinds.ts'
import { newId } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { columnId } from '../ui/Column.tsx'
import { Part } from '../ui/Part.tsx'
import { taskCardId } from '../ui/TaskCard.tsx'
import { Toast } from '../ui/Toast.tsx'
import type { Card } from './card.ts'
import { Columns, Task } from './kanban.tsx'
import type { Task as TaskRow } from './tasks.ts'
import { TaskView, type TaskViewProps } from './views.tsx'

type Counts = ReadonlyMap<TaskStatus, number>

interface ChangeProps {
  locale: Locale
  tabloId: string
  card: Card
  /** Of every column that changed */
  counts: Counts
}

/** A new task at the foot of its column, and a fresh id for the next one. */
export function AddedTask({ locale, tabloId, card, counts }: ChangeProps) {
  return (
    <>
      <Part target={`#${columnId(card.status)}-tasks`} swap="beforeend">
        <Task locale={locale} tabloId={tabloId} card={card} />
      </Part>
      <Part target={`#add-${card.status} [name=id]`} swap="outerHTML">
        <input type="hidden" name="id" value={newId()} />
      </Part>
      <Counts locale={locale} counts={counts} />
    </>
  )
}

/** The moved task, and the counts of the column it left and the one it came to. */
export function MovedTask({ locale, tabloId, card, counts }: ChangeProps) {
  return (
    <>
      <Part target={`#${taskCardId(card.id)}`} swap="outerMorph">
        <Task locale={locale} tabloId={tabloId} card={card} />
      </Part>
      <Counts locale={locale} counts={counts} />
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
      <Counts locale={locale} counts={counts} />
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

function Counts({ locale, counts }: { locale: Locale; counts: Counts }) {
  return [...counts].map(([status, count]) => (
    <Part target={`.count-${status}`} swap="innerHTML">
      {locale.number(count)}
    </Part>
  ))
}

const cardOf = ({ id, title, status, description }: TaskRow): Card => ({
  id,
  title,
  status,
  described: description !== '',
})
