import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { testDatabase } from '../../../test/database.ts'
import { openPool } from './pool.ts'

const database = await testDatabase('empty')

test('a statement, and a transaction that does nothing, end after half a minute', async () => {
  const { pool, close } = openPool(database.config, () => {})
  for (const setting of ['statement_timeout', 'idle_in_transaction_session_timeout'])
    assert.deepEqual((await pool.query(`show ${setting}`)).rows, [{ [setting]: '30s' }])
  await close(1_000)
})

test('of the connections that nobody needs any more one stays', async () => {
  const { pool, close } = openPool({ ...database.config, idleTimeoutMillis: 50 }, () => {})
  const removed = once(pool, 'remove')
  await Promise.all([pool.query('select pg_sleep(0.1)'), pool.query('select pg_sleep(0.1)')])
  await removed
  await setTimeout(100)
  assert.equal(pool.totalCount, 1)
  await close(1_000)
})

test('closing waits for what is under way', async () => {
  const { pool, close } = openPool(database.config, () => {})
  const asked = pool.query('select 1 as one from pg_sleep(0.2)')
  await pool.query('select 1')
  await close(10_000)
  assert.deepEqual((await asked).rows, [{ one: 1 }])
})

test('closing ends what takes longer than its grace', async () => {
  const { pool, close } = openPool(database.config, () => {})
  const idle = await pool.connect()
  await idle.query('begin')
  const asked = assert.rejects(pool.query('select pg_sleep(20)'), /Connection terminated/)
  await pool.query('select 1')
  const start = performance.now()
  await close(200)
  await asked
  assert.ok(performance.now() - start < 5_000)
  await assert.rejects(idle.query('select 1'))
  idle.release(true)
})

test('a connection that breaks in the middle of a transaction fails its next statement, and nothing else', async () => {
  const { pool, close } = openPool(database.config, () => {})
  const client = await pool.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  await client.query('begin')
  await pool.query('select pg_terminate_backend($1)', [rows[0].pid])
  await setTimeout(100)
  await assert.rejects(client.query('select 1'))
  client.release(true)
  assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }])
  await close(1_000)
})
