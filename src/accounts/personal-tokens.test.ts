import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf, queriesOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import type { Actor } from './actor.ts'
import { createPersonalToken, endPersonalToken, listPersonalTokens } from './personal-tokens.ts'
import type { PersonalTokenFields } from './schema.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const callers = callersOf(web.deps)
const { ada, eve, root } = await cast(database)

beforeEach(async () => {
  await pool.query('truncate personal_tokens, audit')
})

const make = (actor: Actor, given: Partial<PersonalTokenFields> & { id?: string } = {}) =>
  createPersonalToken(db, actor, { name: 'CI', scope: 'read', days: 30, ...given }, ADDRESS)
const audit = async () => (await pool.query('select kind, actor_id, address from audit order by at')).rows

test('a token stands for the person who made it, within its scope', async () => {
  const token = await make(ada)
  assert.match(token, /^xtb_[\w-]{43}$/)
  const [row] = await listPersonalTokens(db, ada)
  assert.deepEqual(await callers.find(token), {
    actor: { id: ada.id, role: 'user' },
    scope: 'read',
    credential: row?.id,
    unprotected: false,
  })
  const writing = await callers.find(await make(root, { scope: 'write' }))
  assert.deepEqual([writing?.actor, writing?.scope], [{ id: root.id, role: 'admin' }, 'write'])
})

test('only its hash is kept, and what it never was is nobody', async () => {
  const token = await make(ada)
  const { rows } = await pool.query(`select t.*, encode(token_hash, 'escape') from personal_tokens t`)
  assert.ok(!JSON.stringify(rows).includes(token.slice(4)))
  for (const other of [
    token.slice(0, -1),
    `${token}x`,
    token.slice(4),
    'xtb_',
    'xtb_\0',
    'XTB_x',
    `${token} `,
  ])
    assert.equal(await callers.find(other), undefined, other)
})

test('a token is good until it expires', async () => {
  for (const days of [7, 30, 90, 365] as const) {
    const token = await make(ada, { name: `${days}`, days })
    const { rows } = await pool.query(
      'select expires_at - created_at as life from personal_tokens where name = $1',
      [`${days}`],
    )
    assert.equal(rows[0].life.days, days)
    assert.ok(await callers.find(token))
    await pool.query(`update personal_tokens set expires_at = now() - interval '1 second' where name = $1`, [
      `${days}`,
    ])
    assert.equal(await callers.find(token), undefined)
  }
  assert.deepEqual(
    (await listPersonalTokens(db, ada)).map(({ expired }) => expired),
    [true, true, true, true],
  )
})

test('a token costs one query, and its use is written every five minutes at most', async () => {
  const token = await make(ada)
  const used = async () => (await listPersonalTokens(db, ada))[0]?.last_used_at ?? null
  assert.equal(await used(), null)
  await Promise.all([1, 2, 3].map(() => callers.find(token)))
  const first = await used()
  assert.ok(first)
  assert.equal(await queriesOf(web.deps, () => callers.find(token)), 1)
  assert.deepEqual(await used(), first)
  await pool.query(`update personal_tokens set last_used_at = now() - interval '6 minutes'`)
  await callers.find(token)
  assert.ok(((await used())?.getTime() ?? 0) >= first.getTime())
})

test('a token of a disabled person is refused at once', async () => {
  const token = await make(eve)
  await pool.query('update users set disabled_at = now() where id = $1', [eve.id])
  assert.equal(await callers.find(token), undefined)
  await pool.query('update users set disabled_at = null where id = $1', [eve.id])
  assert.ok(await callers.find(token))
})

test('a person lists and ends their own tokens, the newest first; nobody else’s exist', async () => {
  const [first, second] = [await make(ada, { name: 'First' }), await make(ada, { name: 'Second' })]
  assert.deepEqual(
    (await listPersonalTokens(db, ada)).map(({ name }) => name),
    ['Second', 'First'],
  )
  assert.deepEqual(await listPersonalTokens(db, eve), [])
  const [newest] = await listPersonalTokens(db, ada)
  const id = newest?.id ?? ''
  for (const actor of [eve, root])
    await assert.rejects(endPersonalToken(db, actor, id, ADDRESS), { code: 'not_found' })
  await endPersonalToken(db, ada, id, ADDRESS)
  await assert.rejects(endPersonalToken(db, ada, id, ADDRESS), { code: 'not_found' })
  assert.equal(await callers.find(second), undefined)
  assert.ok(await callers.find(first))
})

test('what is made and ended is in the audit', async () => {
  await make(ada)
  const [row] = await listPersonalTokens(db, ada)
  await endPersonalToken(db, ada, row?.id ?? '', ADDRESS)
  assert.deepEqual(await audit(), [
    { kind: 'personal_token_made', actor_id: ada.id, address: ADDRESS },
    { kind: 'personal_token_ended', actor_id: ada.id, address: ADDRESS },
  ])
})

test('the same form makes one token, sent again or many times at once; a changed one makes another', async () => {
  const id = newId()
  const results = await Promise.allSettled([1, 2, 3].map(() => make(ada, { id })))
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
  await assert.rejects(make(ada, { id }), { code: 'conflict', text: 'personal_token_made' })
  assert.equal((await listPersonalTokens(db, ada)).length, 1)
  for (const changed of [{ name: 'Another' }, { scope: 'write' }, { days: 90 }] as const)
    assert.ok(await callers.find(await make(ada, { id, ...changed })))
  assert.equal((await listPersonalTokens(db, ada)).length, 4)
})

test('the id of somebody else’s token makes one’s own, and tells nothing', async () => {
  const id = newId()
  const token = await make(ada, { id })
  assert.equal((await callers.find(await make(eve, { id })))?.actor.id, eve.id)
  assert.equal((await callers.find(token))?.actor.id, ada.id)
})

test('a person has fifty living tokens at most, also when many are made at once', async () => {
  await pool.query(
    `insert into personal_tokens (id, user_id, name, token_hash, scope, expires_at)
     select gen_random_uuid(), $1, 'CI ' || n, decode(md5(n::text), 'hex'), 'read', now() + interval '1 day'
     from generate_series(1, 48) n`,
    [ada.id],
  )
  const results = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => make(ada, { name: `${n}` })))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
  await assert.rejects(make(ada), { code: 'conflict', text: 'personal_tokens_many' })
  assert.ok(await make(eve))
  await pool.query(`update personal_tokens set expires_at = now() - interval '1 second' where name = 'CI 1'`)
  assert.ok(await make(ada))
})
