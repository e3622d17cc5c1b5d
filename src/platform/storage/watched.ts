import type { Metrics } from '../metrics/metrics.ts'
import { kindOf, type Tracing } from '../tracing/tracing.ts'
import { type Storage, StorageError, storageFaults } from './storage.ts'

const OPERATIONS = ['put', 'read', 'remove', 'answers', 'check'] as const
type Operation = (typeof OPERATIONS)[number]

interface Watching {
  readonly metrics: Pick<Metrics, 'storage' | 'storageErrors'>
  readonly tracing?: Tracing | undefined
}

/**
 * The same storage, with its operations measured, its errors counted, and each a step of the trace that asks for it.
 */
export function watchedStorage(storage: Storage, { metrics, tracing }: Watching): Storage {
  // From zero on, for an increase shows only in what was there before.
  for (const operation of OPERATIONS)
    for (const kind of storageFaults) metrics.storageErrors.inc({ operation, kind }, 0)
  return {
    get origin() {
      return storage.origin
    },
    put: (...args) => watch('put', () => storage.put(...args)),
    read: async (...args) => {
      const source = await watch('read', () => storage.read(...args))
      // One that breaks off while it is read, unless its reader does.
      return source.on('error', ({ name }) => {
        if (name !== 'AbortError') metrics.storageErrors.inc({ operation: 'read', kind: 'unavailable' })
      })
    },
    remove: key => watch('remove', () => storage.remove(key)),
    answers: key => watch('answers', () => storage.answers(key)),
    signedUrl: (...args) => storage.signedUrl(...args),
    check: () => watch('check', () => storage.check()),
    close: () => storage.close(),
  }

  async function watch<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const span = tracing?.step({ name: `storage ${operation}`, kind: 'client', attributes: {} })
    try {
      return await work()
    } catch (error) {
      // What the body of a write throws is no error of the storage.
      if (error instanceof StorageError) metrics.storageErrors.inc({ operation, kind: error.fault })
      span?.fail(kindOf(error))
      throw error
    } finally {
      metrics.storage.observe({ operation }, (performance.now() - begun) / 1_000)
      span?.end()
    }
  }
}
