import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, from, PASSWORD } from '../../test/cast.ts'
import { formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import { offerReset } from './accounts.ts'
import { signInLimits } from './limits.ts'
import { changePassword, resetPassword } from './new-passwords.ts'

const database = await testDatabase()
const { db, pool } = database
// A new one for each test: what is blocked is remembered in memory too.
let web = testApp(database)
const limits = signInLimits(pool, web.deps.secret)
const NEW = 'another long password'

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
  web = testApp(database)
})

const audit = async () =>
  (await pool.query(`select kind from audit where kind <> 'signed_in' order by at`)).rows.map(row => row.kind)
const signsIn = async (password: string) =>
  (await web.visitor().post('/login', { email: people.ada.email, password })).status === 303

test('a profile is saved as the page fills it in, and is in the audit', async () => {
  const ada = await web.browserOf(people.ada)
  const fields = formOf(await ada.get('/settings'), '/settings')
  assert.deepEqual(fields, { name: 'Ada', language: '', time_zone: 'UTC' })
  const answer = await ada.post('/settings', { name: ' Ada  L. ', language: 'fr', time_zone: 'Europe/Paris' })
  assert.deepEqual([answer.status, answer.location], [303, '/settings?saved=profile'])
  const page = await ada.get('/settings')
  assert.match(page.text, /<html lang="fr">/)
  assert.deepEqual(formOf(page, '/settings'), { name: 'Ada L.', language: 'fr', time_zone: 'Europe/Paris' })
  assert.deepEqual(await audit(), ['profile_changed'])
})

test('a person’s language is theirs whatever the browser asks for, until they leave it to the browser', async () => {
  const ada = await web.browserOf(people.ada)
  ada.headers = { 'Accept-Language': 'fr' }
  assert.match((await ada.get('/')).text, /<html lang="fr">/)
  await ada.post('/settings', { name: 'Ada', language: 'en', time_zone: 'UTC' })
  assert.match((await ada.get('/')).text, /<html lang="en">/)
  await ada.post('/settings', { name: 'Ada', language: '', time_zone: 'UTC' })
  assert.match((await ada.get('/')).text, /<html lang="fr">/)
})

test('a profile with a fault comes back with what was typed and changes nothing', async () => {
  const ada = await web.browserOf(people.ada)
  const cases: [field: string, value: string][] = [
    ['name', ''],
    ['name', 'x'.repeat(101)],
    ['language', 'de'],
    ['time_zone', 'Mars/Olympus'],
    ['time_zone', ''],
  ]
  for (const [field, value] of cases) {
    const fields = { name: 'Another name', language: 'en', time_zone: 'Europe/Paris', [field]: value }
    const answer = await ada.post('/settings', fields)
    assert.equal(answer.status, 422, `${field} ${value}`)
    assert.match(answer.text, new RegExp(`id="f-${field}-error"`))
    if (field !== 'name') assert.match(answer.text, /value="Another name"/)
  }
  assert.equal((await ada.post('/settings', {})).status, 422)
  assert.deepEqual(await audit(), [])
})

test('a new password ends every other session and gives this browser a new one', async () => {
  const ada = await web.browserOf(people.ada)
  const other = await web.browserOf(people.ada)
  const eve = await web.browserOf(people.eve)
  const before = ada.token
  const answer = await ada.post('/settings/password', { current: PASSWORD, password: NEW })
  assert.deepEqual([answer.status, answer.location], [303, '/settings?saved=password'])
  assert.notEqual(ada.token, before)
  const statuses = await Promise.all([ada, other, eve].map(async browser => (await browser.get('/')).status))
  assert.deepEqual(statuses, [200, 303, 200])
  assert.deepEqual([await signsIn(PASSWORD), await signsIn(NEW)], [false, true])
  assert.deepEqual(await audit(), ['password_changed'])
})

test('a wrong current password is told by its field, changes nothing, and counts as a failed sign-in', async () => {
  const ada = await web.browserOf(people.ada)
  for (let n = 0; n < 5; n++) {
    const answer = await ada.post('/settings/password', { current: 'wrong', password: NEW })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /id="f-current-error"/)
  }
  const answer = await ada.post('/settings/password', { current: PASSWORD, password: NEW })
  assert.equal(answer.status, 429)
  assert.ok(answer.headers.get('Retry-After'))
  assert.equal((await ada.get('/')).status, 200)
  assert.deepEqual(await audit(), [])
})

