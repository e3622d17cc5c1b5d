import type { Child } from 'hono/jsx'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'

export interface NoticeProps {
  kind: 'info' | 'ok'
  /** What the notice offers to do, at its right */
  action?: Child
  children: Child
}

/** One sentence about the page or the part it stands in. */
export function Notice({ kind, action, children }: NoticeProps) {
  return (
    <div class={classes('notice', `notice-${kind}`)} role="status">
      <Icon name={kind === 'ok' ? 'circle-check' : 'info'} />
      <p>{children}</p>
      {action}
    </div>
  )
}
