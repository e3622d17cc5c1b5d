// How much argon2 work is done, seen from outside of the code that does it: Node tells of each run as it starts and ends.

import { createHook } from 'node:async_hooks'

export interface Hashing {
  /** How many runs there were. */
  runs: number
  /** The most that ran at one time. */
  atOnce: number
}

/** Does `work` and gives what it cost. */
export async function hashingOf(work: () => Promise<unknown>): Promise<Hashing> {
  const running = new Set<number>()
  const seen: Hashing = { runs: 0, atOnce: 0 }
  const hook = createHook({
    init(id, type) {
      if (type !== 'ARGON2REQUEST') return
      running.add(id)
      seen.runs++
      seen.atOnce = Math.max(seen.atOnce, running.size)
    },
    before: id => void running.delete(id),
  }).enable()
  try {
    await work()
  } finally {
    hook.disable()
  }
  return seen
}
