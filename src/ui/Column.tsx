import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import type { Extra } from './attributes.ts'

/** The id of a column in the page, which the tabs on a phone lead to. */
export const columnId = (status: string): string => `column-${status}`

export interface ColumnProps {
  locale: Locale
  status: string
  name: string
  count: number
  /** TaskCards */
  children?: Child
  /** What adds a task, below the list */
  foot?: Child
}

/** One column of the Kanban: its head stays, its list scrolls, its foot adds. */
export function Column({ locale, status, name, count, children, foot }: ColumnProps) {
  const id = columnId(status)
  return (
    <section class="column" id={id} aria-labelledby={`${id}-name`}>
      <header class="column-head">
        <h2 id={`${id}-name`}>{name}</h2>
        <span class={`count count-${status}`}>{locale.number(count)}</span>
      </header>
      <ol class="tasks" id={`${id}-tasks`} data-status={status} aria-labelledby={`${id}-name`}>
        {children}
      </ol>
      {foot && <div class="column-foot">{foot}</div>}
    </section>
  )
}

export interface KanbanProps extends Extra {
  /** For screen readers: what the columns are of */
  label: string
  columns: readonly { status: string; name: string; count: number }[]
  locale: Locale
  /** Columns */
  children: Child
}

/** Columns side by side; on a phone, pages to swipe with their names as tabs above. Fills the height of a wide layout. */
export function Kanban({ label, columns, locale, children, ...rest }: KanbanProps) {
  return (
    <div class="kanban-frame" id="columns" {...rest}>
      <nav class="tabs kanban-tabs" aria-label={label} data-columns="">
        {columns.map(({ status, name, count }, index) => (
          <a href={`#${columnId(status)}`} aria-current={index === 0 ? 'true' : undefined}>
            {name} <span class={`count count-${status}`}>{locale.number(count)}</span>
          </a>
        ))}
      </nav>
      <div class="kanban" id="kanban">
        {children}
      </div>
    </div>
  )
}
