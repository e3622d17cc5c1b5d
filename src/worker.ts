// Every job and every schedule.

import type { Deps } from './platform/deps.ts'

export interface Worker {
  /** Lets what runs finish. */
  stop: () => Promise<void>
}

/** Starts to work. This release has no jobs. */
export async function createWorker({ log }: Pick<Deps, 'log'>): Promise<Worker> {
  log.info('worker ready: this release has no jobs')
  return { stop: async () => {} }
}
