// One round of load: ten connections, each asking again as soon as it is answered, for some seconds. Every answer is
// held against the status and the size it must have; of what is read, one in sixteen also against what it must say,
// since looking into half a megabyte takes the time of the server beside it.

import autocannon from 'autocannon'

const CONNECTIONS = 10
const SAMPLED = 16
const TICK_MS = 100

/** The same request again and again. */
export interface Reading {
  url: string
  method?: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  /** How long the body is, in bytes, give or take a fiftieth for numbers and times in it. */
  bytes: number
  says(body: string): boolean
}

/** Requests that differ, each with what must be true of its answer. */
export interface Writing {
  origin: string
  next(connection: number): Ask
}

export interface Ask {
  path: string
  headers: Record<string, string>
  body: string
  /** Told of the answer. Gives whether it is right. */
  answered(status: number, body: string): boolean
}

export interface Round {
  perSecond: number
  answers: number
  /** Of each answer, in milliseconds. */
  times: number[]
  failures: number
}

/** A page's headers may be as long as this. */
const HEADERS = 2_000

export async function read(reading: Reading, seconds: number, signal: AbortSignal): Promise<Round> {
  const { url, method = 'GET', headers, body, bytes, says } = reading
  const tolerance = bytes / 50 + 64
  let seen = 0
  return drive(
    {
      url,
      method,
      headers,
      ...(body !== undefined && { body }),
      verifyBody: text => seen++ % SAMPLED !== 0 || says(String(text)),
    },
    { right: size => size >= bytes - tolerance && size <= bytes + tolerance + HEADERS, seconds, signal },
  )
}

export async function write({ origin, next }: Writing, seconds: number, signal: AbortSignal): Promise<Round> {
  let connections = 0
  let wrong = 0
  const round = await drive(
    {
      url: origin,
      setupClient: client => {
        const connection = connections++
        const ask = () => {
          const { path, headers, body, answered } = next(connection)
          // Replacing the list is what makes this request the next one.
          client.setRequests([{ method: 'POST', path, headers, body, onResponse }])
          function onResponse(status: number, text: string) {
            if (!answered(status, text)) wrong++
            ask()
          }
        }
        ask()
      },
    },
    { right: () => true, seconds, signal },
  )
  // A wrong status was counted by the round already.
  return { ...round, failures: Math.max(round.failures, wrong) }
}

interface Limits {
  right(size: number): boolean
  seconds: number
  signal: AbortSignal
}

async function drive(options: autocannon.Options, { right, seconds, signal }: Limits): Promise<Round> {
  signal.throwIfAborted()
  const times: number[] = []
  let failures = 0
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>()
  const started = performance.now()
  const run = autocannon(
    { ...options, connections: CONNECTIONS, duration: seconds, sampleInt: TICK_MS },
    (error: unknown, result: autocannon.Result) => (error ? reject(error) : resolve(result)),
  )
  run.on('response', (_, status, size, time) => {
    times.push(time)
    if (status < 200 || status > 299 || !right(size)) failures++
  })
  const abort = () => run.stop()
  signal.addEventListener('abort', abort)
  const { errors, mismatches } = await promise.finally(() => signal.removeEventListener('abort', abort))
  const elapsed = (performance.now() - started) / 1000
  signal.throwIfAborted()
  return {
    perSecond: (times.length - failures) / elapsed,
    answers: times.length,
    times,
    failures: failures + errors + mismatches,
  }
}
