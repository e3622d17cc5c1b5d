/** How long an answer counts, whichever it was. */
const REMEMBERED_MS = 5_000

/**
 * `ask`, at most once every five seconds after its last answer: until then that one is given again, also the error. All
 * who come while it is asked wait for the same answer.
 */
export function seldom(ask: (key: string) => Promise<void>): (key: string) => Promise<void> {
  let last: Promise<void> | undefined
  let until = 0
  return key => {
    if (last && performance.now() < until) return last
    until = Number.POSITIVE_INFINITY
    last = ask(key).finally(() => {
      until = performance.now() + REMEMBERED_MS
    })
    return last
  }
}
