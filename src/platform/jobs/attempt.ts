import { z } from 'zod'
import { type Attempt, type JobDefinition, timeoutOf } from './kinds.ts'

/**
 * Runs a job once. Throws what it throws, and an error that says so when the payload is not its kind's, when it has
 * taken longer than its kind may, or when it was taken away: one that hangs holds up nobody then, though it may go on in
 * vain.
 */
export async function runAttempt(
  definition: JobDefinition,
  payload: unknown,
  attempt: Attempt,
): Promise<void> {
  const timeout = timeoutOf(definition)
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Error(`The job took longer than ${timeout} s.`)),
    timeout * 1000,
  )
  const signal = AbortSignal.any([attempt.signal, late.signal])
  const { promise: taken, reject } = Promise.withResolvers<never>()
  const take = () => reject(signal.reason)
  signal.addEventListener('abort', take)
  try {
    const parsed = payloadOf(definition, payload)
    await Promise.race([definition.run(parsed, { ...attempt, signal }), taken])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', take)
  }
}

function payloadOf({ kind }: JobDefinition, payload: unknown): unknown {
  const parsed = kind.payload.safeParse(payload)
  if (parsed.success) return parsed.data
  throw new Error(`The payload is not one of ${kind.name}: ${z.prettifyError(parsed.error)}`)
}
