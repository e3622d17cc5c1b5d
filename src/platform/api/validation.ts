// What a request brings is checked by the schemas that the document is made of. A message of a schema is a key of the
// error texts; where a schema leaves it to the library, the kind of the fault says enough.

import type { Hook } from '@hono/zod-openapi'
import type { z } from 'zod'
import { AppError, type ErrorText, type FieldErrors, notFound } from '../../errors.ts'
import { en } from '../../texts/en.ts'

type Checked = Parameters<Hook<unknown, never, string, unknown>>[0]
type Target = Checked['target']

/** What a schema makes of what came, for a route that is not checked by itself. Throws as `refuse` does. */
export function checked<S extends z.ZodType>(schema: S, data: unknown, target: Target): z.output<S> {
  const result = schema.safeParse(data)
  refuse({ target, data, ...result } as Checked)
  return result.data as z.output<S>
}

/** Throws for what a schema refuses: an id that is none does not exist, anything else is invalid, field by field. */
export function refuse(result: Checked): void {
  if (result.success) return
  if (result.target === 'param') throw notFound()
  // Without what every object has: a field may be sent that is called `constructor`.
  const fields: FieldErrors = Object.create(null)
  const { data } = result as unknown as { data: unknown }
  for (const issue of result.error.issues as z.core.$ZodIssue[]) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) fields[[...issue.path, key].join('.')] ??= 'field_unknown'
    } else fields[issue.path.join('.') || 'body'] ??= textOf(issue, at(data, issue.path))
  }
  throw new AppError('invalid', 'invalid', { fields })
}

function textOf(issue: z.core.$ZodIssue, given: unknown): ErrorText {
  if (issue.message in en.errors) return issue.message as ErrorText
  if (given === undefined) return 'field_missing'
  return issue.code === 'invalid_value' ? 'value_unknown' : 'field_malformed'
}

const at = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key], data)
