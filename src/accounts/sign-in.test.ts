import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import type { Person } from './actor.ts'
import { signInLimits } from './limits.ts'
import { isOutdated } from './passwords.ts'
import { signIn } from './sign-in.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const limits = signInLimits(pool, 'secret')

let ada: Person
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  ada = await person(database, 'Ada')
})

const given = (password = PASSWORD) => ({ email: ada.email, password })
const storedHash = async (): Promise<string> =>
  (await pool.query('select password_hash from users where id = $1', [ada.id])).rows[0].password_hash

test('signing in leads to where one was going, or home', async () => {
  const { email } = ada
  const home = await web.visitor().post('/login', { email, password: PASSWORD })
  assert.deepEqual([home.status, home.location], [303, '/'])
  const there = await web.visitor().post('/login', { email, password: PASSWORD, next: '/settings?saved=1#a' })
  assert.deepEqual([there.status, there.location], [303, '/settings?saved=1#a'])
})

test('a link that somebody else made leads home, not to them', async () => {
  const known = await web.browserOf(ada)
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/.//evil.example',
    'javascript:x',
  ]) {
    const page = await web.visitor().get(`/login?next=${encodeURIComponent(next)}`)
    assert.ok(!page.text.includes('evil.example'), next)
    const answer = await web.visitor().post('/login', { email: ada.email, password: PASSWORD, next })
    assert.deepEqual([answer.status, answer.location], [303, '/'], next)
    assert.equal((await known.get(`/login?next=${encodeURIComponent(next)}`)).location, '/', next)
  }
})

test('where one was going survives a wrong password', async () => {
  const page = await web.visitor().get('/login?next=%2Fsettings')
  assert.match(page.text, /name="next" value="\/settings"/)
  const again = await web.visitor().post('/login', { email: ada.email, password: 'no', next: '/settings' })
  assert.match(again.text, /name="next" value="\/settings"/)
})

test('the e-mail address may be written in any case, with space around it', async () => {
  const answer = await web.visitor().post('/login', { email: ' ADA@Example.org ', password: `${PASSWORD} ` })
  assert.equal(answer.status, 303)
})

test('an unknown e-mail address and a wrong password are one answer', async () => {
  const wrong = await web.visitor().post('/login', { email: ada.email, password: 'not the password' })
  const unknown = await web
    .visitor()
    .post('/login', { email: 'eve@example.org', password: 'not the password' })
  assert.deepEqual([wrong.status, unknown.status], [401, 401])
  assert.equal(unknown.text.replaceAll('eve@example.org', ada.email), wrong.text)
  assert.match(wrong.text, /The e-mail address or the password is not right/)
})

test('an unknown e-mail address, a wrong password and a person without a password cost the same work', async () => {
  const ben = await person(database, 'Ben')
  await pool.query('update users set password_hash = null where id = $1', [ben.id])
  for (const email of [ada.email, 'eve@example.org', ben.email]) {
    const attempt = signIn.bind(null, db, limits, { ...given('wrong password'), email }, from)
    const { runs } = await hashingOf(() => assert.rejects(attempt(), { code: 'unauthenticated' }))
    assert.equal(runs, 1, email)
  }
})

test('whatever is typed is at most wrong', async () => {
  const texts = ['', '\0', 'a\0b@example.org', '\ud800', "' or 1=1 --", '🦊', 'x'.repeat(100_000)]
  for (const [index, text] of texts.entries()) {
    const browser = web.visitor()
    browser.address = `192.0.2.${index}`
    const answer = await browser.post('/login', { email: text, password: text, next: text })
    assert.equal(answer.status, 401, JSON.stringify(text.slice(0, 20)))
  }
  assert.equal((await web.visitor().post('/login', { email: ada.email, password: '\0' })).status, 401)
  assert.equal((await web.visitor().post('/login', {})).status, 401)
})

