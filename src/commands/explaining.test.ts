import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { explain } from './explaining.ts'

const { pool, url } = await testDatabase('migrated')

/** What somebody is told whose statement fails so. */
const told = (statement: string) => pool.query(statement).then(() => assert.fail('it went well'), explain)

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

test('a full disk and a missing right are told with what to do', async () => {
  const raise = (state: string) => `do $$begin raise 'so it is' using errcode = '${state}'; end$$`
  assert.match(
    (await told(raise('53100'))) ?? '',
    /^The disk of the database is full \(so it is\): make room/,
  )
  assert.match((await told(raise('42501'))) ?? '', /may not do this \(so it is\): “xtablo doctor” says/)
  assert.equal(await told(raise('22012')), undefined)
})
