// What goes wrong, as programs read it: RFC 9457. The type is a name that never changes; the words follow the caller's
// language.

import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { AppError, type ErrorCode, type ErrorText, type FieldErrors, statusOf } from '../../errors.ts'
import { en } from '../../texts/en.ts'
import { isDatabaseLost, RETRY_AFTER } from '../database/lost.ts'
import type { WebEnv } from '../web/env.ts'

/** Faults of a request itself, which no command knows, and of ours. */
const transport = {
  malformed: 400,
  method_not_allowed: 405,
  timeout: 408,
  unsupported_media_type: 415,
  internal: 500,
} as const

const statuses = { ...statusOf, ...transport }

export type ProblemCode = ErrorCode | keyof typeof transport

/** Every kind of problem that there is. */
const problemCodes = Object.keys(statuses) as ProblemCode[]

/** What of a request a problem is made from, whatever else it carries. */
type Asked = Pick<Context<WebEnv>, 'get' | 'header' | 'body' | 'res'>

export const problemType = (code: ProblemCode): string => `urn:xtablo:problem:${code}`

export const problemSchema = z
  .strictObject({
    type: z
      .enum(problemCodes.map(problemType))
      .meta({ description: 'What kind of problem it is. It never changes.' }),
    title: z.string().meta({ description: 'The kind in words, in the language that was asked for.' }),
    status: z.int().meta({ description: 'The status of the answer.' }),
    detail: z.string().meta({ description: 'What went wrong this time, and what to do.' }),
    request_id: z.string().meta({ description: 'The number by which the log knows this request.' }),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .meta({
        description:
          'Each field that was refused, and why: with 422, and with 401 where a code is missing or wrong.',
      }),
  })
  .meta({
    description: 'What went wrong (RFC 9457).',
    example: {
      type: problemType('not_found'),
      title: 'Nothing here',
      status: 404,
      detail: 'There is nothing here, or nothing that you may see.',
      request_id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
    },
  })

/** Answers with the problem that was thrown. What is neither an AppError nor a transport fault is a bug: logged, with its stack. */
export function problem(error: Error, c: Asked): Response {
  if (error instanceof AppError) {
    const { retryAfter, rate } = error
    if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
    if (rate) {
      // Draft: draft-ietf-httpapi-ratelimit-headers.
      c.header('RateLimit-Policy', `"${rate.name}";q=${rate.attempts};w=${rate.seconds}`)
      c.header('RateLimit', `"${rate.name}";r=0;t=${retryAfter}`)
    }
    // Whoever refused a token has said what is wrong with it.
    if (error.code === 'unauthenticated' && !c.res.headers.has('WWW-Authenticate'))
      c.header('WWW-Authenticate', 'Bearer realm="xtablo"')
    // What is said of it to people speaks of the page that they have open.
    const detail = error.code === 'stale' ? undefined : error.said(c.get('locale'))
    return answer(c, error.code, detail, error.fields)
  }
  if (error instanceof HTTPException) return answer(c, codeOf(error.status))
  if (isDatabaseLost(error)) {
    c.get('log').error({ reason: error.message, request_id: c.get('requestId') }, 'database unreachable')
    c.header('Retry-After', String(RETRY_AFTER))
    return answer(c, 'unavailable')
  }
  c.get('log').error({ err: error, request_id: c.get('requestId') }, 'unexpected error')
  return answer(c, 'internal')
}

/** Answers with a problem of this kind. */
export function answer(c: Asked, code: ProblemCode, detail?: string, fields: FieldErrors = {}): Response {
  const { t } = c.get('locale')
  const status = statuses[code]
  const { title, advice } = t.api.problems[code]
  const errors = Object.entries(fields).map(([field, text]) => ({ field, message: t.errors[text] }))
  const problem: z.output<typeof problemSchema> = {
    type: problemType(code),
    title,
    status,
    detail: detail ?? advice,
    request_id: c.get('requestId'),
    ...((status === 422 || errors.length > 0) && { errors }),
  }
  c.header('Cache-Control', 'no-store')
  return c.body(JSON.stringify(problem), status satisfies ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
  })
}

/** What an answer of this status can look like, for the document. */
export function exampleOf(status: number): z.output<typeof problemSchema> {
  const code = problemCodes.find(each => statuses[each] === status) ?? 'internal'
  const { title, advice } = en.api.problems[code]
  return {
    type: problemType(code),
    title,
    status,
    detail: advice,
    request_id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
    ...(status === 422 && { errors: [{ field: 'title', message: en.errors.title_missing }] }),
  }
}

function codeOf(status: number): ProblemCode {
  const [code] = Object.entries(transport).find(([, each]) => each === status) ?? []
  if (code !== undefined) return code as ProblemCode
  return status === 404 ? 'not_found' : status === 413 ? 'too_large' : 'internal'
}

/** What of the request is refused: `text` for a header or the whole, by the name of the field. */
export const refused = (fields: Record<string, ErrorText>): AppError =>
  new AppError('invalid', 'invalid', { fields })
