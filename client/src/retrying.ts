// Trying again. Only what may be sent twice comes here: what reads, and a POST with an `Idempotency-Key`, which the
// server does once however often it comes. So a connection that breaks after the server did its work costs nothing.

import { secondsOf, unreachable } from './errors.ts'
import { pause } from './waiting.ts'

/** Milliseconds before the second attempt; doubled before each one after. */
const FIRST_PAUSE = 200
/** Seconds: a server that wants more is not waited for. */
const LONGEST_PAUSE = 30

/** Passing faults: another attempt is under way (409, when it says for how long), too many, and a server or proxy not ready. */
const PASSING = [409, 429, 502, 503, 504]

export interface Trying {
  /** How often it is tried again; 0 for what must not be sent twice */
  readonly retries: number
  readonly signal: AbortSignal | undefined
}

/** The first good answer, or the last bad one. Throws unreachable when there is none, and the signal's reason. */
export async function trying(
  attempt: () => Promise<Response>,
  { retries, signal }: Trying,
): Promise<Response> {
  for (let tried = 0; ; tried++) {
    signal?.throwIfAborted()
    const answer = await attempt().catch((error: unknown) => {
      signal?.throwIfAborted()
      if (tried === retries) throw unreachable(error)
      return undefined
    })
    const wait = pauseBefore(tried, answer)
    if (answer && (tried === retries || wait === undefined)) return answer
    // What is not read would hold its connection.
    await answer?.body?.cancel()
    await pause(wait ?? 0, signal)
  }
}

/** Milliseconds to wait before it is tried again, or undefined when that is of no use. */
function pauseBefore(tried: number, answer: Response | undefined): number | undefined {
  const after = secondsOf(answer?.headers.get('Retry-After') ?? null)
  if (answer && !PASSING.includes(answer.status)) return undefined
  if (answer?.status === 409 && after === undefined) return undefined
  if (after !== undefined) return after > LONGEST_PAUSE ? undefined : after * 1_000
  // Spread, so that all who lost the same server don't come back at the same moment.
  return FIRST_PAUSE * 2 ** tried * (0.5 + Math.random())
}
