// One error for all that can go wrong, so that one `catch` is enough: what Xtablo answers, an answer that is not
// Xtablo's, and no answer. Only what the caller ends by an AbortSignal is thrown as that signal says.

import type { Problem } from './schema.ts'

type CodeOf<Type> = Type extends `urn:xtablo:problem:${infer Code}` ? Code : never

/**
 * What kind of problem it is: one of the API's own, `unreachable` when no answer came, or `unknown` when whoever
 * answered does not speak as Xtablo does, such as a proxy.
 */
export type ProblemCode = CodeOf<Problem['type']> | 'unreachable' | 'unknown'

/** A field that was refused, and why, in words for people. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

interface Given extends Pick<Problem, 'title' | 'detail'> {
  readonly type?: string
  readonly status?: number
  readonly request_id?: string
  readonly errors?: readonly FieldError[]
}

interface About {
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

const PREFIX = 'urn:xtablo:problem:'

/** What every call of the client throws. `message` says it in one line. */
export class XtabloError extends Error {
  override readonly name = 'XtabloError'
  readonly code: ProblemCode
  /** The same as a URN, as RFC 9457 has it; `about:blank` for what is not a problem document */
  readonly type: string
  /** In the language that was asked for */
  readonly title: string
  /** Of the answer; 0 when none came */
  readonly status: number
  /** What went wrong this time, and what to do */
  readonly detail: string
  /** The number by which the log of the server knows the request */
  readonly requestId: string | undefined
  /** With 422: each field that was refused; with 401: `code`, when the second factor's is missing or wrong */
  readonly errors: readonly FieldError[]
  /** Seconds after which the server says that it is worth trying again */
  readonly retryAfter: number | undefined

  constructor(code: ProblemCode, given: Given, { retryAfter, cause }: About = {}) {
    const fields = (given.errors ?? []).map(({ field, message }) => `${field}: ${message}`)
    super([`${given.title}: ${given.detail}`, ...fields].join(' – '), { cause })
    this.code = code
    this.type = given.type ?? 'about:blank'
    this.title = given.title
    this.status = given.status ?? 0
    this.detail = given.detail
    this.requestId = given.request_id
    this.errors = given.errors ?? []
    this.retryAfter = retryAfter
  }
}

/** The error of an answer that is no success; `body` is what it carried, parsed where it was JSON. */
export function errorOf({ status, statusText, headers }: Response, body: unknown): XtabloError {
  const retryAfter = secondsOf(headers.get('Retry-After'))
  if (isProblem(body)) {
    const code = body.type.slice(PREFIX.length) as ProblemCode
    return new XtabloError(code, body, { retryAfter })
  }
  const title = statusText || `Status ${status}`
  const detail = `The answer has the status ${status} and is not one of Xtablo's`
  return new XtabloError('unknown', { title, detail, status }, { retryAfter })
}

/** The error of a request that had no answer. */
export const unreachable = (cause: unknown): XtabloError =>
  new XtabloError(
    'unreachable',
    { title: 'No answer', detail: `Xtablo was not reached${reasonOf(cause)}` },
    { cause },
  )

/** The error of a success that can't be read. */
export const notXtablo = (cause: unknown): XtabloError =>
  new XtabloError(
    'unknown',
    { title: 'Not Xtablo', detail: 'What answered does not speak as Xtablo does: is `baseUrl` right?' },
    { cause },
  )

/** The seconds of a `Retry-After`, which may be a number or a date. */
export function secondsOf(header: string | null): number | undefined {
  if (header === null || header === '') return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  typeof body.type === 'string' &&
  body.type.startsWith(PREFIX)

// Of Node's fetch, only the cause says what happened.
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message?: string }
  const reason = cause?.message || cause?.code || message
  return reason ? ` (${reason})` : ''
}
