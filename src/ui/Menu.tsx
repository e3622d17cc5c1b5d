import type { Child } from 'hono/jsx'
import type { Extra } from './attributes.ts'
import { Button, type ButtonKind, IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import { Icon, type IconName } from './Icon.tsx'

export interface MenuProps {
  /** Unique in the page: the button opens the list by it */
  id: string
  /** The words on the button, or its name when it is only an icon */
  label: string
  icon?: IconName | undefined
  /** Only the icon is shown */
  bare?: boolean | undefined
  kind?: ButtonKind | undefined
  size?: 'medium' | 'small' | undefined
  /** Hangs from the button's right edge, for a button that stands at the right */
  end?: boolean | undefined
  children: Child
}

/** A button and the list it opens: links, and forms of one button. A popover, so it needs no script to open and close. */
export function Menu({ id, label, icon = 'ellipsis', bare, kind, size, end, children }: MenuProps) {
  return (
    <>
      {bare ? (
        <IconButton icon={icon} label={label} kind={kind ?? 'ghost'} size={size} opens={id} data-menu="" />
      ) : (
        <Button icon={icon} kind={kind} size={size} opens={id} data-menu="">
          {label}
        </Button>
      )}
      <div class={classes('menu', end && 'menu-end')} id={id} popover="auto">
        {children}
      </div>
    </>
  )
}

export interface MenuItemProps extends Extra {
  icon?: IconName | undefined
  /** A link; without it, a button that submits the form it stands in */
  href?: string | undefined
  name?: string | undefined
  value?: string | undefined
  /** The one that is so already */
  current?: boolean | undefined
  danger?: boolean | undefined
  children: Child
}

/** One line of a Menu. */
export function MenuItem({ icon, href, current, danger, children, ...rest }: MenuItemProps) {
  const look = classes('menu-item', danger && 'menu-danger')
  const content = (
    <>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </>
  )
  if (href !== undefined) {
    return (
      <a class={look} href={href} aria-current={current ? 'true' : undefined} {...rest}>
        {content}
      </a>
    )
  }
  return (
    <button class={look} type="submit" aria-current={current ? 'true' : undefined} {...rest}>
      {content}
    </button>
  )
}

/** A line between two groups of a Menu. */
export function MenuLine() {
  return <hr class="menu-line" />
}
