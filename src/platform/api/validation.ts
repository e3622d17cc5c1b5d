// What a request brings is checked by the schemas that the document is made of. A message of a schema is a key of the
// error texts; where a schema leaves it to the library, the kind of the fault says enough.

import type { Hook } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { AppError, type ErrorText, notFound } from '../../errors.ts'
import { en } from '../../texts/en.ts'
import { refused } from './problems.ts'

type Checked = Parameters<Hook<unknown, never, string, unknown>>[0]
type Target = Checked['target']

/** More than that help nobody, and a small body could make a large answer. */
const MOST_NAMED = 50

const NOTHING = z.strictObject({})

/** What a schema makes of what came, for a route that is not checked by itself. Throws as `hold` does. */
export function checked<S extends z.ZodType>(schema: S, data: unknown, target: Target): z.output<S> {
  const result = schema.safeParse(data)
  refuse({ target, data, ...result } as Checked)
  return result.data as z.output<S>
}

/** Holds an operation to its schemas. One that takes a body does nothing without: of what may all be left out, too. */
export function hold(result: Checked, c: { req: Pick<Context['req'], 'header'> }): void {
  const unsent = result.target === 'json' && c.req.header('Content-Type') === undefined
  if (unsent) throw refused({ body: 'field_missing' })
  refuse(result)
}

/** Of an operation that takes no query, every parameter is unknown. */
export const withoutQuery: MiddlewareHandler = (c, next) => {
  checked(NOTHING, c.req.query(), 'query')
  return next()
}

/** Throws for what a schema refuses: an id that is none does not exist, anything else is invalid, field by field. */
function refuse(result: Checked): void {
  if (result.success) return
  if (result.target === 'param') throw notFound()
  // A map, since a field may have the name of something that every object has.
  const fields = new Map<string, ErrorText>()
  const name = (path: readonly PropertyKey[], text: ErrorText) => {
    const field = path.length === 0 ? 'body' : path.join('.')
    if (fields.size < MOST_NAMED && !fields.has(field)) fields.set(field, text)
  }
  const { data } = result as unknown as { data: unknown }
  for (const issue of result.error.issues as z.core.$ZodIssue[]) {
    // A parameter that is repeated has one name.
    const path = result.target === 'query' ? issue.path.slice(0, 1) : issue.path
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) name([...path, key], 'field_unknown')
    else name(path, textOf(issue, at(data, issue.path)))
  }
  throw new AppError('invalid', 'invalid', { fields: Object.fromEntries(fields) })
}

function textOf(issue: z.core.$ZodIssue, given: unknown): ErrorText {
  if (issue.message in en.errors) return issue.message as ErrorText
  if (given === undefined) return 'field_missing'
  return issue.code === 'invalid_value' ? 'value_unknown' : 'field_malformed'
}

const at = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key], data)
