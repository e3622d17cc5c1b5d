import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import { Button } from './Button.tsx'
import { classes } from './classes.ts'
import { Form } from './Form.tsx'
import { Icon, type IconName } from './Icon.tsx'

export interface ConfirmProps {
  locale: Locale
  /** The words on the button that asks: "Delete" */
  label: string
  icon?: IconName | undefined
  /** What will happen, and that it can't be undone */
  question: Child
  /** The words on the button that does it: "Delete this Tablo" */
  yes: string
  action: string
  target?: string | undefined
  swap?: string | undefined
  size?: 'medium' | 'small' | undefined
  /** The button that asks is only its icon, and the label is spoken */
  bare?: boolean | undefined
  /** Nothing is destroyed: it asks without alarm */
  calm?: boolean | undefined
  children?: Child
}

/** Asks where the thing is, before something is destroyed. A `details`, so that it works without scripts; `children` are hidden fields. */
export function Confirm({
  locale,
  label,
  icon = 'trash-2',
  question,
  yes,
  action,
  target,
  swap,
  size,
  bare,
  calm,
  children,
}: ConfirmProps) {
  return (
    <details class="confirm">
      <summary
        class={classes(
          'btn',
          bare ? 'btn-ghost btn-icon' : calm ? 'btn-secondary' : 'btn-danger-quiet',
          size === 'small' && 'btn-small',
        )}
        title={bare ? label : undefined}
        aria-label={bare ? label : undefined}
      >
        <Icon name={icon} />
        {!bare && <span>{label}</span>}
      </summary>
      <div class={classes('confirm-panel', calm && 'confirm-calm')}>
        <p>{question}</p>
        <Form action={action} target={target} swap={swap} inline class="confirm-actions">
          {children}
          <Button kind={calm ? 'secondary' : 'danger'}>{yes}</Button>
          <span class="needs-script">
            <Button type="button" data-cancel="">
              {locale.t.ui.cancel}
            </Button>
          </span>
        </Form>
      </div>
    </details>
  )
}
