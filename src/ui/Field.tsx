// The controls of a form. All are one shape: the label above, then a hint, the control, and what is wrong with it. Their
// id follows from the name, so that an error summary can lead to them.

import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import type { Extra } from './attributes.ts'
import { IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import { Icon } from './Icon.tsx'

/** The id of the control of a field, unless the field is given another. */
export const fieldId = (name: string): string => `f-${name}`

interface Labelled extends Extra {
  name: string
  label: string
  hint?: string | undefined
  /** What is wrong with the value, in words */
  error?: string | undefined
  /** The word that marks the field as one that may stay empty */
  optional?: string | undefined
  required?: boolean | undefined
  disabled?: boolean | undefined
  readonly?: boolean | undefined
  autofocus?: boolean | undefined
  /** Only spoken: for a field whose place says what it is */
  bare?: boolean | undefined
}

interface Typed extends Labelled {
  value?: string | undefined
  placeholder?: string | undefined
  autocomplete?: string | undefined
  maxlength?: number | undefined
  /** Which keys a phone shows */
  inputmode?: 'numeric' | undefined
  /** For words edited where they are read: no box until the pointer or the focus is on them */
  look?: 'box' | 'plain' | 'title' | undefined
}

export interface FieldProps extends Typed {
  type?: 'text' | 'email' | 'search' | 'url' | 'date' | 'time' | 'number' | undefined
}

/** One line of text. */
export function Field({ label, hint, error, optional, bare, look, type = 'text', ...rest }: FieldProps) {
  return (
    <Labels {...{ label, hint, error, optional, bare }} for={rest.id ?? fieldId(rest.name)}>
      <input class={boxOf(look)} type={type} {...wiring({ hint, error, ...rest })} />
    </Labels>
  )
}

export interface TextareaProps extends Typed {
  rows?: number | undefined
}

/** Several lines of text; grows with what is typed. */
export function Textarea({ label, hint, error, optional, bare, look, value, ...rest }: TextareaProps) {
  return (
    <Labels {...{ label, hint, error, optional, bare }} for={rest.id ?? fieldId(rest.name)}>
      <textarea class={boxOf(look)} {...wiring({ hint, error, ...rest })}>
        {/* The HTML parser drops one newline here: this one, and not the person's own. */}
        {`\n${value ?? ''}`}
      </textarea>
    </Labels>
  )
}

export interface SelectProps extends Labelled {
  value?: string | undefined
  options: readonly { value: string; label: string }[]
}

/** One of several named values. */
export function Select({ label, hint, error, optional, bare, value, options, ...rest }: SelectProps) {
  return (
    <Labels {...{ label, hint, error, optional, bare }} for={rest.id ?? fieldId(rest.name)}>
      <span class="select">
        <select class="input" {...wiring({ hint, error, ...rest })}>
          {options.map(option => (
            <option value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </span>
    </Labels>
  )
}

export interface PasswordProps extends Labelled {
  locale: Locale
  /** Tells password managers whether to fill in or to propose */
  autocomplete: 'current-password' | 'new-password'
}

/** A password, with a button that shows it. Never given a value: a password is not sent back. */
export function Password({ label, hint, error, optional, bare, locale, ...rest }: PasswordProps) {
  return (
    <Labels {...{ label, hint, error, optional, bare }} for={rest.id ?? fieldId(rest.name)}>
      <span class="password">
        <input class="input" type="password" {...wiring({ hint, error, ...rest })} />
        <span class="needs-script">
          <IconButton
            icon="eye"
            label={locale.t.ui.showPassword}
            size="small"
            type="button"
            aria-pressed="false"
            data-reveal=""
          />
        </span>
      </span>
    </Labels>
  )
}

interface LabelsProps {
  for: string
  label: string
  hint: string | undefined
  error: string | undefined
  optional: string | undefined
  bare: boolean | undefined
  children: Child
}

function Labels({ for: id, label, hint, error, optional, bare, children }: LabelsProps) {
  return (
    <div class="field">
      <label class={bare ? 'hidden-text' : 'field-label'} for={id}>
        {label}
        {optional && <span class="field-optional"> ({optional})</span>}
      </label>
      {children}
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="circle-alert" />
          <span>{error}</span>
        </p>
      )}
    </div>
  )
}

const boxOf = (look: Typed['look'] = 'box') => classes('input', look !== 'box' && `input-${look}`)

/** The attributes that tie a control to its label, hint and error. */
function wiring<T extends Pick<Labelled, 'id' | 'name' | 'hint' | 'error'>>({ hint, error, ...rest }: T) {
  const id = rest.id ?? fieldId(rest.name)
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return {
    ...rest,
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': error ? 'true' : undefined,
  }
}
