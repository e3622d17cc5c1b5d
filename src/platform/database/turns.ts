// In one process, changes that would wait for each other in the database wait here instead. Otherwise ten people who
// change one Tablo would hold all connections of the process while nine of them wait for the first one's lock, and
// everybody else's pages would wait too. The lock in the database stays what makes it right over several processes.

const last = new Map<string, Promise<void>>()

/** Runs `work` once all earlier work of the same key has ended, well or not. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const mine = (last.get(key) ?? Promise.resolve()).then(work)
  const ended = mine.then(
    () => {},
    () => {},
  )
  last.set(key, ended)
  try {
    return await mine
  } finally {
    if (last.get(key) === ended) last.delete(key)
  }
}
