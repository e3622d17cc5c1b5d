import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import { pino } from 'pino'
import { z } from 'zod'
import { testDatabase } from '../../../test/database.ts'
import { valuesOf } from '../../../test/metrics.ts'
import { transaction } from '../database/database.ts'
import { newId } from '../ids.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { enqueue } from './enqueue.ts'
import { type JobKind, job, jobKind } from './kinds.ts'
import { openPlaces } from './places.ts'
import { listJobs } from './reading.ts'
import { runJobs } from './running.ts'

const { db, pool, config } = await testDatabase()
const payload = z.strictObject({ does: z.enum(['end', 'throw', 'hang']) })
const kind = jobKind('mixed', payload)
const definitionOf = (kind: JobKind<typeof payload>) =>
  job({
    kind,
    batch: 3,
    run: async ({ does }) => {
      if (does === 'hang') await new Promise(() => {})
      if (does === 'throw') throw new Error('no luck')
    },
  })
const definition = definitionOf(kind)
const deps = { db, pool, log: pino({ level: 'silent' }), connection: config, metrics: createMetrics() }
const start = () => runJobs(deps, [definition])
const worker = await start()
after(() => worker.stop(0))

const put = (...all: ('end' | 'throw' | 'hang')[]) =>
  transaction(db, async tx => {
    const ids: string[] = []
    for (const does of all) ids.push(await enqueue(tx, kind, { does }))
    return ids
  })
const becomes = async (id = '', state: string) => {
  while ((await listJobs(db, { id }, 1))[0]?.state !== state) await setTimeout(10)
}

test('a job that takes long holds up neither those taken with it nor those that come later', async () => {
  const [long, failing, done] = await put('hang', 'throw', 'end')
  await Promise.all([becomes(done, 'completed'), becomes(failing, 'retryable')])
  for (const id of await put('end', 'end', 'end', 'end', 'end')) await becomes(id, 'completed')
  await becomes(long, 'running')
})

test('what a stopped worker has handed back is another’s, whatever the first still says of it', async () => {
  const first = await start()
  // Fills the places of both.
  const ids = await put('hang', 'hang', 'hang', 'hang', 'hang')
  for (const id of ids) await becomes(id, 'running')
  await first.stop(0)
  const states = await Promise.all(ids.map(async id => (await listJobs(db, { id }, 1))[0]))
  const waiting = states.filter(found => found?.state === 'retryable')
  assert.ok(waiting.length >= 3)
  assert.ok(waiting.every(found => found?.attempt === 0 && found.error === null))
})

test('a worker without a free place asks nothing, so it has not heard from the queue either', async () => {
  let heard = 0
  const taken = { id: newId(), data: { payload: { does: 'hang' } }, retryCount: 0 }
  const boss = { fetch: async () => [taken] } as unknown as PgBoss
  const ground = { ...deps, boss, report: (error: unknown) => assert.fail(String(error)) }
  const full = openPlaces(job({ ...definition, batch: 1 }), { ...ground, answered: () => heard++ })
  while (heard === 0) await setTimeout(1)
  full.wake()
  for (let round = 0; round < 20; round++) await setImmediate()
  assert.equal(heard, 1)
  await full.stop(0)
})

test('attempts are counted by how they ended, and what was handed back has not', async () => {
  const metrics = createMetrics()
  const counted = jobKind('counted', payload)
  const put = (does: 'end' | 'throw' | 'hang') => transaction(db, tx => enqueue(tx, counted, { does }))
  const own = await runJobs({ ...deps, metrics }, [definitionOf(counted)])
  const [done, failing, hanging] = await Promise.all([put('end'), put('throw'), put('hang')])
  await Promise.all([becomes(done, 'completed'), becomes(failing, 'retryable'), becomes(hanging, 'running')])
  await own.stop(0)
  assert.deepEqual(await valuesOf(metrics.registry, 'xtablo_job_duration_seconds_count'), {
    'kind="counted",outcome="completed"': 1,
    'kind="counted",outcome="failed"': 1,
  })
})
