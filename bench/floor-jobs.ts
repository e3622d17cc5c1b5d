// Jobs that do nothing, by our worker and by pg-boss driven bare, in a process without a web server. Both take as many
// at a time, from a table that has been emptied and vacuumed.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { pino } from 'pino'
import { z } from 'zod'
import { connect } from '../src/platform/database/database.ts'
import { job, jobKind } from '../src/platform/jobs/kinds.ts'
import { declareQueues } from '../src/platform/jobs/queues.ts'
import { runJobs } from '../src/platform/jobs/running.ts'
import { createMetrics } from '../src/platform/metrics/metrics.ts'

const BATCH = 100

const connection: pg.PoolConfig = JSON.parse(process.env.BENCH_POOL ?? '{}')
const pool = new pg.Pool({ ...connection, max: 4 })
pool.on('error', () => {})
const kind = jobKind('bench', z.strictObject({ n: z.number() }))
const definition = job({ kind, batch: BATCH, run: async () => tell() })
const bareBoss = () =>
  new PgBoss({
    ...(connection as object),
    migrate: false,
    useListenNotify: true,
    schedule: false,
    max: 4,
  }).on('error', error => process.stderr.write(`${error.message}\n`))
const settings = {
  batchSize: BATCH,
  burstWhenBatchFull: true,
  perJobResults: true,
  notifyPollingIntervalSeconds: 2,
} as const

/** Told whenever a job begins. */
let tell = () => {}

/** Jobs a second, from the first that begins to the last. */
async function speedOf(count: number, start: () => Promise<() => Promise<void>>): Promise<number> {
  await pool.query('delete from pgboss.job where name = $1', [kind.name])
  await pool.query(
    `insert into pgboss.job (id, name, data, retry_limit, expire_seconds, heartbeat_seconds)
     select gen_random_uuid(), $1, jsonb_build_object('payload', jsonb_build_object('n', n)), 24, 65, 10
     from generate_series(1, $2::int) n`,
    [kind.name, count],
  )
  await pool.query('vacuum analyze pgboss.job_common')
  let first = 0
  let begun = 0
  const { promise, resolve } = Promise.withResolvers<number>()
  tell = () => {
    if (begun === 0) first = performance.now()
    if (++begun === count) resolve(count / ((performance.now() - first) / 1000))
  }
  const stop = await start()
  const speed = await promise
  await stop()
  const { rows } = await pool.query<{ done: number }>(
    `select count(*) as done from pgboss.job where name = $1 and state = 'completed'`,
    [kind.name],
  )
  if (rows[0]?.done !== count) throw new Error(`${rows[0]?.done} of ${count} jobs are done`)
  return speed
}

async function ours(count: number): Promise<number> {
  const log = pino({ level: 'silent' })
  return speedOf(count, async () => {
    const metrics = createMetrics()
    const running = await runJobs({ db: connect(pool), pool, log, connection, metrics }, [definition])
    return () => running.stop(5_000)
  })
}

async function bare(count: number): Promise<number> {
  return speedOf(count, async () => {
    const boss = await bareBoss().start()
    await boss.work(kind.name, settings, async jobs =>
      jobs.map(({ id }) => {
        tell()
        return { id, status: 'completed' as const }
      }),
    )
    return () => boss.stop({ graceful: true, timeout: 5_000 })
  })
}

await declareQueues(pool, [definition])
const boss = await bareBoss().start()
let begin = () => {}
await boss.createQueue('bench_wait', { notify: true })
await boss.work('bench_wait', { ...settings }, async jobs => {
  begin()
  return jobs.map(({ id }) => ({ id, status: 'completed' as const }))
})

/** Milliseconds from `send` to the start of the handler. */
async function wait(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const sent = performance.now()
  begin = () => resolve(performance.now() - sent)
  await boss.send('bench_wait', {})
  return promise
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const count = Number(searchParams.get('count'))
  try {
    const told = pathname === '/wait' ? await wait() : await (pathname === '/ours' ? ours : bare)(count)
    response.end(String(told))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    response.writeHead(500).end()
  }
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
