import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { socketOf } from './multipart.ts'

/**
 * Hands on the body of the request as it comes. Reading it throws 400 when it breaks off, and 408 when the sender says
 * nothing for `silenceMs` while it is waited for; `signal` aborts then. Throws what `take` throws.
 */
export async function receiveBody(
  c: Context,
  silenceMs: number,
  take: (sent: { body: AsyncIterable<Uint8Array>; signal: AbortSignal }) => Promise<void>,
): Promise<void> {
  const source =
    socketOf(c) ?? (c.req.raw.body ? Readable.fromWeb(c.req.raw.body as never) : Readable.from([]))
  // What is left of one that is refused is read and dropped later (bodies.ts), so the socket must stay.
  const chunks = source.iterator({ destroyOnReturn: false })
  const gone = new AbortController()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await withinSilence(chunks.next(), silenceMs).catch(error => {
        const fault = error instanceof HTTPException ? error : new HTTPException(400)
        gone.abort(fault)
        throw fault
      })
      if (done) return
      yield value
    }
  }
  try {
    await take({ body: bytes(), signal: gone.signal })
  } finally {
    // As long as somebody listens here, nobody else is given what comes. Not waited for: a sender may be silent.
    void chunks.return?.()
  }
}

function withinSilence<T>(next: Promise<T>, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const silence = setTimeout(() => reject(new HTTPException(408)), ms)
  next.then(resolve, reject).finally(() => clearTimeout(silence))
  return promise
}
