import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import { offerReset } from './accounts.ts'
import { signInLimits } from './limits.ts'
import { resetPassword } from './new-passwords.ts'
import { disablePerson, enablePerson } from './people.ts'
import { createPersonalToken } from './personal-tokens.ts'
import { findSession } from './sessions.ts'
import { signIn } from './sign-in.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const limits = signInLimits(pool, web.deps.secret)
const DISABLED = { code: 'forbidden', text: 'account_disabled' }

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
})

const disable = (id = people.ada.id) => disablePerson(db, people.root, id, ADDRESS)
const enable = (id = people.ada.id) => enablePerson(db, people.root, id, ADDRESS)
const given = () => ({ email: people.ada.email, password: PASSWORD })
const audit = async () =>
  (await pool.query(`select kind, subject_id, actor_id from audit where kind like 'person%' order by at`))
    .rows
const left = async () => {
  const counts = `select (select count(*) from sessions where user_id = $1) as sessions,
    (select count(*) from links where user_id = $1) as links,
    (select count(*) from token_families where user_id = $1 and ended_at is null) as families`
  return (await pool.query(counts, [people.ada.id])).rows[0]
}
const NOTHING = { sessions: 0, links: 0, families: 0 }

test('disabling ends every way in at once, and is in the audit; enabling lets in again', async () => {
  const callers = callersOf(web.deps)
  const browser = await web.browserOf(people.ada)
  const tokens = await callers.issue(given(), from)
  const personal = await createPersonalToken(
    db,
    people.ada,
    { name: 'CI', scope: 'write', days: 30 },
    ADDRESS,
  )
  const link = await offerReset(db, people.ada.email)
  for (const token of [tokens.accessToken, personal]) assert.ok(await callers.find(token))
  await pool.query('truncate audit')

  await disable()
  assert.equal((await browser.get('/')).status, 303)
  assert.equal(await callers.find(personal), undefined)
  await assert.rejects(callers.refresh(tokens.refreshToken), { code: 'unauthenticated' })
  await assert.rejects(resetPassword(db, limits, link, 'another long password', from), { code: 'not_found' })
  await assert.rejects(offerReset(db, people.ada.email), DISABLED)
  await assert.rejects(signIn(db, limits, given(), from), DISABLED)
  await assert.rejects(callers.issue(given(), from), DISABLED)
  callers.pass(30)
  assert.equal(await callers.find(tokens.accessToken), undefined)
  assert.deepEqual(await left(), NOTHING)

  await enable()
  assert.ok(await findSession(db, (await signIn(db, limits, given(), from)).session ?? ''))
  assert.ok(await callers.find(personal))
  await assert.rejects(callers.refresh(tokens.refreshToken), { code: 'unauthenticated' })
  assert.equal(await callers.find(tokens.accessToken), undefined)
  assert.deepEqual(await audit(), [
    { kind: 'person_disabled', subject_id: people.ada.id, actor_id: people.root.id },
    { kind: 'person_enabled', subject_id: people.ada.id, actor_id: people.root.id },
  ])
})

test('nobody else is touched', async () => {
  const ben = await web.browserOf(people.ben)
  const callers = callersOf(web.deps)
  const { refreshToken } = await callers.issue({ email: people.ben.email, password: PASSWORD }, from)
  await disable()
  assert.equal((await ben.get('/')).status, 200)
  assert.ok(await callers.refresh(refreshToken))
})

test('what is so already stays so, without a second line in the audit', async () => {
  await enable()
  await disable()
  const [before] = (await pool.query('select disabled_at from users where id = $1', [people.ada.id])).rows
  await disable()
  const [after] = (await pool.query('select disabled_at from users where id = $1', [people.ada.id])).rows
  assert.deepEqual(after, before)
  await enable()
  await enable()
  assert.equal((await audit()).length, 2)
})

test('only an admin can, and only with people who are there', async () => {
  for (const act of [disablePerson, enablePerson]) {
    for (const actor of [people.eve, people.ada])
      await assert.rejects(act(db, actor, people.ada.id, ADDRESS), { code: 'not_found' })
    // What an actor was when they came is not what they are.
    await assert.rejects(act(db, { ...people.eve, role: 'admin' }, people.ada.id, ADDRESS), {
      code: 'not_found',
    })
    await assert.rejects(act(db, people.root, newId(), ADDRESS), { code: 'not_found' })
  }
  assert.deepEqual(await audit(), [])
})

test('an admin can’t disable their own account', async () => {
  await assert.rejects(disable(people.root.id), { code: 'conflict', text: 'own_account' })
  assert.equal((await (await web.browserOf(people.root)).get('/')).status, 200)
})

test('a disabled admin can’t disable anybody', async () => {
  const other = await person(database, 'Other', { role: 'admin' })
  await disable(other.id)
  await assert.rejects(disablePerson(db, other, people.ada.id, ADDRESS), { code: 'not_found' })
  await assert.rejects(enablePerson(db, other, other.id, ADDRESS), { code: 'not_found' })
})

test('the sign-in page tells a disabled person so, for the right password alone', async () => {
  await disable()
  const visitor = web.visitor()
  for (const post of ['post', 'htmxPost'] as const) {
    const answer = await visitor[post]('/login', { ...given(), next: '/settings' })
    assert.equal(answer.status, 403)
    assert.match(answer.text, /This account is disabled\. Ask an admin/)
    assert.match(answer.text, /<form[^>]*action="\/login"/)
    assert.match(answer.text, new RegExp(`value="${people.ada.email}"`))
    assert.match(answer.text, /name="next" value="\/settings"/)
    assert.equal(answer.headers.get('HX-Retarget'), null)
  }
  assert.equal(visitor.token, undefined)
  const wrong = await visitor.post('/login', { ...given(), password: 'not the password' })
  const unknown = await visitor.post('/login', { email: 'nobody@example.org', password: 'not the password' })
  assert.deepEqual([wrong.status, unknown.status], [401, 401])
  assert.equal(wrong.text.replace(people.ada.email, ''), unknown.text.replace('nobody@example.org', ''))
})
