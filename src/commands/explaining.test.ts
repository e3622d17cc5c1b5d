import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../test/database.ts'
import { explain } from './explaining.ts'

const { pool } = await testDatabase('migrated')

/** What somebody is told whose statement fails so. */
const told = (statement: string) => pool.query(statement).then(() => assert.fail('it went well'), explain)

test('a full disk and a missing right are told with what to do', async () => {
  const raise = (state: string) => `do $$begin raise 'so it is' using errcode = '${state}'; end$$`
  assert.match(
    (await told(raise('53100'))) ?? '',
    /^The disk of the database is full \(so it is\): make room/,
  )
  assert.match((await told(raise('42501'))) ?? '', /may not do this \(so it is\): “xtablo doctor” says/)
  assert.equal(await told(raise('22012')), undefined)
})
