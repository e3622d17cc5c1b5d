import type { Child } from 'hono/jsx'
import type { Extra } from './attributes.ts'

/** Lines of a list, divided by a rule: sessions, what happened, people. */
export function Rows({ children }: { children: Child }) {
  return <ul class="rows">{children}</ul>
}

export interface RowProps extends Extra {
  /** An Avatar, a dot or an Icon */
  lead?: Child
  /** Small facts below the words */
  meta?: Child
  /** Buttons, at the right */
  actions?: Child
  children: Child
}

/** One line of Rows. */
export function Row({ lead, meta, actions, children, ...rest }: RowProps) {
  return (
    <li class="row" {...rest}>
      {lead}
      <div class="row-words">
        <div>{children}</div>
        {meta && <div class="row-meta">{meta}</div>}
      </div>
      {actions}
    </li>
  )
}
