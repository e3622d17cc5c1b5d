// What may come in the body of a request, and how long. A form is small and is there soon. An upload is neither: it is
// read as it comes by its route, and when that refuses it, the rest is read and dropped, because a browser only looks at
// the answer once it has sent everything; to close the connection on it would show as a network error.

import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { socketOf } from './multipart.ts'

/** Bytes: the longest description, each character percent-encoded, fits several times. */
const LARGEST_FORM = 1_048_576

/** Bytes of one that is too large which are read and dropped, so that its sender can go on. */
const LARGEST_REST = 16 * LARGEST_FORM

/** How long a form may take to arrive. The server itself waits as long as an upload may take. */
const SLOWEST_FORM_MS = 300_000

/** How long the rest of a refused upload is read: as long as it takes at this speed, in bytes a second, or at least so. */
const SLOWEST_REST = 65_536
const DRAIN_MS = 120_000

/** How long it may send nothing meanwhile. */
const SILENCE_MS = 60_000

/** Holds a form to its size and its time. */
export const limitBody: MiddlewareHandler = async (c, next) => {
  const socket = socketOf(c)
  const slow = setTimeout(() => socket?.complete || socket?.destroy(), SLOWEST_FORM_MS).unref()
  try {
    const fits = saysItsLength(c) ? Number(c.req.header('Content-Length')) <= LARGEST_FORM : await collect(c)
    if (fits) return await next()
    // What is left of it would stand before the next request on the connection, and take that down with it.
    if (saysItsLength(c) && !(await drain(c, LARGEST_REST))) c.header('Connection', 'close')
    throw new HTTPException(413)
  } finally {
    clearTimeout(slow)
  }
}

const saysItsLength = (c: Context): boolean =>
  c.req.header('Content-Length') !== undefined && c.req.header('Transfer-Encoding') === undefined

/** Reads a body of unknown length, for those who come after to have it. Says whether it is small enough. Throws 400 when it breaks off. */
async function collect(c: Context): Promise<boolean> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of c.req.raw.body ?? []) {
      size += chunk.length
      if (size <= LARGEST_FORM) chunks.push(chunk)
      if (size > LARGEST_REST) {
        c.header('Connection', 'close')
        break
      }
    }
  } catch {
    throw new HTTPException(400)
  }
  if (size > LARGEST_FORM) return false
  if (c.req.raw.body) c.req.raw = new Request(c.req.raw, { body: Buffer.concat(chunks) })
  return true
}

/**
 * For a route that reads its body by itself: what it left unread is read before it answers, up to `most` bytes, for as
 * long as those take on a slow line, and while they come. The connection of one that sends more is closed after the
 * answer.
 */
export function drained(most: number): MiddlewareHandler {
  return async (c, next) => {
    await next()
    // Who fell silent has been waited for already.
    if (c.res.status !== 408 && (await drain(c, most))) return
    c.res.headers.set('Connection', 'close')
  }
}

/** Whether the body has come to its end. */
async function drain(c: Context, most: number): Promise<boolean> {
  const socket = socketOf(c)
  if (!socket || socket.complete || socket.destroyed) return true
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const late = setTimeout(end, Math.max(DRAIN_MS, (most / SLOWEST_REST) * 1_000))
  let silence = setTimeout(end, SILENCE_MS)
  let read = 0
  const drop = (chunk: Buffer): void => {
    clearTimeout(silence)
    silence = setTimeout(end, SILENCE_MS)
    read += chunk.length
    if (read > most) end()
  }
  socket.on('data', drop).once('end', end).once('close', end).on('error', end).resume()
  await over
  clearTimeout(late)
  clearTimeout(silence)
  socket.off('data', drop).off('end', end).off('close', end).pause()
  return socket.complete
}
