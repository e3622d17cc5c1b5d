import type { Child } from 'hono/jsx'
import type { Extra } from './attributes.ts'
import { classes } from './classes.ts'
import { type TabloColor, toneOf } from './colors.ts'

export interface CardProps extends Extra {
  /** Draws the thread of a Tablo's colour at the left edge */
  color?: TabloColor | undefined
  /** Where the whole card leads. Then `title` is the link */
  href?: string | undefined
  title?: string | undefined
  class?: string | undefined
  children?: Child
}

/** A surface with an edge. What is pressable inside a card that leads somewhere stays so (buttons, or class `above`). */
export function Card({ color, href, title, class: more, children, ...rest }: CardProps) {
  const tone = color !== undefined && `card-thread ${toneOf(color)}`
  return (
    <article class={classes('card', tone, href !== undefined && 'card-link', more)} {...rest}>
      {title !== undefined && (
        <h2 class="card-title">{href === undefined ? title : <a href={href}>{title}</a>}</h2>
      )}
      {children}
    </article>
  )
}
