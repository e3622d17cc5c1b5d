import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import { IconButton } from './Button.tsx'

export interface DialogProps {
  locale: Locale
  /** What a Button's `shows` names */
  id: string
  title: string
  children: Child
}

/** For what needs full attention. Shown by a Button with `shows`; Escape, the cross and its form's `method="dialog"` close it. */
export function Dialog({ locale, id, title, children }: DialogProps) {
  return (
    <dialog class="dialog" id={id} aria-labelledby={`${id}-title`}>
      <div class="dialog-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <form method="dialog">
          <IconButton icon="x" label={locale.t.ui.close} />
        </form>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
