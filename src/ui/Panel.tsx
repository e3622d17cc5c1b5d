import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import type { Extra } from './attributes.ts'
import { IconButton } from './Button.tsx'

export interface PanelProps extends Extra {
  locale: Locale
  id: string
  /** What it shows, for screen readers */
  label: string
  /** Where its cross leads: the page it lies on */
  close: string
  /** Buttons beside the cross */
  actions?: Child
  children: Child
}

/** A thing opened at the right of the page it belongs to; the whole screen on a phone. */
export function Panel({ locale, id, label, close, actions, children, ...rest }: PanelProps) {
  return (
    <aside class="panel" id={id} aria-label={label} tabindex={-1} {...rest}>
      <div class="panel-head">
        <div class="page-head-actions">{actions}</div>
        <IconButton icon="x" label={locale.t.ui.close} href={close} data-close="" />
      </div>
      {children}
    </aside>
  )
}
