// What the tests of tokens share: the callers of one web process, with a clock that is moved by hand, and how much they
// ask of the database.

import { callers } from '../src/accounts/callers.ts'
import { signInLimits } from '../src/accounts/limits.ts'
import type { Deps } from '../src/platform/deps.ts'

/** The callers of a web process of its own. */
export function callersOf(deps: Deps) {
  const clock = { now: Date.now() }
  const made = callers({ ...deps, limits: signInLimits(deps.pool, deps.secret) }, () => clock.now)
  return {
    ...made,
    /** Lets time pass, in this process alone. */
    pass(seconds: number): void {
      clock.now += seconds * 1_000
    },
  }
}

/** Does `work` and gives how often a connection was taken from the pool for it. */
export async function queriesOf({ pool }: Pick<Deps, 'pool'>, work: () => Promise<unknown>): Promise<number> {
  let taken = 0
  const count = () => void taken++
  pool.on('acquire', count)
  try {
    await work()
  } finally {
    pool.off('acquire', count)
  }
  return taken
}
