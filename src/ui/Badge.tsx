import type { Child } from 'hono/jsx'
import { classes } from './classes.ts'
import { type TabloColor, toneOf } from './colors.ts'
import { Icon, type IconName } from './Icon.tsx'

export interface BadgeProps {
  kind?: 'neutral' | 'accent' | 'danger' | 'ok' | 'warn' | undefined
  /** A Tablo's colour in place of a kind */
  color?: TabloColor | undefined
  icon?: IconName | undefined
  children: Child
}

/** A short fact about the thing beside it. */
export function Badge({ kind = 'neutral', color, icon, children }: BadgeProps) {
  return (
    <span class={classes('badge', color ? toneOf(color) : kind !== 'neutral' && `badge-${kind}`)}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  )
}
