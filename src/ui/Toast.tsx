import type { Locale } from '../texts/locale.ts'
import { Button, IconButton } from './Button.tsx'
import { Form } from './Form.tsx'

export interface ToastProps {
  locale: Locale
  text: string
  /** Where a POST takes it back */
  undo?: string | undefined
}

/** What just happened, said once and politely. Goes into `#toasts`, which every page has, in place of the one before. */
export function Toast({ locale, text, undo }: ToastProps) {
  return (
    <div class="toast" data-toast="">
      <p>{text}</p>
      {undo !== undefined && (
        <Form action={undo} inline>
          <Button kind="ghost" size="small" icon="undo-2">
            {locale.t.ui.undo}
          </Button>
        </Form>
      )}
      <span class="needs-script">
        <IconButton icon="x" label={locale.t.ui.close} size="small" type="button" data-dismiss="" />
      </span>
    </div>
  )
}
