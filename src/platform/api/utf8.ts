import { isUtf8 } from 'node:buffer'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

/**
 * Refuses JSON that is not UTF-8, which it must be (RFC 8259, 8.1): read as if it were, it would be kept as something
 * else.
 */
export const inUtf8: MiddlewareHandler = async (c, next) => {
  const bytes = await c.req.arrayBuffer().catch(() => {
    throw new HTTPException(400)
  })
  const isJson = /^application\/json\b/i.test(c.req.header('Content-Type') ?? '')
  if (isJson && !isUtf8(bytes)) throw new HTTPException(400)
  await next()
}
