import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf } from '../../test/second-factor.ts'
import { transaction } from '../platform/database/database.ts'
import { countCodes, renewCodes, takeRecoveryCode } from './recovery-codes.ts'

const database = await testDatabase()
const { db, pool } = database
const deps = { db, secret: 'the secret of these tests' }

let people: Cast
let codes: string[]
beforeEach(async () => {
  await pool.query('truncate users cascade')
  people = await cast(database)
  codes = (await authenticatorOf(deps, people.ada)).codes
})

const take = (code: string, by = people.ada) => transaction(db, tx => takeRecoveryCode(tx, by.id, code))

test('ten codes of eighty bits are made, and only hashes of them are kept', async () => {
  assert.equal(new Set(codes).size, 10)
  for (const code of codes) assert.match(code, /^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
  const { rows } = await pool.query(`select code_hash from recovery_codes where user_id = $1`, [
    people.ada.id,
  ])
  assert.ok(rows.every(({ code_hash }) => code_hash.length === 32))
  const kept = JSON.stringify((await pool.query('select * from recovery_codes')).rows)
  for (const code of codes) assert.ok(!kept.includes(code))
})

test('each is taken once, and says how many are left', async () => {
  for (const [index, code] of codes.entries()) assert.equal(await take(code), 9 - index)
  for (const code of codes) assert.equal(await take(code), undefined)
  assert.equal(await countCodes(db, people.ada.id), 0)
})

test('of many who send the same code at once, one is let in', async () => {
  const [code = ''] = codes
  const answers = await Promise.all(Array.from({ length: 8 }, () => take(code)))
  assert.deepEqual(
    answers.filter(left => left !== undefined),
    [9],
  )
})

test('it may be typed in capitals, with spaces or none, and with letters that look like digits', async () => {
  const [first = '', second = '', third = ''] = codes
  assert.equal(await take(` ${first.toUpperCase().replaceAll('-', ' ')} `), 9)
  assert.equal(await take(second.replaceAll('-', '')), 8)
  assert.equal(await take(third.replaceAll('0', 'O').replaceAll('1', 'l')), 7)
})

test('a code of one person is nothing to another, and what is none is none', async () => {
  const [code = ''] = codes
  assert.equal(await take(code, people.eve), undefined)
  for (const typed of ['', '-', 'x', '\0', `${code}0`]) assert.equal(await take(typed), undefined, typed)
})

test('new ones end those from before, used or not', async () => {
  const { ada } = people
  await take(codes[0] ?? '')
  const renewed = await renewCodes(db, ada, ADDRESS)
  assert.equal(renewed.length, 10)
  for (const code of codes) assert.equal(await take(code), undefined)
  assert.equal(await take(renewed[0] ?? ''), 9)
})

test('who has no second factor has no codes either', async () => {
  await assert.rejects(renewCodes(db, people.eve, ADDRESS), { text: 'second_factor_missing' })
  assert.equal(await countCodes(db, people.eve.id), 0)
})
