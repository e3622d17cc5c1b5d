import { raw } from 'hono/html'
import { classes } from './classes.ts'
import { iconPaths } from './icon-paths.ts'

export type IconName = keyof typeof iconPaths

interface IconProps {
  name: IconName
  /** 16 beside text, 20 alone, 32 on an empty page */
  size?: 16 | 20 | 32 | undefined
}

/** A Lucide icon, drawn inline in the colour of the text. Always decoration: the words beside it carry the meaning. */
export function Icon({ name, size = 16 }: IconProps) {
  return (
    <svg class={classes('icon', size !== 16 && `icon-${size}`)} viewBox="0 0 24 24" aria-hidden="true">
      {raw(iconPaths[name])}
    </svg>
  )
}
