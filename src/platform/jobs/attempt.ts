import type { z } from 'zod'
import { type Attempt, type JobDefinition, timeoutOf } from './kinds.ts'

/**
 * Runs a job once. Throws what it throws, a ZodError for a payload that is not its kind's, and an error of our own when
 * it has taken longer than its kind may: one that hangs holds up nobody then, though it may go on in vain.
 */
export async function runAttempt(
  definition: JobDefinition,
  payload: unknown,
  { signal, ...attempt }: Attempt,
): Promise<void> {
  const timeout = timeoutOf(definition)
  const late = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.abort(new Error(`The job took longer than ${timeout} s.`)),
    timeout * 1000,
  )
  late.signal.addEventListener('abort', () => reject(late.signal.reason))
  try {
    const parsed: z.output<typeof definition.kind.payload> = definition.kind.payload.parse(payload)
    const signals = AbortSignal.any([signal, late.signal])
    await Promise.race([definition.run(parsed, { ...attempt, signal: signals }), ended])
  } finally {
    clearTimeout(timer)
  }
}
