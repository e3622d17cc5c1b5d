// Who is an admin, and what becomes of their sessions when that changes.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, person, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { waiting } from '../../test/locks.ts'
import { newId } from '../platform/ids.ts'
import {
  disablePerson,
  endSessionOf,
  endSessionsOf,
  makeAdmin,
  makeAdminByEmail,
  offerResetTo,
  unmakeAdmin,
} from './people.ts'
import { resetSecondFactors } from './resetting.ts'
import { listSessions } from './sessions.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const LAST = { code: 'conflict', text: 'last_admin' }
const NOT_FOUND = { code: 'not_found' }

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
})

const roleOf = async (id: string) =>
  (await pool.query('select role from users where id = $1', [id])).rows[0]?.role
const audit = async () =>
  (await pool.query(`select kind, subject_id, actor_id, address from audit order by at`)).rows
const lost = (id: string) => pool.query('update users set password_hash = null where id = $1', [id])
const admins = async () =>
  (await pool.query(`select from users where role = 'admin' and disabled_at is null`)).rowCount

test('whoever becomes an admin, or is none any more, is signed out everywhere', async () => {
  const callers = callersOf(web.deps)
  for (const [change, role] of [
    [makeAdmin, 'admin'],
    [unmakeAdmin, 'user'],
  ] as const) {
    const browser = await web.browserOf(people.ada)
    const tokens = await callers.issue({ email: people.ada.email, password: PASSWORD }, from)
    assert.ok(await callers.find(tokens.accessToken))
    await change(db, people.root, people.ada.id, ADDRESS)
    assert.equal(await roleOf(people.ada.id), role)
    assert.equal((await browser.get('/')).status, 303)
    await assert.rejects(callers.refresh(tokens.refreshToken), { code: 'unauthenticated' })
    callers.pass(30)
    assert.equal(await callers.find(tokens.accessToken), undefined)
  }
})

test('each change of a role is one line of the audit, and none for what is so already', async () => {
  const { ada, root } = people
  const line = { subject_id: ada.id, actor_id: root.id, address: ADDRESS }
  for (const change of [makeAdmin, unmakeAdmin]) {
    await change(db, root, ada.id, ADDRESS)
    const browser = await web.browserOf(ada)
    await change(db, root, ada.id, ADDRESS)
    assert.equal((await browser.get('/')).status, 200, 'nothing has changed')
  }
  assert.deepEqual(await audit(), [
    { kind: 'person_made_admin', ...line },
    { kind: 'person_unmade_admin', ...line },
  ])
})

test('nobody but an admin changes anything of an account', async () => {
  const [ada, session] = [people.ada.id, newId()]
  const acts = (actor: typeof people.eve) => [
    () => makeAdmin(db, actor, ada, ADDRESS),
    () => unmakeAdmin(db, actor, people.root.id, ADDRESS),
    () => endSessionsOf(db, actor, ada, ADDRESS),
    () => endSessionOf(db, actor, ada, session, ADDRESS),
    () => resetSecondFactors(db, actor, ada, ADDRESS),
    () => offerResetTo(db, actor, ada, ADDRESS),
  ]
  for (const actor of [people.eve, people.ada, { ...people.eve, role: 'admin' as const }])
    for (const act of acts(actor)) await assert.rejects(act, NOT_FOUND)
  const gone = newId()
  for (const act of [
    () => makeAdmin(db, people.root, gone, ADDRESS),
    () => unmakeAdmin(db, people.root, gone, ADDRESS),
    () => endSessionsOf(db, people.root, gone, ADDRESS),
    () => resetSecondFactors(db, people.root, gone, ADDRESS),
    () => offerResetTo(db, people.root, gone, ADDRESS),
  ])
    await assert.rejects(act, NOT_FOUND)
  assert.deepEqual(await audit(), [])
})

test('the last admin keeps the role; of two, each may give it up', async () => {
  const { root, ada } = people
  await assert.rejects(unmakeAdmin(db, root, root.id, ADDRESS), LAST)
  await makeAdmin(db, root, ada.id, ADDRESS)
  await unmakeAdmin(db, root, root.id, ADDRESS)
  assert.deepEqual([await roleOf(root.id), await roleOf(ada.id)], ['user', 'admin'])
})

test('an admin who can’t sign in is none to rely on', async () => {
  const { root, ada } = people
  await makeAdmin(db, root, ada.id, ADDRESS)
  await lost(ada.id)
  await assert.rejects(unmakeAdmin(db, root, root.id, ADDRESS), LAST)
  await pool.query(
    `insert into identities (provider, issuer, subject, user_id) values ('google', 'x', 'y', $1)`,
    [ada.id],
  )
  await unmakeAdmin(db, root, root.id, ADDRESS)
})

test('nor is one who is disabled', async () => {
  const { root, ada } = people
  await makeAdmin(db, root, ada.id, ADDRESS)
  await disablePerson(db, root, ada.id, ADDRESS)
  await assert.rejects(unmakeAdmin(db, root, root.id, ADDRESS), LAST)
})

