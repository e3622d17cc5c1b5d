import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cast, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf } from '../../test/second-factor.ts'
import { transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { beginAuthenticator } from './authenticators.ts'
import { makeChallenge } from './challenges.ts'
import { forgetExpired } from './expiry.ts'
import { makeLink } from './links.ts'
import { hashToken } from './tokens.ts'

const database = await testDatabase()
const { db, pool } = database

test('sessions, links and counters past their time are forgotten, and no others', async () => {
  const { ada, ben } = await cast(database)
  for (const person of [ada, ben]) await sessionOf(database, person)
  for (const { id, email } of [ada, ben])
    for (const kind of ['reset', 'verify', 'change_email'] as const)
      await transaction(db, tx => makeLink(tx, kind, id, { email }))
  await pool.query(
    `insert into rate_limits (key, points, expire) values ('old', 1, 1000), ('new', 1, 9999999999999), ('never', 1, null)`,
  )
  for (const table of ['sessions', 'links'])
    await pool.query(`update ${table} set expires_at = now() - interval '1 second' where user_id = $1`, [
      ada.id,
    ])
  // A session, three links, a counter.
  assert.equal(await forgetExpired(db), 5)
  for (const table of ['sessions', 'links'])
    assert.deepEqual((await pool.query(`select distinct user_id from ${table}`)).rows, [{ user_id: ben.id }])
  assert.deepEqual((await pool.query('select key from rate_limits order by key')).rows, [
    { key: 'never' },
    { key: 'new' },
  ])
  assert.equal(await forgetExpired(db), 0)
})

test('challenges past their time are forgotten, and authenticators that were set up halfway a day ago', async () => {
  await pool.query('truncate users cascade')
  const { ada, ben, vera } = await cast(database)
  for (const { id } of [ada, ben])
    await transaction(db, tx => makeChallenge(tx, 'second', { userId: id, challenge: null }))
  await pool.query(`update challenges set expires_at = now() - interval '1 second' where user_id = $1`, [
    ada.id,
  ])
  await authenticatorOf({ db, secret: 'x' }, vera)
  for (const person of [ada, ben]) await beginAuthenticator(db, 'x', person)
  await pool.query(`update authenticators set created_at = now() - interval '25 hours' where user_id != $1`, [
    ben.id,
  ])
  assert.equal(await forgetExpired(db), 2)
  assert.deepEqual((await pool.query('select user_id from challenges')).rows, [{ user_id: ben.id }])
  const { rows } = await pool.query('select user_id from authenticators')
  assert.deepEqual(rows.map(({ user_id }) => user_id).sort(), [ben.id, vera.id].sort())
  assert.equal(await forgetExpired(db), 0)
})

test('tokens and keys past their time are forgotten, those that still tell something are not', async () => {
  await pool.query('truncate users, signing_keys cascade')
  const { ada } = await cast(database)
  const family = async (name: string, ended: string | null, expires: string) => {
    const values = [newId(), ada.id, name, ended, expires]
    await pool.query(
      `insert into token_families (id, user_id, address, user_agent, ended_at, expires_at)
       values ($1, $2, '', $3, now() + $4::interval, now() + $5::interval)`,
      values,
    )
    return values[0]
  }
  const refresh = (id: unknown, token: string, expires: string) =>
    pool.query(
      `insert into refresh_tokens (token_hash, family_id, expires_at) values ($1, $2, now() + $3::interval)`,
      [hashToken(token), id, expires],
    )
  const living = await family('living', null, '1 hour')
  await refresh(living, 'old', '-1 hour')
  await refresh(living, 'new', '1 hour')
  const expired = await family('expired', null, '-1 hour')
  await refresh(expired, 'its own', '1 hour')
  await family('ended lately', '-23 hours', '1 hour')
  const ended = await family('ended', '-25 hours', '1 hour')
  await refresh(ended, 'its own too', '1 hour')
  for (const [name, expires] of [
    ['living', '1 hour'],
    ['expired', '-29 days'],
    ['long expired', '-31 days'],
  ] as const)
    await pool.query(
      `insert into personal_tokens (id, user_id, name, token_hash, scope, expires_at)
       values ($1, $2, $3, $4, 'read', now() + $5::interval)`,
      [newId(), ada.id, name, hashToken(name), expires],
    )
  for (const retired of [null, '-10 minutes', '-30 minutes'])
    await pool.query(
      `insert into signing_keys (id, public_jwk, private_key, retired_at)
       values ($1, $2, case when $3::text is null then decode('00', 'hex') end, now() + $3::interval)`,
      [newId(), JSON.stringify({ retired }), retired],
    )
  // One token, two families, one personal token, one key.
  assert.equal(await forgetExpired(db), 5)
  const of = async (query: string) => (await pool.query(query)).rows.map(row => Object.values(row)[0])
  assert.deepEqual(await of('select user_agent from token_families order by ended_at nulls first'), [
    'living',
    'ended lately',
  ])
  assert.deepEqual(await of(`select encode(token_hash, 'hex') from refresh_tokens`), [
    hashToken('new').toString('hex'),
  ])
  assert.deepEqual(await of('select name from personal_tokens order by expires_at desc'), [
    'living',
    'expired',
  ])
  assert.deepEqual(
    await of(`select public_jwk->>'retired' from signing_keys order by retired_at nulls first`),
    [null, '-10 minutes'],
  )
  assert.equal(await forgetExpired(db), 0)
})
