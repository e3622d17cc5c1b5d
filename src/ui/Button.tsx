import type { Child } from 'hono/jsx'
import type { Extra } from './attributes.ts'
import { classes } from './classes.ts'
import { Icon, type IconName } from './Icon.tsx'

export type ButtonKind = 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-quiet'

interface Look {
  kind?: ButtonKind | undefined
  size?: 'medium' | 'small' | undefined
  /** Makes it a link that looks like a button */
  href?: string | undefined
  type?: 'submit' | 'button' | undefined
  name?: string | undefined
  value?: string | undefined
  /** The id of the form it belongs to, when it stands outside */
  form?: string | undefined
  /** Shows a ring and refuses a second press; the script sets the same while its form is sent */
  busy?: boolean | undefined
  /** Why it can't be used now. Giving a reason is what disables it */
  disabled?: string | undefined
  /** The id of a Menu or another popover that it opens */
  opens?: string | undefined
  /** The id of a Dialog that it shows */
  shows?: string | undefined
}

export type ButtonProps = Look &
  Extra & {
    icon?: IconName | undefined
    /** A sign that is not one of our icons, in its place */
    mark?: Child
    wide?: boolean | undefined
    children: Child
  }

/** A button with words. One `primary` per view; `danger` only for what destroys, `danger-quiet` for what asks first. */
export function Button({ icon, mark, wide, children, ...look }: ButtonProps) {
  return (
    <Pressable {...look} shape={wide ? 'w-full' : undefined}>
      {icon ? <Icon name={icon} /> : mark}
      <span>{children}</span>
    </Pressable>
  )
}

export type IconButtonProps = Look & Extra & { icon: IconName; label: string }

/** A button that is only an icon; `label` is its name for everyone who can't guess it. */
export function IconButton({ icon, label, ...look }: IconButtonProps) {
  return (
    <Pressable kind="ghost" {...look} shape="btn-icon" label={label}>
      <Icon name={icon} size={look.size === 'small' ? 16 : 20} />
    </Pressable>
  )
}

type PressableProps = Look &
  Extra & { shape?: string | undefined; label?: string | undefined; children: Child }

function Pressable(props: PressableProps) {
  const {
    kind = 'secondary',
    size,
    href,
    type = 'submit',
    busy,
    disabled,
    opens,
    shows,
    shape,
    label,
    children,
    ...rest
  } = props
  const look = classes('btn', `btn-${kind}`, size === 'small' && 'btn-small', shape)
  if (href !== undefined && disabled === undefined) {
    return (
      <a class={look} href={href} title={label} aria-label={label} {...rest}>
        {children}
      </a>
    )
  }
  return (
    <button
      class={look}
      // Disabled stays focusable, so that the reason can be found by keyboard; as a plain button it submits nothing.
      type={disabled !== undefined || opens || shows ? 'button' : type}
      title={disabled ?? label}
      aria-label={label && disabled ? `${label} (${disabled})` : label}
      aria-disabled={disabled !== undefined ? 'true' : undefined}
      aria-busy={busy ? 'true' : undefined}
      popovertarget={disabled === undefined ? opens : undefined}
      command={shows && 'show-modal'}
      commandfor={disabled === undefined ? shows : undefined}
      {...rest}
    >
      {children}
      {disabled !== undefined && !label && <span class="hidden-text"> ({disabled})</span>}
    </button>
  )
}
