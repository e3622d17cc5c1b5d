import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import type { Extra } from './attributes.ts'
import { classes } from './classes.ts'
import { fieldId } from './Field.tsx'
import { Icon } from './Icon.tsx'

export interface FormProps extends Extra {
  action: string
  /** Where htmx puts the answer: the page's content, unless the form is a part of its own */
  target?: string | undefined
  swap?: string | undefined
  /** Without the grid that puts fields below each other: a button, or one line of controls */
  inline?: boolean | undefined
  class?: string | undefined
  children: Child
}

/** A form that posts. With htmx the answer is morphed into the page, so a 4xx keeps focus and text; without, it is a page. */
export function Form({
  action,
  target = '#content',
  swap = 'innerMorph',
  inline,
  class: more,
  children,
  ...rest
}: FormProps) {
  return (
    <form
      class={classes(!inline && 'form', more) || undefined}
      method="post"
      action={action}
      hx-post={action}
      hx-target={target}
      hx-swap={swap}
      novalidate
      {...rest}
    >
      {children}
    </form>
  )
}

interface ErrorSummaryProps {
  locale: Locale
  /** In the order of the form; one without a field is about the whole */
  errors: readonly { field?: string | undefined; message: string }[]
  /** Leaves the focus where it is: for a page that only shows what a summary looks like */
  still?: boolean | undefined
}

/** What is wrong with a form, each leading to its field. Takes the focus when it appears; nothing when there is no error. */
export function ErrorSummary({ locale, errors, still }: ErrorSummaryProps) {
  if (errors.length === 0) return null
  return (
    <section
      class="errors"
      id="errors"
      tabindex={-1}
      aria-labelledby="errors-title"
      data-focus={still ? undefined : ''}
    >
      <p class="errors-title" id="errors-title">
        <Icon name="circle-alert" />
        <span>{locale.t.ui.errors(errors.length)}</span>
      </p>
      <ul>
        {errors.map(({ field, message }) => (
          <li>{field === undefined ? message : <a href={`#${fieldId(field)}`}>{message}</a>}</li>
        ))}
      </ul>
    </section>
  )
}
