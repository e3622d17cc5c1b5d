import type { Child } from 'hono/jsx'
import { classes } from './classes.ts'
import { type TabloColor, toneOf } from './colors.ts'

export interface PageHeadProps {
  title: string
  /** The thread of a Tablo's colour before the title */
  color?: TabloColor | undefined
  /** One line below the title */
  text?: Child
  /** Buttons, at the right */
  children?: Child
}

/** The `h1` of a page, and what can be done with the whole of it. */
export function PageHead({ title, color, text, children }: PageHeadProps) {
  return (
    <header class={classes('page-head', color && toneOf(color))}>
      <div class="page-head-words">
        <h1>{title}</h1>
        {text && <p>{text}</p>}
      </div>
      {children && <div class="page-head-actions">{children}</div>}
    </header>
  )
}
