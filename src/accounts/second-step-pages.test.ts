import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, PASSWORD } from '../../test/cast.ts'
import { type Client, formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import type { TestPasskey } from '../../test/passkey.ts'
import { authenticatorOf, passkeyOf } from '../../test/second-factor.ts'
import { offerReset } from './accounts.ts'
import { signInLimits } from './limits.ts'

const database = await testDatabase()
const { db, pool } = database
let web: ReturnType<typeof testApp>

let people: Cast
beforeEach(async () => {
  web = testApp(database)
  await pool.query('truncate users, challenges, rate_limits cascade')
  people = await cast(database)
})

const PATH = '/login/second'
const password = (browser: Client, next?: string, who = people.ada) =>
  browser.post('/login', { email: who.email, password: PASSWORD, ...(next && { next }) })
const answering = async (browser: Client, path: string, passkey: TestPasskey, next = '') => {
  const request = JSON.parse((await browser.post(`${path}/options`)).text)
  return browser.post(path, { response: JSON.stringify(passkey.get(request)), next })
}

test('the password leads to the second step and is no session; the code leads to where one was going', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const browser = web.visitor()
  const first = await password(browser, '/settings')
  assert.deepEqual([first.status, first.location], [303, `${PATH}?next=%2Fsettings`])
  const [cookie = ''] = first.headers.getSetCookie()
  assert.match(cookie, /^xtablo_second=[\w-]{43}; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.equal(browser.token, undefined)
  assert.equal((await browser.get('/')).location, '/login')
  const page = await browser.get(first.location ?? '')
  assert.equal(page.status, 200)
  assert.match(page.text, /autocomplete="one-time-code"/)
  const form = formOf(page, PATH)
  const wrong = await browser.post(PATH, { ...form, code: '000000' })
  assert.equal(wrong.status, 401)
  assert.match(wrong.text, /name="next" value="\/settings"/)
  const done = await browser.post(PATH, { ...form, code: app.code() })
  assert.deepEqual([done.status, done.location], [303, '/settings'])
  assert.equal((await browser.get('/')).status, 200)
  assert.equal((await browser.get(PATH)).location, '/login')
})

test('on https the cookie of the step is the browser’s own', async () => {
  await authenticatorOf(web.deps, people.ada)
  const secure = testApp(database, { BASE_URL: 'https://tablo.example.org' })
  const { headers } = await password(secure.visitor())
  assert.match(headers.getSetCookie()[0] ?? '', /^__Host-xtablo_second=[^;]+; .*Secure/)
})

test('a new session begins at the end, and the browser’s earlier one ends', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const browser = await web.browserOf(people.ben)
  const { token } = browser
  await password(browser)
  assert.equal(browser.token, token)
  await browser.post(PATH, { code: app.code() })
  assert.notEqual(browser.token, token)
  assert.equal(
    (
      await web
        .visitor()
        .carry(token ?? '')
        .get('/')
    ).location,
    '/login',
  )
})

test('a link that somebody else made leads home, not to them', async () => {
  const { codes } = await authenticatorOf(web.deps, people.ada)
  const { passkey } = await passkeyOf(web.deps, people.ada)
  const evil = '//evil.example'
  const browser = web.visitor()
  await password(browser)
  assert.ok(!(await browser.get(`${PATH}?next=${evil}`)).text.includes('evil'))
  assert.equal(
    (await browser.post(PATH, { code: codes[0] ?? '', next: evil })).location,
    '/settings/security?used=code',
  )
  assert.equal((await answering(web.visitor(), '/login/passkey', passkey, evil)).location, '/')
  const page = await browser.get(`/settings/security?used=code&next=${evil}`)
  assert.ok(!page.text.includes('evil'))
})

test('a used recovery code leads by the settings, which say how many are left', async () => {
  const { codes } = await authenticatorOf(web.deps, people.ada)
  const browser = web.visitor()
  await password(browser)
  const { location } = await browser.post(PATH, { code: codes[0] ?? '', next: '/tablos/new' })
  const page = await browser.get(location ?? '')
  assert.match(page.text, /You used a recovery code\. 9 are left\./)
  assert.match(page.text, /href="\/tablos\/new"/)
})

test('a wrong recovery code is told by its own field, which stays open', async () => {
  await authenticatorOf(web.deps, people.ada)
  const browser = web.visitor()
  await password(browser)
  const { text } = await browser.post(PATH, { code: 'none', by: 'recovery' })
  assert.match(text, /<details class="plain-foot recovery" open/)
  assert.match(text, /id="f-recovery-error"/)
  assert.ok(!text.includes('id="f-code-error"'))
})

