// What a process counts while it serves: every instrument stands here. What is only looked up when somebody asks stands
// with whom it is asked of (pool.ts, queue.ts). Labels take few values, all of ours: one that a stranger could choose
// would let them fill the memory, here and in Prometheus. docs/metrics.md says what each is good for.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Instruments on a registry of their own: nothing is shared but by handing it on. Seconds, as Prometheus has them. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time until a request was answered, without the time that its answer takes to be sent.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    requestsUnderWay: new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests that are not answered yet.',
      registers,
    }),
    attempts: new Histogram({
      name: 'xtablo_job_duration_seconds',
      help: 'Time that an attempt at a job took; outcome is completed or failed.',
      labelNames: ['kind', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600],
      registers,
    }),
    storage: new Histogram({
      name: 'xtablo_storage_duration_seconds',
      help: 'Time that an operation of the storage took; a put takes as long as its upload.',
      labelNames: ['operation'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
      registers,
    }),
    storageErrors: new Counter({
      name: 'xtablo_storage_errors_total',
      help: 'Operations of the storage that failed, by what was wrong.',
      labelNames: ['operation', 'kind'],
      registers,
    }),
  }
}
