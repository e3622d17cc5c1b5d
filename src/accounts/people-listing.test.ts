import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast, person, sessionOf, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import { countPeople, listPeople, readHoldings, readPerson } from './people-listing.ts'
import { createPersonalToken } from './personal-tokens.ts'

const database = await testDatabase()
const { db, pool } = database

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit cascade')
  people = await cast(database)
})

const named = async (text: string) => (await listPeople(db, { limit: 50, text })).map(({ name }) => name)

test('people are listed page by page, the newest first, while others come', async () => {
  // Several may be made in one millisecond: the ids alone know their order.
  const all = Object.values(people).sort((a, b) => (a.id < b.id ? 1 : -1))
  const first = await listPeople(db, { limit: 2 })
  await person(database, 'Zoe')
  const next = await listPeople(db, { limit: 10, after: first[1]?.id })
  assert.deepEqual([first.length, next.length], [2, 3])
  assert.deepEqual(
    [...first, ...next].map(({ id, name, email, role }) => [id, name, email, role]),
    all.map(({ id, name, email, role }) => [id, name, email, role]),
  )
})

test('what is listed of a person has nothing secret', async () => {
  const entry = await readPerson(db, people.ada.id)
  assert.deepEqual(Object.keys(entry ?? {}).sort(), [
    'created_at',
    'disabled_at',
    'email',
    'email_verified_at',
    'id',
    'last_seen_at',
    'name',
    'role',
    'second_factor',
    'sessions',
  ])
  assert.equal(await readPerson(db, newId()), undefined)
})

test('a person is found by a part of their name or address, whatever its accents and case', async () => {
  await person(database, 'Éloïse Müller-Núñez', { email: 'elo@example.net' })
  await person(database, 'Ольга', { email: 'olga@example.net' })
  for (const text of ['eloise', 'ÉLOÏSE', 'muller', 'nunez', 'MÜL', 'ELO@', 'Elo\u0308'])
    assert.deepEqual(await named(text), ['Éloïse Müller-Núñez'], text)
  assert.deepEqual(await named('Ольга'), ['Ольга'])
  assert.deepEqual(await named('example.net'), ['Ольга', 'Éloïse Müller-Núñez'])
  assert.equal(await countPeople(db, 'example.net'), 2)
  assert.equal(await countPeople(db, undefined), 7)
})

test('what a pattern would mean is only what it is', async () => {
  await person(database, 'a_b% \\ (.*)')
  for (const text of ['_b', '%', '\\', '(.*)']) assert.deepEqual(await named(text), ['a_b% \\ (.*)'], text)
})

test('sessions that live are counted, and the last sight of a person is that of the latest', async () => {
  const { ada } = people
  await sessionOf(database, ada)
  await sessionOf(database, ada)
  await pool.query(`update sessions set last_seen_at = '2026-01-01' where user_id = $1`, [ada.id])
  await pool.query(`update sessions set last_seen_at = '2026-01-02'
    where id = (select max(id::text)::uuid from sessions where user_id = '${ada.id}')`)
  const seen = async () => {
    const entry = await readPerson(db, ada.id)
    return [entry?.sessions, entry?.last_seen_at?.toISOString().slice(0, 10)]
  }
  assert.deepEqual(await seen(), [2, '2026-01-02'])
  await createPersonalToken(db, ada, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  await pool.query(`update personal_tokens set last_used_at = '2026-01-03'`)
  assert.deepEqual(await seen(), [2, '2026-01-03'])
  await pool.query(`update sessions set expires_at = now() - interval '1 s'`)
  assert.deepEqual(await seen(), [0, '2026-01-03'])
})

test('a second factor is one that was confirmed, or a passkey', async () => {
  const { ada, ben } = people
  const has = async (id: string) => (await readPerson(db, id))?.second_factor
  await pool.query(`insert into authenticators (user_id, secret) values ($1, '')`, [ada.id])
  assert.equal(await has(ada.id), false)
  await pool.query('update authenticators set confirmed_at = now()')
  assert.equal(await has(ada.id), true)
  await pool.query(
    `insert into passkeys (id, user_id, name, credential_id, public_key, counter) values ($1, $2, 'Key', 'a', 'b', 0)`,
    [newId(), ben.id],
  )
  assert.equal(await has(ben.id), true)
})

test('what an account has is counted', async () => {
  const { ada, ben } = people
  await tabloOf(database, people)
  await createPersonalToken(db, ada, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  await pool.query(
    `insert into identities (provider, issuer, subject, user_id, email) values ('google', 'x', 'y', $1, 'a@example.net')`,
    [ada.id],
  )
  const holdings = await readHoldings(db, ada.id)
  assert.deepEqual(
    { ...holdings, identities: holdings?.identities.map(({ provider, email }) => [provider, email]) },
    {
      password: true,
      authenticator: false,
      recovery_codes: 0,
      passkeys: 0,
      tokens: 1,
      tablos: 1,
      identities: [['google', 'a@example.net']],
    },
  )
  assert.equal((await readHoldings(db, ben.id))?.tokens, 0)
  assert.equal(await readHoldings(db, newId()), undefined)
})
