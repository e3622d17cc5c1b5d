import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { passkeyOf } from '../../test/second-factor.ts'
import { newId } from '../platform/ids.ts'
import { listPasskeys, removePasskey, renamePasskey } from './passkeys.ts'
import { countCodes } from './recovery-codes.ts'
import { hasSecondFactor } from './second-factors.ts'

const database = await testDatabase()
const { db, pool } = database

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users cascade')
  await pool.query('truncate audit')
  people = await cast(database)
})

const kinds = async () =>
  (await pool.query('select kind from audit order by at, id')).rows.map(({ kind }) => kind)

test('twenty passkeys are enough', async () => {
  for (let n = 0; n < 20; n++) await passkeyOf({ db }, people.ada, `${n}`)
  await assert.rejects(passkeyOf({ db }, people.ada), { code: 'conflict', text: 'passkeys_many' })
})

test('one’s own are renamed and removed; with the last the recovery codes go', async () => {
  const { ada } = people
  await passkeyOf({ db }, ada)
  await passkeyOf({ db }, ada)
  const [first, second] = await listPasskeys(db, ada)
  await renamePasskey(db, ada, first?.id ?? '', 'Key in the drawer', ADDRESS)
  assert.equal((await listPasskeys(db, ada))[0]?.name, 'Key in the drawer')
  await removePasskey(db, ada, first?.id ?? '', [], ADDRESS)
  assert.equal(await countCodes(db, ada.id), 10)
  await removePasskey(db, ada, second?.id ?? '', [], ADDRESS)
  assert.equal(await countCodes(db, ada.id), 0)
  assert.equal(await hasSecondFactor(db, ada.id), false)
  assert.deepEqual((await kinds()).slice(2), ['passkey_renamed', 'passkey_removed', 'passkey_removed'])
})

test('the last passkey of somebody who has no other way in stays', async () => {
  const { ada } = people
  await passkeyOf({ db }, ada)
  await passkeyOf({ db }, ada, 'Laptop')
  await pool.query('update users set password_hash = null where id = $1', [ada.id])
  const [first, last] = await listPasskeys(db, ada)
  const remove = (id = '', usable: string[] = []) => removePasskey(db, ada, id, usable, ADDRESS)
  await remove(first?.id)
  await pool.query(
    `insert into identities (provider, issuer, subject, user_id) values ('acme', 'i', 's', $1)`,
    [ada.id],
  )
  await assert.rejects(remove(last?.id), { code: 'conflict', text: 'last_way_in' })
  assert.deepEqual([(await listPasskeys(db, ada)).length, await countCodes(db, ada.id)], [1, 10])
  await remove(last?.id, ['acme'])
  assert.deepEqual(await listPasskeys(db, ada), [])
})

test('for a stranger there is no such passkey', async () => {
  const { ada, eve } = people
  await passkeyOf({ db }, ada)
  const [{ id } = { id: '' }] = await listPasskeys(db, ada)
  for (const each of [id, newId()]) {
    await assert.rejects(renamePasskey(db, eve, each, 'Mine', ADDRESS), { code: 'not_found' })
    await assert.rejects(removePasskey(db, eve, each, [], ADDRESS), { code: 'not_found' })
  }
  assert.equal((await listPasskeys(db, ada))[0]?.name, 'Phone')
  assert.deepEqual(await listPasskeys(db, eve), [])
})
