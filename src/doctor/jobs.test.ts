import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { jobIn, queues } from '../../test/jobs.ts'

const database = await testDatabase()
const { pool } = database
const PRODUCTION = { ENV: 'production' }

test('what runs by itself is missing until a release has started once', async () => {
  await pool.query('delete from pgboss.schedule')
  assert.match(
    (await examined(database)).finding('jobs'),
    /^warning: Nothing makes heartbeat, orphan_file_cleanup, .* run by itself yet\. \| Start this release once/,
  )
  await queues(database)
  assert.match((await examined(database)).finding('jobs'), /^fine: 0 jobs wait/)
})

test('without a worker nothing goes on: a fault in production, a warning elsewhere', async () => {
  assert.match(
    (await examined(database)).finding('worker'),
    /^warning: No worker has ever run\. \| Start one: xtablo worker/,
  )
  assert.match((await examined(database, PRODUCTION)).finding('worker'), /^fault: No worker has ever run/)
  const id = await jobIn(database, 'completed')
  assert.match(
    (await examined(database, PRODUCTION)).finding('worker'),
    /^fine: its last heartbeat was \d+ s ago/,
  )
  await pool.query(`update pgboss.job set completed_on = now() - interval '5 hours' where id = $1`, [id])
  assert.match((await examined(database)).finding('worker'), /^warning: No worker has run for 5 hours/)
})

test('jobs that wait for long, and those that were given up, are told', async () => {
  const id = await jobIn(database, 'available')
  await pool.query(
    `update pgboss.job set created_on = now() - interval '9 minutes', start_after = now() - interval '9 minutes'
     where id = $1`,
    [id],
  )
  await jobIn(database, 'discarded')
  const { finding } = await examined(database)
  assert.match(
    finding('jobs', /waiting/),
    /^warning: A job \(heartbeat\) has been waiting for 9 minutes\. \| Start a worker/,
  )
  assert.match(
    finding('jobs', /given up/),
    /^warning: 1 job was given up\. \| xtablo list-failed-jobs says why/,
  )
})
