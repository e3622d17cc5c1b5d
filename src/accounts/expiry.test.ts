import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cast, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { transaction } from '../platform/database/database.ts'
import { forgetExpired } from './expiry.ts'
import { makeLink } from './links.ts'

const database = await testDatabase()
const { db, pool } = database

test('sessions, links and counters past their time are forgotten, and no others', async () => {
  const { ada, ben } = await cast(database)
  for (const person of [ada, ben]) await sessionOf(database, person)
  for (const { id } of [ada, ben]) await transaction(db, tx => makeLink(tx, 'reset', id))
  await pool.query(
    `insert into rate_limits (key, points, expire) values ('old', 1, 1000), ('new', 1, 9999999999999), ('never', 1, null)`,
  )
  for (const table of ['sessions', 'links'])
    await pool.query(`update ${table} set expires_at = now() - interval '1 second' where user_id = $1`, [
      ada.id,
    ])
  assert.equal(await forgetExpired(db), 3)
  for (const table of ['sessions', 'links'])
    assert.deepEqual((await pool.query(`select user_id from ${table}`)).rows, [{ user_id: ben.id }])
  assert.deepEqual((await pool.query('select key from rate_limits order by key')).rows, [
    { key: 'never' },
    { key: 'new' },
  ])
  assert.equal(await forgetExpired(db), 0)
})
