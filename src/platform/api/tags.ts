// Entity tags: an answer that the caller has already is not sent again, and a change can be made to depend on nothing
// having changed meanwhile. A command that can be held to a tag takes a Check, which it calls with what is there, inside
// its transaction.

import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { AppError } from '../../errors.ts'
import type { Check } from '../database/check.ts'
import { refused } from './problems.ts'

/** A strong tag for what a body was made of. */
export const strongTag = (...parts: readonly unknown[]): string =>
  `"${createHash('sha1').update(JSON.stringify(parts)).digest('base64url')}"`

/** The check that the request's `If-Match` asks for; undefined without one. `tagOf` gives the tag of what is there. */
export function ifMatch<T>(c: Context, tagOf: (current: T) => string): Check<T> | undefined {
  const header = c.req.header('If-Match')
  if (header === undefined || header.trim() === '*') return undefined
  const tags = header.split(',').map(tag => tag.trim())
  // Without its quotes it would never match, however often it is read again.
  if (!tags.every(tag => /^(W\/)?"[^"]*"$/.test(tag))) throw refused({ 'If-Match': 'tag_malformed' })
  return current => {
    if (!tags.includes(tagOf(current))) throw new AppError('precondition_failed', 'changed_meanwhile')
  }
}