test('a hash of older parameters is raised on the next sign-in', async () => {
  const nonce = Buffer.alloc(16, 1)
  const old = { message: PASSWORD, nonce, memory: 1_024, passes: 1, parallelism: 1, tagLength: 32 }
  const [salt, hash] = [nonce, argon2Sync('argon2id', old)].map(bytes =>
    bytes.toString('base64').replace(/=+$/, ''),
  )
  await pool.query('update users set password_hash = $1', [`$argon2id$v=19$m=1024,t=1,p=1$${salt}$${hash}`])
  await signIn(db, limits, given(), from)
  assert.equal(isOutdated(await storedHash()), false)
  await signIn(db, limits, given(), from)
})

test('a hash of today is left alone', async () => {
  const before = await storedHash()
  await signIn(db, limits, given(), from)
  assert.equal(await storedHash(), before)
})

test('a password that is changed while the old one is being checked signs nobody in', async () => {
  // The row is held until the sign-in, which has read the old hash by then, waits for it.
  const other = await pool.connect()
  await other.query('begin')
  await other.query(`update users set password_hash = 'another' where id = $1`, [ada.id])
  const signingIn = signIn(db, limits, given(), from)
  await assert
    .rejects(
      Promise.all([
        signingIn,
        new Promise(resolve => setTimeout(resolve, 500)).then(() => other.query('commit')),
      ]),
      { code: 'unauthenticated' },
    )
    .finally(() => other.release())
  assert.equal((await pool.query('select from sessions')).rowCount, 0)
})

test('every sign-in is a new session, and takes the place of the one this browser had', async () => {
  const browser = web.visitor()
  const fields = { email: ada.email, password: PASSWORD }
  await browser.post('/login', fields)
  const first = browser.token
  await web.visitor().post('/login', fields)
  await browser.post('/login', fields)
  assert.notEqual(browser.token, first)
  assert.equal((await pool.query('select from sessions')).rowCount, 2)
  assert.equal(
    (
      await web
        .visitor()
        .carry(first ?? '')
        .get('/')
    ).location,
    '/login',
  )
})

test('a session that somebody planted in the browser is not the one that is signed in', async () => {
  const browser = web.visitor().carry('planted-by-somebody-else')
  await browser.post('/login', { email: ada.email, password: PASSWORD })
  assert.notEqual(browser.token, 'planted-by-somebody-else')
})

test('signing out ends the session and takes the cookie', async () => {
  const browser = await web.browserOf(ada)
  const { token = '' } = browser
  const answer = await browser.post('/logout')
  assert.deepEqual([answer.status, answer.location, browser.token], [303, '/login', undefined])
  assert.equal((await web.visitor().carry(token).get('/')).status, 303)
  assert.equal((await web.visitor().post('/logout')).status, 303)
})

test('who is not signed in is asked to, and comes back to the page', async () => {
  const visitor = web.visitor()
  assert.equal((await visitor.get('/')).location, '/login')
  assert.equal(
    (await visitor.get('/settings?saved=profile')).location,
    '/login?next=%2Fsettings%3Fsaved%3Dprofile',
  )
  const page = { Referer: 'http://127.0.0.1:8080/tablos/new' }
  assert.equal((await visitor.post('/tablos', {}, page)).location, '/login?next=%2Ftablos%2Fnew')
  const foreign = { Referer: 'https://evil.example/tablos/new' }
  assert.equal((await visitor.post('/tablos', {}, foreign)).location, '/login')
})

test('htmx is sent to the sign-in page as a whole, and from there back to the page it was on', async () => {
  const answer = await web.visitor().request('/tablos/new', {
    headers: { 'HX-Request': 'true', 'HX-Current-URL': 'http://127.0.0.1:8080/settings' },
  })
  assert.equal(answer.status, 204)
  assert.equal(answer.headers.get('HX-Redirect'), '/login?next=%2Fsettings')
  const posted = await web.visitor().post(
    '/tablos',
    {},
    {
      'HX-Request': 'true',
      'HX-Current-URL': 'http://127.0.0.1:8080/settings',
    },
  )
  assert.equal(posted.headers.get('HX-Redirect'), '/login?next=%2Fsettings')
})
