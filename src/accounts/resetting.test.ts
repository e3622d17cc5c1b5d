import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from } from '../../test/cast.ts'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf, passkeyOf } from '../../test/second-factor.ts'
import { familyOf } from '../../test/tokens.ts'
import { transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { arrive } from './arriving.ts'
import { resetSecondFactors } from './resetting.ts'

const database = await testDatabase()
const { db, pool } = database
const { deps } = testApp(database)

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users cascade')
  await pool.query('truncate audit')
  people = await cast(database)
  await authenticatorOf(deps, people.ada)
  await passkeyOf(deps, people.ada)
})

const arrives = (who = people.ada) => transaction(db, tx => arrive(tx, who.id, from))
const audited = async () =>
  (await pool.query(`select actor_id, subject_id from audit where kind = 'second_factors_reset'`)).rows

test('a reset takes all second factors, and ends what whoever found them may hold', async () => {
  const { ada, ben, root } = people
  await passkeyOf(deps, ben)
  await familyOf(deps, ada)
  await arrives()
  await pool.query(
    `insert into sessions (id, token_hash, user_id, address, user_agent, expires_at) values ($1, '\\x00', $2, '', '', now())`,
    [newId(), ada.id],
  )
  await resetSecondFactors(db, root, ada.id, ADDRESS)
  for (const table of ['authenticators', 'passkeys', 'recovery_codes', 'challenges', 'sessions'])
    assert.equal((await pool.query(`select from ${table} where user_id = $1`, [ada.id])).rowCount, 0, table)
  assert.equal((await pool.query('select from token_families where ended_at is null')).rowCount, 0)
  assert.ok((await arrives()).session)
  assert.ok((await arrives(ben)).second)
  assert.deepEqual(await audited(), [{ actor_id: root.id, subject_id: ada.id }])
})

test('only an admin resets, and not their own', async () => {
  const { ada, ben, eve, root } = people
  for (const [who, id] of [
    [eve, ada.id],
    [ben, ada.id],
    [ada, ada.id],
    [root, newId()],
  ] as const)
    await assert.rejects(resetSecondFactors(db, who, id, ADDRESS), { code: 'not_found' })
  await assert.rejects(resetSecondFactors(db, root, root.id, ADDRESS), { text: 'own_second_factor' })
  assert.ok((await arrives()).second)
  assert.deepEqual(await audited(), [])
})

test('the command line resets for the locked-out, and says what follows', async () => {
  const run = async (...args: string[]) => {
    const command = xtablo(database, ['reset-second-factor', ...args])
    return { code: await command.ended, said: command.said() }
  }
  assert.deepEqual(await run(` ${people.ada.email.toUpperCase()}`), {
    code: 0,
    said: `“${people.ada.email}” is signed out everywhere, and signs in by the password alone.\n`,
  })
  assert.ok((await arrives()).session)
  assert.deepEqual(await audited(), [{ actor_id: null, subject_id: people.ada.id }])
  for (const args of [['nobody@example.org'], []]) {
    const { code, said } = await run(...args)
    assert.equal(code, 1)
    assert.equal(said.trimEnd().split('\n').length, 1)
  }
})
