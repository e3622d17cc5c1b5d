import type { Context, TypedResponse } from 'hono'
import type { JSONValue } from 'hono/utils/types'
import { isKnown, notModified, sendBytes } from '../web/html.ts'
import { strongTag } from './tags.ts'

type Status = 200 | 201

/**
 * Answers with a value as JSON: 304 when a caller who reads has it already. `tag` is that of one resource, which changes
 * are held against; what has none is known by its bytes.
 */
export async function send<T extends JSONValue, S extends Status>(
  c: Context,
  value: T,
  status: S,
  tag?: string,
): Promise<TypedResponse<T, S, 'json'>> {
  const body = JSON.stringify(value)
  if (c.req.method === 'GET' || c.req.method === 'HEAD') {
    if (isKnown(c, tag ?? strongTag(body))) return notModified(c) as never
    return sendBytes(c, Buffer.from(body), 'application/json') as never
  }
  // Small, and kept for whoever sends the same again.
  return c.body(body, status, {
    'Content-Type': 'application/json',
    ...(tag !== undefined && { ETag: tag }),
  }) as never
}
