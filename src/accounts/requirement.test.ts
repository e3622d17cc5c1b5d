import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { queriesOf } from '../../test/access.ts'
import { Program } from '../../test/api.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, PASSWORD, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf, passkeyOf } from '../../test/second-factor.ts'
import { familyOf, personalTokenOf } from '../../test/tokens.ts'
import { isSecondFactorRequired, requireSecondFactor } from './requirement.ts'

const database = await testDatabase()
const { db, pool } = database
// One anew for each test: a process knows for twenty seconds whom it keeps waiting.
let web: ReturnType<typeof testApp>

let people: Cast
let tablo: string
beforeEach(async () => {
  web = testApp(database)
  await pool.query('truncate users, tablos, rate_limits cascade')
  await pool.query('truncate audit')
  await pool.query('update settings set require_second_factor = false')
  people = await cast(database)
  tablo = await tabloOf(database, people, 'Quite secret')
})

const require = (required: boolean, by = people.root) => requireSecondFactor(db, by, required, ADDRESS)
const kinds = async () =>
  (await pool.query(`select kind from audit where kind like 'second%' order by at, id`)).rows.map(
    ({ kind }) => kind,
  )

test('an admin requires it who has one, and takes it back', async () => {
  await assert.rejects(require(true), { code: 'conflict', text: 'second_factor_first' })
  await authenticatorOf(web.deps, people.root)
  for (const required of [true, true, false, false]) {
    await require(required)
    assert.equal(await isSecondFactorRequired(db), required)
  }
  assert.deepEqual(await kinds(), ['second_factor_required', 'second_factor_optional'])
})

test('for anybody but an admin there is no such rule', async () => {
  for (const who of [people.ada, people.eve]) {
    await authenticatorOf(web.deps, who)
    for (const required of [true, false]) await assert.rejects(require(required, who), { code: 'not_found' })
  }
  await pool.query(`update users set role = 'user' where id = $1`, [people.root.id])
  await passkeyOf(web.deps, people.root)
  await assert.rejects(require(true), { code: 'not_found' })
  assert.equal(await isSecondFactorRequired(db), false)
})

test('whoever has none is led to set one up, whatever they want, and can sign out', async () => {
  await passkeyOf(web.deps, people.root)
  const ada = await web.browserOf(people.ada)
  await require(true)
  for (const path of [
    '/',
    `/tablos/${tablo}`,
    `/tablos/${tablo}/tasks`,
    '/tablos/new',
    '/settings',
    '/settings/tokens',
  ])
    assert.deepEqual(
      [(await ada.get(path)).status, (await ada.get(path)).location],
      [303, '/settings/security'],
      path,
    )
  assert.equal((await ada.post(`/tablos/${tablo}`, { title: 'Mine' })).location, '/settings/security')
  assert.equal((await ada.htmxPost('/settings', { name: 'X' })).location, '/settings/security')
  const page = await ada.get('/settings/security')
  assert.equal(page.status, 200)
  assert.match(page.text, /Everybody here needs a second factor/)
  for (const path of ['/settings/security', '/nothing'])
    assert.ok(!(await ada.get(path)).text.includes('Quite secret'), path)
  await ada.post('/logout')
  assert.equal((await ada.get('/')).location, '/login')
})

test('whoever has set one up, or is asked for none any more, goes on', async () => {
  await passkeyOf(web.deps, people.root)
  const [ada, ben] = [await web.browserOf(people.ada), await web.browserOf(people.ben)]
  await require(true)
  assert.equal((await (await web.browserOf(people.root)).get('/')).status, 200)
  await authenticatorOf(web.deps, people.ada)
  assert.equal((await ada.get('/')).status, 200)
  assert.equal((await ben.get('/')).status, 303)
  await require(false)
  assert.equal((await ben.get('/')).status, 200)
})

test('programs of whoever has none are answered 403 that says so, by every kind of token', async () => {
  await passkeyOf(web.deps, people.root)
  const personal = await personalTokenOf(web.deps, people.ada)
  const { accessToken } = await familyOf(web.deps, people.ada)
  const mine = await personalTokenOf(web.deps, people.root)
  await require(true)
  for (const token of [personal, accessToken]) {
    for (const path of ['/me', `/tablos/${tablo}`, '/users', `/tablos/${people.ada.id}`]) {
      const { status, body } = await new Program(web, token).get(path)
      assert.deepEqual([status, body.type], [403, 'urn:xtablo:problem:forbidden'], path)
      assert.match(body.detail, /A second factor is required/)
    }
  }
  assert.equal((await new Program(web, mine).get('/me')).status, 200)
  const signIn = () => new Program(web).post('/auth/token', { email: people.ada.email, password: PASSWORD })
  assert.equal((await signIn()).status, 403)
  await authenticatorOf(web.deps, people.ada)
  assert.equal((await new Program(web, personal).get('/me')).status, 200)
  assert.equal((await new Program(testApp(database), accessToken).get('/me')).status, 200)
})

test('looking at the rule costs no query of its own', async () => {
  const ada = await web.browserOf(people.ada)
  const token = await personalTokenOf(web.deps, people.ada)
  const asked = async () => [
    await queriesOf(web.deps, () => ada.get(`/tablos/${tablo}/tasks`)),
    await queriesOf(web.deps, () => new Program(web, token).get('/me')),
  ]
  await asked()
  const before = await asked()
  for (const who of [people.root, people.ada]) await passkeyOf(web.deps, who)
  await require(true)
  assert.deepEqual(await asked(), before)
})
