// Jobs as a worker runs them, in this process, on a database of the test's own.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { z } from 'zod'
import { testDatabase } from '../../../test/database.ts'
import { transaction } from '../database/database.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { enqueue } from './enqueue.ts'
import { sweepFailures } from './failures.ts'
import { type Attempt, type JobDefinition, job, jobKind } from './kinds.ts'
import { cancelJob, retryJob } from './managing.ts'
import { declareQueues } from './queues.ts'
import { failuresOf, listJobs } from './reading.ts'
import { runJobs } from './running.ts'

const { db, pool, config } = await testDatabase()
const lines: Record<string, unknown>[] = []
const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })

const payload = z.strictObject({ n: z.number().default(0) })
const kinds = {
  work: jobKind('work', payload),
  fail: jobKind('fail', payload),
  hang: jobKind('hang', payload),
  slow: jobKind('slow', payload),
  twice: jobKind('twice', payload),
}
const ran: { kind: string; n: number; attempt: Attempt }[] = []
const run =
  (kind: string, more: (n: number, attempt: Attempt) => Promise<void> = async () => {}) =>
  async ({ n }: { n: number }, attempt: Attempt) => {
    ran.push({ kind, n, attempt })
    await more(n, attempt)
  }
const never = () => new Promise<void>(() => {})
const definitions: JobDefinition[] = [
  job({ kind: kinds.work, run: run('work') }),
  job({
    kind: kinds.fail,
    run: run('fail', async n => {
      throw new Error(`no luck with ${n}`)
    }),
  }),
  job({ kind: kinds.hang, timeout: 1, run: run('hang', n => (n === 1 ? never() : Promise.resolve())) }),
  job({ kind: kinds.slow, run: run('slow', never) }),
  job({
    kind: kinds.twice,
    run: run('twice', async (_, { number }) => {
      if (number === 1) throw new Error('not yet')
    }),
  }),
]
await declareQueues(pool, definitions)
const workers = new Set<Awaited<ReturnType<typeof runJobs>>>()
const start = async () => {
  const worker = await runJobs({ db, pool, log, connection: config, metrics: createMetrics() }, definitions)
  workers.add(worker)
  return worker
}
after(() => Promise.all([...workers].map(worker => worker.stop(1_000))))
let worker = await start()

const put = (kind: keyof typeof kinds, n = 0) => transaction(db, tx => enqueue(tx, kinds[kind], { n }))
const stateOf = async (id: string) => (await listJobs(db, { id }, 1))[0]
const until = async <T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> => {
  for (;;) {
    const found = await look()
    if (found) return found
    await setTimeout(20)
  }
}
const runsOf = (id: string) => ran.filter(({ attempt }) => attempt.jobId === id)
const firstRun = (id: string) => until(() => runsOf(id)[0])
const linesOf = (id: string) => lines.filter(line => line.job_id === id)

test('a job runs with its payload, its id and the number of the attempt', async () => {
  const id = await put('work', 7)
  const { n, attempt } = await firstRun(id)
  assert.deepEqual([n, attempt.number], [7, 1])
  const done = await until(async () => {
    const found = await stateOf(id)
    return found?.state === 'completed' && found
  })
  assert.deepEqual([done.attempt, done.maxAttempts, done.error], [1, 25, null])
})

test('a job of a transaction that is rolled back was never there', async () => {
  const ids: string[] = []
  const rolledBack = transaction(db, async tx => {
    ids.push(await enqueue(tx, kinds.work, { n: 99 }))
    throw new Error('no')
  })
  await assert.rejects(rolledBack, /no/)
  const later = await put('work', 100)
  await until(() => runsOf(later).length > 0)
  assert.equal(await stateOf(ids[0] ?? ''), undefined)
  assert.equal(
    ran.some(({ n }) => n === 99),
    false,
  )
})

test('two hundred jobs inserted at once have all started within a second', async () => {
  const ids = await transaction(db, async tx => {
    const made: string[] = []
    for (let n = 0; n < 200; n++) made.push(await enqueue(tx, kinds.work, { n }))
    return made
  })
  // A promise of the product: by looks alone, one every two seconds for twenty, it would be twenty seconds.
  const second = AbortSignal.timeout(1_000)
  await until(() => second.aborted || ids.every(id => runsOf(id).length > 0))
  assert.equal(ids.filter(id => runsOf(id).length === 1).length, 200)
})

test('a payload that is not its kind’s is refused when it is enqueued, and fails when it is run', async () => {
  const wrong = transaction(db, tx => enqueue(tx, kinds.work, { n: 'seven' } as never))
  await assert.rejects(wrong, { name: 'ZodError' })
  const id = await transaction(db, async tx => {
    const made = await enqueue(tx, kinds.work, { n: 7 })
    await sql`update pgboss.job set data = '{"payload": {"n": "seven"}}' where id = ${made}`.execute(tx)
    return made
  })
  await until(async () => (await stateOf(id))?.state === 'retryable')
  assert.deepEqual(runsOf(id), [])
  assert.match((await stateOf(id))?.error ?? '', /^The payload is not one of work: .*expected number/)
})

