import type { Child } from 'hono/jsx'

export interface TaskCardProps {
  id: string
  /** The task's absolute path */
  href: string
  title: string
  /** At most one row of small facts */
  children?: Child
}

/** The id of a task's card in the page. */
export const taskCardId = (id: string): string => `t-${id}`

/** A task in a column. Kept under 300 bytes: a page may hold thousands, so its menu is made by script when it is asked for. */
export function TaskCard({ id, href, title, children }: TaskCardProps) {
  return (
    <li class="task" id={taskCardId(id)}>
      <a href={href}>{title}</a>
      {children && <p>{children}</p>}
    </li>
  )
}
