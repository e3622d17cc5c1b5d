import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { type TestApp, testApp } from '../../test/app.ts'
import { type Cast, cast, FIREFOX, from, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { type Post, postOf } from '../../test/mails.ts'
import { transaction } from '../platform/database/database.ts'
import { enqueueNotice, type Notice } from './mails.ts'
import { disablePerson } from './people.ts'

const database = await testDatabase()
const { db, pool } = database
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1'

let web: TestApp
let post: Post
let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, pgboss.job cascade')
  people = await cast(database)
  web = testApp(database)
  post = postOf(web)
})

async function signsIn(userAgent: string, email = people.ada.email): Promise<void> {
  const answer = await web
    .visitor()
    .post('/login', { email, password: PASSWORD }, { 'User-Agent': userAgent })
  assert.equal(answer.status, 303)
}

test('a kind of device that is new to a person is told, once, and never the first of all', async () => {
  await signsIn(FIREFOX)
  assert.deepEqual(await post.deliver(), [])
  await signsIn(FIREFOX.replaceAll('140', '141'))
  assert.deepEqual(await post.deliver(), [])
  await signsIn(SAFARI)
  const [mail, ...others] = await post.deliver()
  assert.deepEqual([mail?.to, mail?.subject, others], [people.ada.email, 'A new device signed in', []])
  assert.match(mail?.text ?? '', /with Safari on iPhone, from 127\.0\.0\.1\./)
  assert.match(mail?.text ?? '', /Set a new password\nhttp:\/\/127\.0\.0\.1:8080\/forgot/)
  await signsIn(SAFARI)
  await signsIn('curl/8')
  await signsIn('wget')
  assert.deepEqual(
    (await post.deliver()).map(({ text }) => /with ([^,]*),/.exec(text)?.[1]),
    ['an unknown device'],
  )
})

test('whoever signs in by the API with the password is a device like any other', async () => {
  await signsIn(FIREFOX)
  const callers = callersOf(web.deps)
  const given = { email: people.ada.email, password: PASSWORD }
  for (let n = 0; n < 2; n++) await callers.issue(given, { address: '192.0.2.9', userAgent: 'node' })
  const [mail, ...others] = await post.deliver()
  assert.match(mail?.text ?? '', /with an unknown device, from 192\.0\.2\.9\./)
  assert.deepEqual(others, [])
})

test('what somebody made an account with is known, and what another signs in with then is told', async () => {
  const given = { name: 'New', email: 'new@example.org', password: PASSWORD }
  await web.visitor().post('/signup', given)
  await post.deliver()
  await signsIn(SAFARI, given.email)
  assert.deepEqual(
    (await post.deliver()).map(({ subject }) => subject),
    ['A new device signed in'],
  )
  await signsIn(FIREFOX, given.email)
  assert.deepEqual(await post.deliver(), [])
})

test('the devices of one person say nothing of another’s, not even that they are alike', async () => {
  await signsIn(FIREFOX)
  await signsIn(FIREFOX, people.ben.email)
  const { rows } = await pool.query('select fingerprint from devices')
  assert.equal(new Set(rows.map(({ fingerprint }) => fingerprint.toString('hex'))).size, 2)
})

test('of two sign-ins at once from one new device, one is told', async () => {
  await signsIn(FIREFOX)
  await Promise.all([signsIn(SAFARI), signsIn(SAFARI)])
  assert.equal((await post.deliver()).length, 1)
})

test('a wrong password tells nobody', async () => {
  await signsIn(FIREFOX)
  await web.visitor().post('/login', { email: people.ada.email, password: 'x' }, { 'User-Agent': SAFARI })
  assert.deepEqual(await post.waiting(), [])
})

test('a changed password is told', async () => {
  const ada = await web.browserOf(people.ada)
  await ada.post('/settings/password', { current: PASSWORD, password: 'another long password' })
  assert.deepEqual(
    (await post.deliver()).map(({ to, subject }) => [to, subject]),
    [[people.ada.email, 'Your password was changed']],
  )
})

test('a notice says when, in the person’s language and time zone, however late it goes out', async () => {
  await pool.query(`update users set language = 'fr', time_zone = 'Asia/Tokyo'`)
  await transaction(db, tx => enqueueNotice(tx, 'password_changed', people.ada.id, from))
  const at = '2026-11-20T20:30:00.000Z'
  await pool.query(`update pgboss.job set data = jsonb_set(data, '{payload,at}', to_jsonb($1::text))`, [at])
  await post.fail()
  const [mail] = await post.deliver()
  assert.match(mail?.text ?? '', /C’était le 21 nov\. 2026,? .*05:30 \(Asia\/Tokyo\), avec Firefox sur Linux/)
  assert.match(mail?.html ?? '', /<html lang="fr">/)
})

test('every notice is told in every language, and offers a new password where that can be had', async () => {
  const kinds: Notice['about'][] = ['password_changed', 'password_removed', 'email_changed', 'new_device']
  for (const language of ['en', 'fr'] as const)
    for (const about of kinds)
      await transaction(db, tx => enqueueNotice(tx, about, people.ada.id, { ...from, language }))
  const mails = await post.deliver()
  assert.equal(new Set(mails.map(({ subject }) => subject)).size, 8)
  assert.deepEqual(
    mails.map(({ text }) => text.includes('/forgot')),
    [true, true, false, true, true, true, false, true],
  )
})

test('whoever is gone or disabled meanwhile is told nothing more', async () => {
  await transaction(db, tx => enqueueNotice(tx, 'password_changed', people.ada.id, from))
  await transaction(db, tx => enqueueNotice(tx, 'password_changed', people.ben.id, from))
  await disablePerson(db, people.root, people.ada.id, '')
  await pool.query('delete from users where id = $1', [people.ben.id])
  assert.deepEqual(await post.deliver(), [])
})

test('where no mail goes out, what waits is let go', async () => {
  await transaction(db, tx => enqueueNotice(tx, 'password_changed', people.ada.id, from))
  const never = async () => assert.fail('it was sent')
  const none = testApp(database, {}, { mailer: { way: 'none', send: never, check: never, close() {} } })
  assert.deepEqual(await postOf(none).deliver(), [])
})