test('a failure is one row and one log line, with its stack and without its payload', async () => {
  const id = await put('fail', 4711)
  await until(async () => (await stateOf(id))?.state === 'retryable')
  const [failure] = (await failuresOf(db, [id])).get(id) ?? []
  assert.equal(failure?.attempt, 1)
  assert.equal(failure?.error, 'no luck with 4711')
  assert.match(failure?.stack ?? '', /running\.test/)
  const [line, ...more] = linesOf(id)
  assert.deepEqual(more, [])
  const { job_kind, attempt, max_attempts, msg, err } = line ?? {}
  assert.deepEqual([job_kind, attempt, max_attempts, msg], ['fail', 1, 25, 'job failed'])
  assert.match((err as Error).message, /no luck/)
  assert.match((err as Error).stack ?? '', /running\.test/)
  assert.equal('payload' in (line ?? {}), false)
})

test('the first retry comes within five seconds, and then it is the second attempt', async () => {
  const id = await put('twice')
  await until(async () => (await stateOf(id))?.state === 'retryable')
  const { rows } = await pool.query<{ seconds: number }>(
    'select extract(epoch from start_after - now())::float as seconds from pgboss.job where id = $1',
    [id],
  )
  // With two more at the most until somebody looks.
  const [{ seconds } = { seconds: 60 }] = rows
  assert.ok(seconds <= 3, `${seconds} s`)
  const done = await until(async () => {
    const found = await stateOf(id)
    return found?.state === 'completed' && found
  })
  assert.equal(done.attempt, 2)
  assert.deepEqual(
    runsOf(id).map(({ attempt }) => attempt.number),
    [1, 2],
  )
})

test('a job that hangs fails alone, and the others of its batch are done', async () => {
  const [hanging, ...others] = await transaction(db, async tx => {
    const made: string[] = []
    for (const n of [1, 2, 3]) made.push(await enqueue(tx, kinds.hang, { n }))
    return made
  })
  await until(async () => (await stateOf(hanging ?? ''))?.state === 'retryable')
  assert.equal((await stateOf(hanging ?? ''))?.error, 'The job took longer than 1 s.')
  assert.equal(runsOf(hanging ?? '')[0]?.attempt.signal.aborted, true)
  for (const id of others) assert.equal((await stateOf(id))?.state, 'completed')
})

test('a job out of attempts is given up, and runs again when it is asked to', async () => {
  const id = await put('fail', 25)
  await until(async () => (await stateOf(id))?.state === 'retryable')
  await pool.query(
    `update pgboss.job set retry_count = 23, start_after = now() where id = $1 and state = 'retry'`,
    [id],
  )
  const discarded = await until(async () => {
    const found = await stateOf(id)
    return found?.state === 'discarded' && found
  })
  assert.deepEqual([discarded.attempt, discarded.maxAttempts, discarded.error], [25, 25, 'no luck with 25'])
  assert.ok(discarded.finalizedAt)
  assert.equal(await transaction(db, tx => retryJob(tx, id)), true)
  const again = await until(async () => {
    const found = await stateOf(id)
    return found?.state === 'discarded' && found.attempt === 26 && found
  })
  assert.equal(again.maxAttempts, 26)
  const attempts = (await failuresOf(db, [id])).get(id)?.map(({ attempt }) => attempt)
  assert.deepEqual(attempts, [26, 25, 1])
})

test('a cancelled job that runs is told, and is not a failure', async () => {
  const id = await put('slow')
  const { attempt } = await firstRun(id)
  assert.equal(await transaction(db, tx => cancelJob(tx, id)), true)
  await until(() => attempt.signal.aborted)
  assert.equal((await stateOf(id))?.state, 'cancelled')
  assert.equal((await failuresOf(db, [id])).size, 0)
  assert.equal(await transaction(db, tx => cancelJob(tx, id)), false)
})

test('an attempt whose worker died without a word is found, written down and logged once', async () => {
  const id = await put('work')
  await until(async () => (await stateOf(id))?.state === 'completed')
  // As pg-boss leaves a job whose worker gave no sign of life: waiting, with the time of its start.
  await pool.query(
    `update pgboss.job set state = 'retry', completed_on = null, start_after = now() + interval '1 hour',
       output = '{"value": {"message": "job heartbeat timeout"}}' where id = $1`,
    [id],
  )
  await Promise.all([sweepFailures({ db, log }), sweepFailures({ db, log })])
  const [failure] = (await failuresOf(db, [id])).get(id) ?? []
  assert.equal(failure?.error, 'The worker stopped answering while it ran the job.')
  assert.equal(linesOf(id).length, 1)
  await sweepFailures({ db, log })
  assert.equal(linesOf(id).length, 1)
})

test('a worker that stops lets jobs finish, and hands the others back without using up an attempt', async () => {
  const id = await put('slow')
  await until(() => runsOf(id).length > 0)
  await worker.stop(200)
  workers.delete(worker)
  const waiting = await stateOf(id)
  assert.deepEqual([waiting?.state, waiting?.attempt], ['retryable', 0])
  await sweepFailures({ db, log })
  assert.equal((await failuresOf(db, [id])).size, 0)
  worker = await start()
  await until(() => runsOf(id).length === 2)
  assert.equal(runsOf(id)[1]?.attempt.number, 1)
  await transaction(db, tx => cancelJob(tx, id))
})
