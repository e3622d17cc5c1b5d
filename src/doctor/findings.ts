// What a check finds, and how long it may look.

import { setTimeout } from 'node:timers/promises'

export type State = 'fine' | 'warning' | 'fault' | 'skipped'

export interface Finding {
  /** `fault`: something does not work. `warning`: it works, and is not as it should be. `skipped`: nobody could look. */
  readonly state: State
  readonly says: string
  /** What to do, a line each */
  readonly todo: readonly string[]
}

export interface Check {
  readonly name: string
  /** Milliseconds, where it may take longer than the others */
  readonly limitMs?: number
  run(): Promise<readonly Finding[]> | readonly Finding[]
}

export interface Named extends Finding {
  readonly name: string
}

export const fine = (says: string): Finding => ({ state: 'fine', says, todo: [] })
export const warning = (says: string, ...todo: string[]): Finding => ({ state: 'warning', says, todo })
export const fault = (says: string, ...todo: string[]): Finding => ({ state: 'fault', says, todo })
export const skipped = (says: string): Finding => ({ state: 'skipped', says, todo: [] })

/** Of what only warns and faults: one line that all is well when there is nothing else to say. */
export const orFine = (findings: readonly Finding[], says: string): readonly Finding[] =>
  findings.length > 0 ? findings : [fine(says)]

/** Runs all checks beside each other, each for `limitMs` at most; a check that fails is a finding of its own. */
export async function examine(checks: readonly Check[], limitMs: number): Promise<Named[]> {
  const all = await Promise.all(
    checks.map(async check => {
      const found = await withLimit(async () => check.run(), check.limitMs ?? limitMs).catch(failed)
      return found.map(finding => ({ name: check.name, ...finding }))
    }),
  )
  return all.flat()
}

const failed = (error: unknown) => [
  fault(
    `It could not be looked at: ${reasonOf(error)}.`,
    'See that what it asks is up and can be reached from this machine, then try again.',
  ),
]

/** What `work` gives. Throws when it takes longer: what it began then goes on unheeded. */
async function withLimit<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
  const done = new AbortController()
  const late = setTimeout(limitMs, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${limitMs / 1000} s`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work(), late])
  } finally {
    done.abort()
  }
}

/** Why something failed, in one line. */
export function reasonOf(error: unknown): string {
  // A name with several addresses fails with one error for each, and fetch puts its reason into the cause.
  const [first] = error instanceof AggregateError ? error.errors : [error]
  const { message, cause } = first instanceof Error ? first : { message: String(first) }
  const said = message === 'fetch failed' && cause ? reasonOf(cause) : message
  return said.replaceAll(/\s+/g, ' ').replace(/\.$/, '')
}
