// The one error type that commands throw, and its closed list of codes. A transport turns a code into its status;
// whoever shows it turns `text` into words. Anything that is not an AppError is a bug.

import type { Texts } from './texts/en.ts'
import type { Locale } from './texts/locale.ts'

export type ErrorText = keyof Texts['errors']
export type FieldErrors = Record<string, ErrorText>

export const statusOf = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 409,
  precondition_failed: 412,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof statusOf

/** So many attempts in so many seconds. */
export interface Rate {
  readonly name: string
  readonly attempts: number
  readonly seconds: number
}

interface More {
  fields?: FieldErrors
  retryAfter?: number
  rate?: Rate
}

export class AppError extends Error {
  override name = 'AppError'
  readonly code: ErrorCode
  readonly text: ErrorText
  readonly fields: FieldErrors
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined
  /** With `too_many`: which one was passed. */
  readonly rate: Rate | undefined

  constructor(code: ErrorCode, text: ErrorText, more: More = {}) {
    super(`${code}: ${text}`)
    this.code = code
    this.text = text
    this.fields = more.fields ?? {}
    this.retryAfter = more.retryAfter
    this.rate = more.rate
  }

  /** What people are told. */
  said({ t }: Locale): string {
    return t.errors[this.text]
  }
}

export const notFound = (): AppError => new AppError('not_found', 'not_found')

/** The key of a text, checked where a library takes any string: the message of a schema. */
export const errorText = (key: ErrorText): ErrorText => key

/** An `invalid` AppError for one field. */
export const invalid = (field: string, text: ErrorText): AppError =>
  new AppError('invalid', 'invalid', { fields: { [field]: text } })
