import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { transaction } from '../../src/platform/database/database.ts'
import { enqueue } from '../../src/platform/jobs/enqueue.ts'
import { work } from './job-kinds.ts'
import { startWorker, until, type Worker, workDatabase } from './working.ts'

const JOBS = 10_000
const PRODUCERS = 4
const WORKERS = 3
/** Milliseconds between two starts or ends of a worker, at most. */
const PAUSE = 1_200

const SEED = Number(process.env.XTABLO_CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Numbers below `limit`, always the same ones for a seed (mulberry32). */
function generator(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

test('ten thousand jobs are all done, each effect once, while workers start and are killed at random', {
  timeout: 240_000,
}, async t => {
  t.diagnostic(`seed ${SEED}: XTABLO_CRASH_SEED=${SEED} runs the same again`)
  const database = await workDatabase()
  const { db, pool } = database
  const committed: number[] = []
  const rolledBack: number[] = []
  let next = 1

  const produce = async (number: number) => {
    const random = generator(SEED + number)
    while (committed.length < JOBS) {
      const ns = Array.from({ length: 1 + random(5) }, () => next++)
      const fails = random(20) === 0
      await transaction(db, async tx => {
        for (const n of ns)
          await enqueue(tx, work, { n, takes: random(40), throws: random(50) === 0 ? 1 : 0 })
        if (fails) throw new Error('rolled back')
      }).then(
        () => committed.push(...ns),
        (error: Error) => {
          if (error.message !== 'rolled back') throw error
          rolledBack.push(...ns)
        },
      )
      await setTimeout(random(20))
    }
  }

  const random = generator(SEED)
  const workers = new Set<Worker>()
  const counts = { started: 0, SIGKILL: 0, SIGTERM: 0 }
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const worker = [...workers][random(workers.size)]
    if (!worker) return
    workers.delete(worker)
    counts[signal]++
    const code = await worker.end(signal)
    if (signal === 'SIGTERM') assert.equal(code, 0)
  }
  const start = async () => {
    counts.started++
    workers.add(await startWorker(database))
  }
  let producing = true
  const disturb = async () => {
    while (producing) {
      const killed = random(2) === 0
      if (workers.size < 1 + random(WORKERS)) await start()
      else await end(killed ? 'SIGKILL' : 'SIGTERM')
      await setTimeout(random(PAUSE))
    }
  }
  const disturbing = disturb()
  await Promise.all(Array.from({ length: PRODUCERS }, (_, number) => produce(number + 1))).finally(() => {
    producing = false
  })
  await disturbing
  // Whoever is left goes too, in the middle of its work.
  while (workers.size > 0) await end('SIGKILL')
  await start()
  await start()

  await until('all is done', 90, async () => {
    const { rowCount } = await pool.query(
      `select from pgboss.job where name = 'work' and state <> 'completed' limit 1`,
    )
    return rowCount === 0
  })
  t.diagnostic(
    `${counts.started} workers started, ${counts.SIGKILL} killed, ${counts.SIGTERM} told to stop; ` +
      `${committed.length} jobs, ${rolledBack.length} rolled back`,
  )
  const numbers = async (statement: string) =>
    (await pool.query<{ n: number }>(statement)).rows.map(({ n }) => n)
  const expected = committed.toSorted((a, b) => a - b)
  assert.deepEqual(await numbers('select n from effects order by n'), expected)
  const begun = new Set(await numbers('select n from runs'))
  assert.deepEqual(
    rolledBack.filter(n => begun.has(n)),
    [],
  )
  const { rows } = await pool.query(
    `select name, state, count(*) from pgboss.job where not starts_with(name, '__') group by 1, 2`,
  )
  assert.deepEqual(rows, [{ name: 'work', state: 'completed', count: expected.length }])
  // Whatever was begun without an end is a failure that is written down, but for what was handed back.
  const { rows: untold } = await pool.query(
    `select job.id from pgboss.job left join job_failures on job_id = id
     where name = 'work' and retry_count > 0 group by 1, retry_count having count(attempt) <> retry_count`,
  )
  assert.deepEqual(untold, [])
  for (const worker of workers) worker.process.kill('SIGTERM')
  assert.deepEqual(await Promise.all([...workers].map(({ ended }) => ended)), [0, 0])
})
