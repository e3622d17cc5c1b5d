import type { Context, TypedResponse } from 'hono'
import type { JSONValue } from 'hono/utils/types'
import { release } from '../release.ts'
import { ByVersion } from '../web/by-version.ts'
import { isKnown, notModified, sendBytes } from '../web/html.ts'
import { linkTo } from './paging.ts'
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

/** What is kept of a page of a list. */
export interface KeptList {
  readonly bytes: Buffer<ArrayBuffer>
  readonly next: string | null
}

/** Lists that are read often and change with the version of what they are of. */
export const keptLists = () => new ByVersion<KeptList>(({ bytes }) => bytes.length)

/** Answers with a page that was made once for this version, and is made by `make` when it was not. */
export async function sendKept<T extends JSONValue>(
  c: Context,
  kept: ByVersion<KeptList>,
  of: { id: string; version: number },
  make: () => Promise<T & { next: string | null }>,
): Promise<TypedResponse<T, 200, 'json'>> {
  const key = of.id + new URL(c.req.url).search
  // Another release may say the same in another way.
  if (isKnown(c, strongTag(release(), key, of.version))) return notModified(c) as never
  const { bytes, next } = await kept.at(key, of.version, async () => {
    const page = await make()
    return { bytes: Buffer.from(JSON.stringify(page)), next: page.next }
  })
  linkTo(c, next)
  return sendBytes(c, bytes, 'application/json') as never
}
