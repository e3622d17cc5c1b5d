// Waiting that a caller can end.

/** The result of `work`, unless the signal ends the wait first, which leaves the work to go on. Throws the signal's reason. */
export async function whileWanted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  signal.throwIfAborted()
  const { promise: ended, stop } = endOf(signal)
  try {
    return await Promise.race([work, ended])
  } finally {
    stop()
  }
}

/** Resolves after so many milliseconds. Throws the signal's reason when it ends the wait. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>(done => {
    timer = setTimeout(done, ms)
  })
  try {
    await whileWanted(over, signal)
  } finally {
    clearTimeout(timer)
  }
}

function endOf(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let end = () => {}
  const promise = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason)
    signal.addEventListener('abort', end, { once: true })
  })
  return { promise, stop: () => signal.removeEventListener('abort', end) }
}
