import type { ErrorText, FieldErrors } from '../../errors.ts'
import type { Locale } from '../../texts/locale.ts'
import type { Log } from '../log.ts'

/** What every request carries, whatever the route. */
export interface Variables {
  requestId: string
  log: Log
  locale: Locale
  /** The signed-in person, for the log line. */
  userId: string | undefined
}

export interface WebEnv {
  Variables: Variables
}

/** What a form shows again after a refusal: the sentence above it and those by its fields. */
export interface Problem {
  text: ErrorText
  fields: FieldErrors
}
