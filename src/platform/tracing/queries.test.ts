import assert from 'node:assert/strict'
import { test } from 'node:test'
import type pg from 'pg'
import { pino } from 'pino'
import { type Collector, startCollector } from '../../../test/collector.ts'
import { testDatabase } from '../../../test/database.ts'
import { openPool } from '../database/pool.ts'
import { openTracing } from './otlp.ts'
import type { Tracing } from './tracing.ts'

const database = await testDatabase('empty')
const ADDRESS = 'ada@example.org'

/** Gives what a collector got when `work` was done, on a pool of its own. */
async function traced(work: (tracing: Tracing, pool: pg.Pool) => Promise<unknown>): Promise<Collector> {
  const collector = await startCollector()
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint
  const tracing = openTracing(pino({ level: 'silent' }))
  const { pool, close } = openPool(database.config, () => {}, tracing)
  await work(tracing, pool)
  await close(1_000)
  await tracing.stop(5_000)
  return collector
}

const begin = <T>(tracing: Tracing, name: string, work: () => Promise<T>) =>
  tracing.begin({ name, kind: 'server', attributes: {} }, work)

test('a statement is a step of what asked it, by promise or by callback, and gives what it gave', async () => {
  const collector = await traced((tracing, pool) =>
    begin(tracing, 'asks', async () => {
      const { rows } = await pool.query('select $1::text as said', [ADDRESS])
      assert.deepEqual(rows, [{ said: ADDRESS }])
      const client = await pool.connect()
      assert.deepEqual((await client.query("select 'it''s me' as said")).rows, [{ said: "it's me" }])
      client.release()
      const { promise, resolve } = Promise.withResolvers<unknown>()
      pool.query('select 2 as two', (_, result) => resolve(result.rows))
      assert.deepEqual(await promise, [{ two: 2 }])
    }),
  )
  const asks = collector.spans().find(({ name }) => name === 'asks')
  const steps = collector.spans().filter(({ parent }) => parent !== undefined)
  assert.deepEqual(
    steps.map(({ parent, name, attributes }) => [parent, name, attributes['db.query.text']]),
    [
      [asks?.id, 'SELECT', 'select $1::text as said'],
      [asks?.id, 'SELECT', "select '?' as said"],
      [asks?.id, 'SELECT', 'select 2 as two'],
    ],
  )
  assert.ok(!collector.sent().includes(ADDRESS))
})

test('one that fails says by which code, and not what Postgres said of it', async () => {
  const collector = await traced((tracing, pool) =>
    begin(tracing, 'asks', async () => {
      await assert.rejects(pool.query('select $1::int', [ADDRESS]), /ada@example\.org/)
    }),
  )
  const [failed, ...others] = collector.spans().filter(span => span.failed)
  assert.deepEqual([failed?.attributes['error.type'], others], ['22P02', []])
  assert.ok(!collector.sent().includes(ADDRESS))
})

test('outside of a trace none is begun', async () => {
  const collector = await traced((_, pool) => pool.query('select 1'))
  assert.equal(collector.sent(), '')
})

test('who waited for a connection goes on in their own trace, and not in that of who gave it back', async () => {
  const collector = await traced(async (tracing, pool) => {
    const taken: pg.PoolClient[] = []
    const { promise: full, resolve: fill } = Promise.withResolvers<void>()
    const { promise: waits, resolve: wait } = Promise.withResolvers<void>()
    const gives = begin(tracing, 'gives', async () => {
      while (taken.length < (pool.options.max ?? 0)) taken.push(await pool.connect())
      fill()
      await waits
      for (const client of taken) client.release()
    })
    await full
    const asks = begin(tracing, 'asks', () => pool.query('select 1'))
    assert.equal(pool.waitingCount, 1)
    wait()
    await Promise.all([gives, asks])
  })
  const asks = collector.spans().find(({ name }) => name === 'asks')
  const statement = collector.spans().find(({ name }) => name === 'SELECT')
  assert.ok(asks)
  assert.deepEqual([statement?.parent, statement?.traceId], [asks.id, asks.traceId])
})