test('an admin who could not sign in again disables nobody who could', async () => {
  const { root, ada } = people
  await makeAdmin(db, root, ada.id, ADDRESS)
  await lost(root.id)
  await assert.rejects(disablePerson(db, root, ada.id, ADDRESS), LAST)
  await assert.rejects(unmakeAdmin(db, root, ada.id, ADDRESS), LAST)
})

test('of all admins who give up the role at once, one keeps it', async () => {
  for (let round = 0; round < 5; round++) {
    const all = [people.root, people.ada, people.ben, people.vera]
    await pool.query(`update users set role = 'admin' where id = any($1)`, [all.map(({ id }) => id)])
    const results = await Promise.allSettled(all.map(each => unmakeAdmin(db, each, each.id, ADDRESS)))
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 1, `round ${round}`)
    assert.equal(await admins(), 1)
  }
})

test('of two admins who take the role from each other at once, one keeps it', async () => {
  for (let round = 0; round < 5; round++) {
    const { root, ada } = people
    await pool.query(`update users set role = 'admin' where id = any($1)`, [[root.id, ada.id]])
    const results = await Promise.allSettled([
      unmakeAdmin(db, root, ada.id, ADDRESS),
      unmakeAdmin(db, ada, root.id, ADDRESS),
    ])
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(await admins(), 1)
  }
})

test('a program that signs in while its person loses the role does not get a token that says it', async () => {
  const { ada } = people
  const callers = callersOf(web.deps)
  await pool.query(`update users set role = 'admin' where id = $1`, [ada.id])
  const holder = await pool.connect()
  await holder.query(`begin; select from users where id = '${ada.id}' for update`)
  const signing = callers.issue({ email: ada.email, password: PASSWORD }, from)
  await waiting(pool, 1)
  await holder.query(`update users set role = 'user' where id = '${ada.id}'; commit`)
  holder.release()
  const caller = await callers.find((await signing).accessToken)
  assert.deepEqual(caller?.actor, { id: ada.id, role: 'user' })
})

test('one session of a person is ended, or all of them with the programs', async () => {
  const { ada, ben, root } = people
  const callers = callersOf(web.deps)
  const [first, second] = [await web.browserOf(ada), await web.browserOf(ada)]
  const { refreshToken } = await callers.issue({ email: ada.email, password: PASSWORD }, from)
  const other = await web.browserOf(ben)
  const [session] = (await pool.query('select id from sessions where user_id = $1 order by id', [ada.id]))
    .rows
  await assert.rejects(endSessionOf(db, root, ben.id, session.id, ADDRESS), NOT_FOUND)
  await endSessionOf(db, root, ada.id, session.id, ADDRESS)
  assert.deepEqual([(await first.get('/')).status, (await second.get('/')).status], [303, 200])
  await endSessionsOf(db, root, ada.id, ADDRESS)
  assert.equal((await second.get('/')).status, 303)
  await assert.rejects(callers.refresh(refreshToken), { code: 'unauthenticated' })
  assert.equal((await other.get('/')).status, 200)
  assert.deepEqual(await listSessions(db, ada), [])
  assert.deepEqual(
    (await audit()).map(({ kind }) => kind).filter(kind => kind.startsWith('person')),
    ['person_session_ended', 'person_sessions_ended'],
  )
})

test('a link to set a new password is made for a person who is not disabled', async () => {
  const { ada, root } = people
  const token = await offerResetTo(db, root, ada.id, ADDRESS)
  assert.equal((await web.visitor().get(`/reset/${token}`)).status, 200)
  const [line] = await audit()
  assert.deepEqual([line?.kind, line?.actor_id], ['reset_link_made', root.id])
  await disablePerson(db, root, ada.id, ADDRESS)
  for (const act of [offerResetTo, makeAdmin])
    await assert.rejects(act(db, root, ada.id, ADDRESS), { code: 'conflict', text: 'person_disabled' })
})

test('from the command line a person is made an admin by their address, once', async () => {
  const { ada } = people
  const browser = await web.browserOf(ada)
  assert.deepEqual(await makeAdminByEmail(db, ada.email, { enable: false }), { already: false })
  assert.equal((await browser.get('/')).status, 303)
  assert.deepEqual(await makeAdminByEmail(db, ada.email, { enable: false }), { already: true })
  await assert.rejects(makeAdminByEmail(db, 'nobody@example.org', { enable: true }), NOT_FOUND)
  assert.deepEqual(await audit(), [
    { kind: 'person_made_admin', subject_id: ada.id, actor_id: null, address: null },
  ])
})

test('and a disabled one only when that is asked for, too', async () => {
  const other = await person(database, 'Other', { role: 'admin' })
  await disablePerson(db, people.root, other.id, ADDRESS)
  await assert.rejects(makeAdminByEmail(db, other.email, { enable: false }), {
    code: 'forbidden',
    text: 'account_disabled',
  })
  assert.deepEqual(await makeAdminByEmail(db, other.email, { enable: true }), { already: true })
  assert.ok(await sessionOf(database, other))
  assert.deepEqual(
    (await audit()).map(({ kind }) => kind),
    ['person_disabled', 'person_enabled'],
  )
})