test('a new password has 12 to 256 characters', async () => {
  const ada = await web.browserOf(people.ada)
  for (const password of ['', 'x'.repeat(11), '🦊'.repeat(257)]) {
    const answer = await ada.post('/settings/password', { current: PASSWORD, password })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /id="f-password-error"/)
  }
})

test('of two changes of a password at the same moment, one finds that the old one is no longer right', async () => {
  const results = await Promise.allSettled(
    ['first new password', 'second new password'].map(password =>
      changePassword(db, limits, people.ada, { current: PASSWORD, password }, from),
    ),
  )
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual(await audit(), ['password_changed'])
})

test('a reset link sets a new password once, signs in, and ends every other session', async () => {
  const stolen = await web.browserOf(people.ada)
  const token = await offerReset(db, people.ada.email)
  const visitor = web.visitor()
  assert.equal((await visitor.get(`/reset/${token}`)).status, 200)
  const short = await visitor.post(`/reset/${token}`, { password: 'short' })
  assert.equal(short.status, 422)
  const answer = await visitor.post(`/reset/${token}`, { password: NEW })
  assert.deepEqual([answer.status, answer.location], [303, '/'])
  assert.equal((await visitor.get('/')).status, 200)
  assert.equal((await stolen.get('/')).status, 303)
  assert.deepEqual([await signsIn(PASSWORD), await signsIn(NEW)], [false, true])
  assert.deepEqual(await audit(), ['reset_link_made', 'password_reset'])
  assert.equal((await visitor.get(`/reset/${token}`)).status, 404)
  assert.equal((await visitor.post(`/reset/${token}`, { password: NEW })).status, 404)
})

test('only the hash of a link is kept, and a new password ends the other links of the person', async () => {
  const [one, two] = [await offerReset(db, people.ada.email), await offerReset(db, people.ada.email)]
  const rows = JSON.stringify((await pool.query('select * from links')).rows)
  assert.ok(!rows.includes(one) && !rows.includes(two))
  await resetPassword(db, limits, one, NEW, from)
  await assert.rejects(resetPassword(db, limits, two, NEW, from), { code: 'not_found' })
})

test('after 100 failures a reset link lets a person sign in again', async () => {
  const { email } = people.ada
  for (let n = 0; n < 100; n++) await limits.failed(email)
  assert.equal(await signsIn(PASSWORD), false)
  await resetPassword(db, limits, await offerReset(db, email), NEW, from)
  assert.equal(await signsIn(NEW), true)
})

test('of many who use one link at once, one sets the password', async () => {
  const token = await offerReset(db, people.ada.email)
  const results = await Promise.allSettled([1, 2, 3].map(() => resetPassword(db, limits, token, NEW, from)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a link that has expired, is of another kind, or never was, is dead', async () => {
  const token = await offerReset(db, people.ada.email)
  assert.equal((await web.visitor().get(`/setup/${token}`)).status, 404)
  await pool.query(`update links set expires_at = now() - interval '1 second'`)
  for (const dead of [token, 'x', '%00', '%E0%A4%A', 'x'.repeat(2_000)]) {
    assert.equal((await web.visitor().get(`/reset/${dead}`)).status, 404, dead)
    const { runs } = await hashingOf(async () => {
      assert.equal((await web.visitor().post(`/reset/${dead}`, { password: NEW })).status, 404, dead)
    })
    assert.equal(runs, 0, 'nobody makes us hash who has no link')
  }
})

test('a link lives for one hour', async () => {
  await offerReset(db, people.ada.email)
  const { rows } = await pool.query(`select extract(epoch from expires_at - now()) as left from links`)
  assert.ok(rows[0].left > 3_590 && rows[0].left <= 3_600)
})

test('there is no link for an e-mail address without an account', async () => {
  await assert.rejects(offerReset(db, 'nobody@example.org'), { code: 'not_found' })
  assert.deepEqual(await audit(), [])
})

test('a reset link ends the session that the browser had, though it was another person’s', async () => {
  const browser = await web.browserOf(people.ben)
  const earlier = browser.token ?? ''
  const token = await offerReset(db, people.ada.email)
  assert.equal((await browser.post(`/reset/${token}`, { password: NEW })).status, 303)
  assert.equal((await browser.get('/')).status, 200)
  assert.equal((await web.visitor().carry(earlier).get('/')).status, 303)
})
