// How every request goes out: signed, tried again where that is safe, and once more with a new token when the one it
// had was refused.

import { type Trying, trying } from './retrying.ts'
import type { Bearer } from './tokens.ts'

export type Fetch = (request: Request) => Promise<Response>

export interface Connection {
  /** Sends a request. */
  readonly fetch: Fetch
  /** Sends what is made anew for each attempt, with the `Authorization` that it is given. */
  send(
    attempt: (authorization: string) => Promise<Response>,
    how: { repeatable: boolean; signal: AbortSignal | undefined },
  ): Promise<Response>
}

const KEY = 'Idempotency-Key'
const UNAUTHENTICATED = 401

/** Joins the way out with who asks. */
export function connection(fetch: Fetch, bearer: Bearer, retries: number): Connection {
  const send: Connection['send'] = async (attempt, { repeatable, signal }) => {
    const how: Trying = { retries: repeatable ? retries : 0, signal }
    const token = await bearer.current(signal)
    const answer = await trying(() => attempt(`Bearer ${token}`), how)
    if (answer.status !== UNAUTHENTICATED) return answer
    const next = await bearer.after(token, signal)
    if (next === undefined) return answer
    await answer.body?.cancel()
    return trying(() => attempt(`Bearer ${next}`), how)
  }
  return {
    send,
    fetch(request) {
      // Sent along from the start: a key that came only with the second attempt could not tell of the first.
      if (request.method === 'POST' && !request.headers.has(KEY)) request.headers.set(KEY, newKey())
      const attempt = (authorization: string) => {
        const copy = request.clone()
        copy.headers.set('Authorization', authorization)
        return fetch(copy)
      }
      return send(attempt, { repeatable: isRepeatable(request), signal: request.signal })
    },
  }
}

/** A key that nobody else has. `crypto.randomUUID` is not there on a page that came over plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

const isRepeatable = ({ method }: Request): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'POST'
