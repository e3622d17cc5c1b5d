import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { queueLevels } from './levels.ts'
import { bossOn } from './queues.ts'

const { db, pool } = await testDatabase()
// Those that there are in any test.
await pool.query('delete from pgboss.queue')
for (const name of ['mail', 'tidy', '__pgboss__send-it']) await bossOn(pool).createQueue(name)

const put = (kind: string, state: string, dueHoursAgo: number, beganHoursAgo: number | null = null) =>
  pool.query(
    `insert into pgboss.job (id, name, state, start_after, started_on)
     values (gen_random_uuid(), $1, $2, now() - $3 * interval '1 h', now() - $4 * interval '1 h')`,
    [kind, state, dueHoursAgo, beganHoursAgo],
  )

/** With the age in hours, to the hour. */
const levels = async () =>
  (await queueLevels(db)).map(({ kind, state, count, oldest }) => [
    kind,
    state,
    count,
    oldest === null ? null : Math.floor(oldest / 3_600),
  ])

test('an empty queue has every kind in every state but the completed, at zero', async () => {
  const expected = ['mail', 'tidy'].flatMap(kind => [
    [kind, 'available', 0, 0],
    [kind, 'cancelled', 0, null],
    [kind, 'discarded', 0, null],
    [kind, 'retryable', 0, 0],
    [kind, 'running', 0, 0],
    [kind, 'scheduled', 0, null],
  ])
  assert.deepEqual(await levels(), expected)
})

test('the oldest is as old as it has been due, or has run', async () => {
  await put('mail', 'created', 2)
  await put('mail', 'created', 5)
  await put('mail', 'created', -3)
  await put('mail', 'active', 9, 4)
  await put('mail', 'active', 9, 1)
  await put('mail', 'retry', 3, 20)
  await put('mail', 'failed', 30)
  await put('mail', 'completed', 40)
  await put('tidy', 'retry', -2, 20)
  await put('tidy', 'cancelled', 30)
  await put('__pgboss__send-it', 'created', 50)
  assert.deepEqual(await levels(), [
    ['mail', 'available', 2, 5],
    ['mail', 'cancelled', 0, null],
    ['mail', 'discarded', 1, null],
    ['mail', 'retryable', 1, 3],
    ['mail', 'running', 2, 4],
    ['mail', 'scheduled', 1, null],
    ['tidy', 'available', 0, 0],
    ['tidy', 'cancelled', 1, null],
    ['tidy', 'discarded', 0, null],
    ['tidy', 'retryable', 1, 0],
    ['tidy', 'running', 0, 0],
    ['tidy', 'scheduled', 0, null],
  ])
})
