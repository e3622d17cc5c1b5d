// Waiting that a signal cuts short. Promise.race against one promise of the signal would keep every value it ever gave
// until the signal aborts, so each wait listens for itself.

/** What `promise` gives, or the signal's reason as soon as it aborts; what the promise does after that is nobody's. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** The same chunks, until the signal aborts, which is also noticed while a chunk is waited for. */
export async function* untilAborted(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  signal.throwIfAborted()
  const chunks = body[Symbol.asyncIterator]()
  let ended = false
  try {
    while (true) {
      const { done, value } = await orAborted(chunks.next(), signal)
      ended = done === true
      if (ended) return
      yield value
    }
  } finally {
    // Not awaited: a body that waits for its next chunk returns only after that has come, which may be never.
    if (!ended) Promise.resolve(chunks.return?.()).catch(() => {})
  }
}
