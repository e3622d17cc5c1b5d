// A form is read into plain strings, checked by the feature's schema, and handed to its command. When either refuses,
// the form is shown again with what the person typed and the message by its field.

import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'
import { AppError, type ErrorText, type FieldErrors, statusOf } from '../../errors.ts'
import type { Problem } from './env.ts'

export type FormValues = Readonly<Record<string, string>>

/** The text fields of a posted form; of a repeated field the last. Throws 415 for a body that is not a form. */
export async function readForm(c: Context): Promise<FormValues> {
  const type = c.req.header('Content-Type') ?? ''
  if (type === '') return {}
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type))
    throw new HTTPException(415)
  const body = await c.req.parseBody().catch(error => {
    throw error instanceof HTTPException ? error : new HTTPException(400)
  })
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The values as the schema gives them. Throws an `invalid` AppError with a message for each field at fault. */
export function parse<S extends z.ZodType>(schema: S, values: unknown): z.output<S> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const fields: FieldErrors = {}
  for (const issue of parsed.error.issues) fields[issue.path.join('.')] ??= issue.message as ErrorText
  throw new AppError('invalid', 'invalid', { fields })
}

/**
 * Runs a command for a form and answers what it gives. When it throws an AppError that the person can act on, the
 * status is set and `view` draws the form again; what is not found or not allowed goes on to the error page, but for
 * the one refusal that the form itself `explains`.
 */
export async function formResult(
  c: Context,
  run: () => Promise<Response>,
  view: (problem: Problem, error: AppError) => Response | Promise<Response>,
  explains?: ErrorText,
): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if ((error.code === 'not_found' || error.code === 'forbidden') && error.text !== explains) throw error
    c.status(statusOf[error.code] satisfies ContentfulStatusCode)
    if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter))
    return view({ text: error.text, fields: error.fields }, error)
  }
}
