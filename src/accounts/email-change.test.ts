import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { type TestApp, testApp } from '../../test/app.ts'
import { type Cast, cast, from, PASSWORD } from '../../test/cast.ts'
import type { Client } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { linkIn, type Post, postOf } from '../../test/mails.ts'
import { authenticatorOf } from '../../test/second-factor.ts'
import { transaction } from '../platform/database/database.ts'
import { confirmAddress } from './addresses.ts'
import { signInLimits } from './limits.ts'
import { makeLink } from './links.ts'
import { resetPassword } from './new-passwords.ts'

const database = await testDatabase()
const { db, pool } = database
const OTHER = 'ada.lovelace@example.org'

let web: TestApp
let post: Post
let people: Cast
let ada: Client
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, pgboss.job cascade')
  people = await cast(database)
  web = testApp(database)
  post = postOf(web)
  ada = await web.browserOf(people.ada)
})

const row = async () =>
  (await pool.query('select email, email_verified_at from users where id = $1', [people.ada.id])).rows[0]
const audit = async () =>
  (await pool.query('select kind from audit order by id')).rows.map(({ kind }) => kind)

/** Asks for another address and gives the path of the link that came. */
const changeAsked = (email = OTHER) => asks({ current: PASSWORD }, email)

async function asks(proof: { current?: string }, email = OTHER): Promise<string> {
  const { location } = await ada.post('/settings/email', { email, ...proof })
  assert.equal(location, '/settings/email?sent=new')
  const [mail] = await post.deliver()
  assert.equal(mail?.to, email)
  return linkIn(mail)
}

test('another address is the person’s once its link is followed, and the old one is told', async () => {
  const path = await changeAsked()
  assert.equal((await row()).email, people.ada.email)
  const page = await ada.get(path)
  assert.match(page.text, /Your address becomes ada\.lovelace@example\.org in place of ada@example\.org/)
  assert.equal((await ada.post(path)).location, '/settings/email?saved=1')
  const { email, email_verified_at } = await row()
  assert.deepEqual([email, email_verified_at instanceof Date], [OTHER, true])
  const [told, ...others] = await post.deliver()
  assert.deepEqual(
    [told?.to, told?.subject, others],
    [people.ada.email, 'Your e-mail address was changed', []],
  )
  assert.doesNotMatch(told?.text ?? '', /lovelace|\/forgot/)
  assert.deepEqual(await audit(), ['email_change_asked', 'email_changed'])
  assert.equal((await ada.post(path)).status, 404)
  assert.equal((await web.visitor().post('/login', { email: OTHER, password: PASSWORD })).status, 303)
})

test('another address ends the other sessions, all refresh tokens and every other link, and this session has a new token', async () => {
  const other = await web.browserOf(people.ada)
  const callers = callersOf(web.deps)
  const { refreshToken } = await callers.issue({ email: people.ada.email, password: PASSWORD }, from)
  const reset = await transaction(db, tx => makeLink(tx, 'reset', people.ada.id, { email: people.ada.email }))
  const path = await changeAsked()
  const before = ada.token ?? ''
  await ada.post(path)
  assert.notEqual(ada.token, before)
  assert.equal((await ada.get('/')).status, 200)
  for (const browser of [other, web.visitor().carry(before)])
    assert.equal((await browser.get('/')).location, '/login')
  await assert.rejects(callers.refresh(refreshToken), { code: 'unauthenticated' })
  const limits = signInLimits(pool, web.deps.secret)
  await assert.rejects(resetPassword(db, limits, reset, 'another long password', from), { code: 'not_found' })
})

test('a sign-in that stands at its second step is over when the address changes', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const other = web.visitor()
  const credentials = { email: people.ada.email, password: PASSWORD }
  assert.equal((await other.post('/login', credentials)).location, '/login/second')
  await ada.post(await changeAsked())
  const answer = await other.post('/login/second', { code: app.code() })
  assert.equal(answer.status, 401)
  assert.match(answer.text, /Sign in again/)
})

test('a wrong password asks for no address, and counts as a failed sign-in', async () => {
  for (let n = 0; n < 5; n++) {
    const answer = await ada.post('/settings/email', { email: OTHER, current: 'wrong' })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /id="f-current-error"/)
    assert.match(answer.text, new RegExp(`value="${OTHER}"`))
  }
  assert.equal((await ada.post('/settings/email', { email: OTHER, current: PASSWORD })).status, 429)
  assert.deepEqual(await post.waiting(), [])
})

test('who has no password takes another address when they have signed in just now', async () => {
  await pool.query('update users set password_hash = null where id = $1', [people.ada.id])
  const page = await ada.get('/settings/email')
  assert.doesNotMatch(page.text, /name="current"/)
  const path = await asks({})
  await pool.query(`update sessions set created_at = now() - interval '11 minutes'`)
  const late = await ada.post('/settings/email', { email: 'ada.king@example.org' })
  assert.equal(late.status, 409)
  assert.match(late.text, /you must have signed in within the last ten minutes/)
  assert.deepEqual(await post.waiting(), [])
  assert.equal((await ada.post(path)).status, 303)
  assert.equal((await row()).email, OTHER)
})

test('the wrong password after which no more are taken is written down, wherever it is typed', async () => {
  await ada.post('/settings/email', { email: OTHER, current: 'wrong' })
  assert.deepEqual(await audit(), [])
  await pool.query(`update rate_limits set points = 99 where key like 'failures:%'`)
  await ada.post('/settings/email', { email: OTHER, current: 'wrong' })
  assert.deepEqual(await audit(), ['sign_in_blocked'])
})

test('what is no address, or the one that is had, is told by its field', async () => {
  for (const email of ['', 'x', people.ada.email]) {
    const answer = await ada.post('/settings/email', { email, current: PASSWORD })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /id="f-email-error"/)
  }
})

test('an address that somebody has is asked like any other, and only its reader learns of it', async () => {
  const free = await ada.post('/settings/email', { email: OTHER, current: PASSWORD })
  const taken = await ada.post('/settings/email', { email: people.eve.email, current: PASSWORD })
  assert.deepEqual([taken.status, taken.location, taken.text], [free.status, free.location, free.text])
  const [one, two] = await post.deliver()
  assert.equal(
    two?.text.replaceAll(people.eve.email, OTHER).replace(/verify.*/, ''),
    one?.text.replace(/verify.*/, ''),
  )
  const answer = await ada.post(linkIn(two))
  assert.equal(answer.status, 409)
  assert.match(answer.text, /has an account already/)
  assert.equal((await row()).email, people.ada.email)
  assert.equal((await ada.post(linkIn(one))).status, 303)
})

test('of two who take one address at once, one has it', async () => {
  const tokens = await Promise.all(
    [people.ada, people.ben].map(({ id }) =>
      transaction(db, tx => makeLink(tx, 'change_email', id, { email: OTHER })),
    ),
  )
  const results = await Promise.allSettled([
    confirmAddress(db, people.ada, tokens[0] ?? '', from),
    confirmAddress(db, people.ben, tokens[1] ?? '', from),
  ])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a link that waits in the queue while the address changes proves neither', async () => {
  await ada.post('/settings/email/verify')
  await pool.query('update users set email = $2 where id = $1', [people.ada.id, OTHER])
  const [mail] = await post.deliver()
  // It goes where the account is now.
  assert.equal(mail?.to, OTHER)
  assert.equal((await ada.post(linkIn(mail))).status, 303)
  await ada.post('/settings/email', { email: people.ada.email, current: PASSWORD })
  await pool.query('update users set email = $2 where id = $1', [people.ada.id, people.ada.email])
  assert.deepEqual(await post.deliver(), [])
})
