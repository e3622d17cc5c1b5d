import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xtablo } from '../command.ts'
import { testDatabase } from '../database.ts'

const { pool, url } = await testDatabase('migrated')

test('a worker that starts during a restore ends with one line, and not with a stack', async () => {
  const restoring = await pool.connect()
  await restoring.query('begin; lock table migrations in access exclusive mode')
  const worker = xtablo({ url }, ['worker'])
  const code = await worker.ended
  await restoring.query('rollback')
  restoring.release()
  assert.equal(code, 1)
  const last = worker.said().trimEnd().split('\n').at(-1) ?? ''
  assert.match(last, /^The database did not answer in time \(.*\): a restore or a migration may be under way/)
})
