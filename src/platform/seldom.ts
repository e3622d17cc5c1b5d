/** How long an answer counts, whichever it was. */
const REMEMBERED_MS = 5_000

/**
 * `ask`, at most once every five seconds after its last answer: until then that one is given again, also the error. All
 * who come while it is asked wait for the same answer.
 */
export function seldom<A extends unknown[], R>(ask: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let last: Promise<R> | undefined
  let until = 0
  return (...args) => {
    if (last && performance.now() < until) return last
    until = Number.POSITIVE_INFINITY
    last = ask(...args).finally(() => {
      until = performance.now() + REMEMBERED_MS
    })
    return last
  }
}
