import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { socketOf } from './multipart.ts'

/**
 * The body of the request as it comes. Reading it throws 400 when it breaks off, and 408 when the sender says nothing for
 * `silenceMs` while it is waited for; `signal` aborts then.
 */
export function rawBody(
  c: Context,
  silenceMs: number,
): { body: AsyncIterable<Uint8Array>; signal: AbortSignal } {
  const source =
    socketOf(c) ?? (c.req.raw.body ? Readable.fromWeb(c.req.raw.body as never) : Readable.from([]))
  const gone = new AbortController()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    // Of a sender that is refused the rest is read and dropped later, so the socket must stay.
    const chunks = source.iterator({ destroyOnReturn: false })
    try {
      for (;;) {
        const { done, value } = await withinSilence(chunks.next(), silenceMs).catch(error => {
          const fault = error instanceof HTTPException ? error : new HTTPException(400)
          gone.abort(fault)
          throw fault
        })
        if (done) return
        yield value
      }
    } finally {
      // While the iterator listens, nobody else is given what comes. Not waited for: of a silent sender it never ends.
      void chunks.return?.()
    }
  }
  return { body: bytes(), signal: gone.signal }
}

function withinSilence<T>(next: Promise<T>, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const silence = setTimeout(() => reject(new HTTPException(408)), ms)
  next.then(resolve, reject).finally(() => clearTimeout(silence))
  return promise
}