test('after five wrong codes one signs in again, and is told', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const browser = web.visitor()
  await password(browser)
  for (let n = 0; n < 4; n++)
    assert.match((await browser.post(PATH, { code: '000000' })).text, /This code is not right/)
  const last = await browser.post(PATH, { code: '000000', next: '/settings' })
  assert.equal(last.status, 401)
  assert.match(last.text, /too many wrong codes\. Sign in again/)
  assert.match(last.text, /href="\/login\?next=%2Fsettings"/)
  assert.equal((await browser.post(PATH, { code: app.code() })).status, 401)
  assert.equal((await browser.get(PATH)).location, '/login')
})

test('the eleventh wrong code of an hour is 429 with how long to wait', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const limits = signInLimits(pool, web.deps.secret)
  for (let n = 0; n < 10; n++) await limits.attemptCode(people.ada.id, `192.0.2.${n}`)
  const browser = web.visitor()
  await password(browser)
  const { status, headers, text } = await browser.post(PATH, { code: app.code() })
  assert.equal(status, 429)
  assert.ok(Number(headers.get('Retry-After')) > 3_000)
  assert.match(text, /Too many wrong codes/)
  assert.equal(browser.token, undefined)
})

test('another browser has no part in the step', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  await password(web.visitor())
  const other = web.visitor()
  assert.equal((await other.get(PATH)).location, '/login')
  assert.equal((await other.post(PATH, { code: app.code() })).status, 401)
  assert.equal(other.token, undefined)
})

test('a passkey is the second step, too', async () => {
  const { passkey } = await passkeyOf(web.deps, people.ada)
  const browser = web.visitor()
  await password(browser, '/settings')
  assert.match((await browser.get(PATH)).text, /data-passkey="get"/)
  const done = await answering(browser, `${PATH}/passkey`, passkey, '/settings')
  assert.deepEqual([done.status, done.location], [303, '/settings'])
  assert.equal((await browser.get('/')).status, 200)
})

test('a passkey alone signs in, without e-mail address and password', async () => {
  const { passkey } = await passkeyOf(web.deps, people.ada)
  await authenticatorOf(web.deps, people.ada)
  const browser = web.visitor()
  assert.match((await browser.get('/login')).text, /autocomplete="username webauthn"/)
  const done = await answering(browser, '/login/passkey', passkey, '/settings')
  assert.deepEqual([done.status, done.location], [303, '/settings'])
  assert.equal((await browser.get('/settings')).status, 200)
  const again = await browser.post('/login/passkey', {
    response: JSON.stringify(passkey.get({ challenge: 'x' })),
  })
  assert.equal(again.status, 401)
  await pool.query('update users set disabled_at = now() where id = $1', [people.ada.id])
  const refused = await answering(web.visitor(), '/login/passkey', passkey)
  assert.equal(refused.status, 403)
  assert.match(refused.text, /This account is disabled/)
})

test('asking for passkeys of nobody in particular has its limit for a place', async () => {
  const browser = web.visitor()
  browser.address = '192.0.2.99'
  for (let n = 0; n < 60; n++) assert.equal((await browser.post('/login/passkey/options')).status, 200)
  assert.equal((await browser.post('/login/passkey/options')).status, 429)
})

test('a reset link asks for the second factor before it lets in', async () => {
  const { app } = await authenticatorOf(web.deps, people.ada)
  const link = await offerReset(db, people.ada.email)
  const browser = web.visitor()
  const reset = await browser.post(`/reset/${link}`, { password: 'another long password' })
  assert.deepEqual([reset.status, reset.location, browser.token], [303, PATH, undefined])
  assert.equal((await browser.post(PATH, { code: app.code() })).location, '/')
})

test('a wrong password says nothing of a second factor', async () => {
  await authenticatorOf(web.deps, people.ada)
  const [ada, ben] = await Promise.all(
    [people.ada, people.ben].map(({ email }) => web.visitor().post('/login', { email, password: 'wrong' })),
  )
  assert.equal(ada?.status, 401)
  assert.equal(ada?.text.replaceAll(people.ada.email, people.ben.email), ben?.text)
  assert.deepEqual(ada?.headers.getSetCookie(), [])
})
