// Lists are read by keyset: a cursor says after which row to go on, by the values that the list is sorted by. Rows that
// come or go meanwhile shift nothing. To a caller the cursor is opaque; a made-up one is refused, and could only ask for
// rows that its sender may see anyway.

import type { Context } from 'hono'
import { z } from 'zod'
import { refused } from './problems.ts'

const DEFAULT = 50
const MOST = 200

/** The query of every list. */
export const pageQuery = {
  // As digits alone: Number would take 0x10 and 1e1 too.
  limit: z
    .string('limit_range')
    .regex(/^\d{1,9}$/, 'limit_range')
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= MOST, 'limit_range')
    .default(DEFAULT)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: MOST,
      description: 'How many items to answer with, at most.',
      default: DEFAULT,
      example: DEFAULT,
    }),
  cursor: z
    .string()
    .max(1_000, 'cursor_unknown')
    .optional()
    .meta({ description: 'Where to go on: `next` of the page before.' }),
}

/** The schema of a page of a list. */
export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .strictObject({
      items: z.array(item),
      next: z
        .string()
        .nullable()
        .meta({ description: 'The `cursor` of the next page; null on the last one.' }),
    })
    .meta({ id, example: { items: [item.meta()?.example], next: null } })

/** The place that a cursor stands for. Throws invalid for one that this list never gave. */
export function placeOf<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | undefined {
  if (cursor === undefined) return undefined
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw refused({ cursor: 'cursor_unknown' })
  }
}

/**
 * Makes a page of rows of which one more than `limit` was asked for, and names the next page in the `Link` header. `at`
 * gives what the cursor of a row must carry.
 */
export function page<R, T>(
  c: Context,
  rows: readonly R[],
  limit: number,
  { at, shape }: { at: (row: R) => unknown; shape: (row: R) => T },
): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  const next = more ? Buffer.from(JSON.stringify(at(last))).toString('base64url') : null
  linkTo(c, next)
  return { items: shown.map(shape), next }
}

/** Names the next page, if there is one, in the `Link` header. */
export function linkTo(c: Context, next: string | null): void {
  if (next === null) return
  const url = new URL(c.req.url)
  url.searchParams.set('cursor', next)
  // Relative: behind a proxy the host of the request may be another than the caller's.
  c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
}
