import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast } from '../../test/cast.ts'
import type { Client } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { back, CLIENT_ID, testProvider } from '../../test/provider.ts'

const database = await testDatabase()
const { pool } = database
const google = await testProvider()
const acme = await testProvider()
const environment = {
  ...google.environment,
  OIDC_ACME_ISSUER: acme.issuer,
  OIDC_ACME_CLIENT_ID: CLIENT_ID,
  OIDC_ACME_CLIENT_SECRET: 'the-secret-of-that-client',
  OIDC_ACME_LABEL: 'Acme & Sons',
}
let web = testApp(database, environment)

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
  web = testApp(database, environment)
  for (const provider of [google, acme]) {
    provider.who = { sub: 'x-new', email: 'new@example.org', email_verified: true }
    provider.lie = claims => claims
    provider.silent = false
    provider.discoveries = 0
  }
})

const COOKIE = 'xtablo_provider'
const START = '/auth/google/start'
const count = async (table: string) => (await pool.query(`select from ${table}`)).rowCount

const { away } = google

async function assertRefused(browser: Client, answer: { status: number; text: string }, says: RegExp) {
  assert.equal(answer.status, 401)
  assert.match(answer.text, says)
  assert.match(answer.text, /did not sign you in/)
  assert.match(answer.text, /href="\/login/)
  assert.equal(browser.token, undefined)
  assert.equal(browser.cookie(COOKIE), undefined, 'what it carried is gone')
  assert.deepEqual([await count('users'), await count('identities'), await count('sessions')], [5, 0, 0])
}

const DEAD = /begun in another browser, or more than ten minutes ago/
const UNTRUSTED = /Its answer could not be trusted, so nothing was done/

test('a browser goes to the provider with PKCE, state and nonce, and carries the rest sealed', async () => {
  const browser = web.visitor()
  const answer = await browser.get(`${START}?next=/settings`)
  assert.equal(answer.status, 303)
  const url = new URL(answer.location ?? '')
  const { searchParams: asked } = url
  assert.equal(url.origin, google.issuer)
  assert.equal(asked.get('response_type'), 'code')
  assert.equal(asked.get('code_challenge_method'), 'S256')
  assert.equal(asked.get('redirect_uri'), 'http://127.0.0.1:8080/auth/google/callback')
  assert.deepEqual(asked.get('scope')?.split(' ').sort(), ['email', 'openid', 'profile'])
  for (const name of ['state', 'nonce', 'code_challenge'])
    assert.ok((asked.get(name)?.length ?? 0) >= 43, name)
  const cookie = answer.headers.get('Set-Cookie') ?? ''
  assert.match(cookie, /^xtablo_provider=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  const again = new URL((await browser.get(START)).location ?? '').searchParams
  for (const name of ['state', 'nonce', 'code_challenge']) assert.notEqual(again.get(name), asked.get(name))
})

test('over https the cookie is for https alone', async () => {
  const secure = testApp(database, { ...environment, BASE_URL: 'https://tablo.example.org' })
  const { headers } = await secure.visitor().get(START)
  assert.match(headers.get('Set-Cookie') ?? '', /^__Host-xtablo_provider=.*; Secure;/)
})

test('a second browser can’t come back in the place of the first, nor the first one twice', async () => {
  const [first, second] = [web.visitor(), web.visitor()]
  const url = await away(first)
  await assertRefused(second, await back(second, url), DEAD)
  await away(second)
  await assertRefused(second, await back(second, url), DEAD)
  const carried = first.cookie(COOKIE) ?? ''
  assert.equal((await back(first, url)).status, 303)
  assert.equal(await count('sessions'), 1)
  // Even with everything that the first browser had: the code was used.
  await pool.query('truncate users cascade')
  people = await cast(database)
  const thief = web.visitor().keep(COOKIE, carried)
  await assertRefused(thief, await back(thief, url), UNTRUSTED)
})

test('another state, none, or two of them are refused', async () => {
  for (const change of [
    (query: URLSearchParams) => query.set('state', 'x'),
    (query: URLSearchParams) => query.delete('state'),
    (query: URLSearchParams) => query.append('state', query.get('state') ?? ''),
  ]) {
    const browser = web.visitor()
    const url = await away(browser)
    change(url.searchParams)
    await assertRefused(browser, await back(browser, url), /Start again/)
  }
  const browser = web.visitor()
  const [one, other] = [await away(browser), await away(browser)]
  await assertRefused(browser, await back(browser, one), DEAD)
  assert.ok(other)
})

test('a cookie that was changed, or that another installation sealed, is none', async () => {
  const browser = web.visitor()
  const url = await away(browser)
  const sealed = browser.cookie(COOKIE) ?? ''
  for (const changed of ['', 'x', `A${sealed.slice(1)}`, `${sealed.slice(0, -2)}AA`, 'A'.repeat(3_000)])
    await assertRefused(browser, await back(browser.keep(COOKIE, changed), url), DEAD)
  const elsewhere = testApp(database, { ...environment, SESSION_SECRET: 'x'.repeat(40) }).visitor()
  await assertRefused(elsewhere, await back(elsewhere.keep(COOKIE, sealed), url), DEAD)
})

test('after ten minutes it is too late', async t => {
  const browser = web.visitor()
  const url = await away(browser)
  const now = Date.now()
  t.mock.method(Date, 'now', () => now + 600_001)
  const answer = await back(browser, url)
  t.mock.reset()
  await assertRefused(browser, answer, DEAD)
})

test('what was begun with one provider does not end at another', async () => {
  const browser = web.visitor()
  const url = await away(browser)
  url.pathname = '/auth/acme/callback'
  await assertRefused(browser, await back(browser, url), DEAD)
  const mixed = await acme.away(browser, '/auth/acme/start')
  mixed.searchParams.set('iss', google.issuer)
  await assertRefused(browser, await back(browser, mixed), UNTRUSTED)
})

test('answers that do not hold are limited by where they come from, and ones that do are not', async () => {
  const url = await away(web.visitor())
  for (let n = 0; n < 25; n++) {
    const browser = web.visitor()
    assert.equal((await back(browser, await away(browser))).status, 303, 'as many as there are')
  }
  url.searchParams.set('code', 'invented')
  const statuses = []
  for (let n = 0; n < 21; n++) {
    const browser = web.visitor()
    const state = new URL((await browser.get(START)).location ?? '').searchParams.get('state') ?? ''
    url.searchParams.set('state', state)
    statuses.push((await back(browser, url)).status)
  }
  assert.deepEqual(statuses, [...Array(20).fill(401), 429])
  const elsewhere = web.visitor()
  elsewhere.address = '192.0.2.77'
  assert.equal((await back(elsewhere, await away(elsewhere))).status, 303)
})

test('somebody who declines is told, and comes back to sign-in with where they wanted to go', async () => {
  google.who = undefined
  const browser = web.visitor()
  const answer = await back(browser, await away(browser, `${START}?next=/tablos/x`))
  await assertRefused(browser, answer, /It was not allowed there/)
  assert.match(answer.text, /href="\/login\?next=%2Ftablos%2Fx"/)
})

test('only a local path is gone to afterwards', async () => {
  for (const [next, location] of [
    ['https://evil.example.org', '/'],
    ['//evil.example.org', '/'],
    ['/\\evil.example.org', '/'],
    [`/${'x'.repeat(2_000)}`, '/'],
    ['/settings?x=1#y', '/settings?x=1#y'],
  ] as const) {
    const browser = web.visitor()
    const answer = await back(browser, await away(browser, `${START}?next=${encodeURIComponent(next)}`))
    assert.deepEqual([answer.status, answer.location], [303, location])
  }
})

test('a new session takes the place of the one that the browser had', async () => {
  const browser = web.visitor()
  const url = await away(browser)
  const earlier = await web.browserOf(people.ben)
  const token = earlier.token ?? ''
  assert.equal((await back(browser.carry(token), url)).status, 303)
  assert.notEqual(browser.token, token)
  assert.equal((await earlier.get('/')).status, 303)
})

test('somebody who is signed in already is not sent away', async () => {
  const ada = await web.browserOf(people.ada)
  assert.deepEqual((await ada.get(`${START}?next=/settings`)).location, '/settings')
  assert.equal(google.discoveries, 0)
})

test('a provider that nobody set up does not exist', async () => {
  for (const name of ['apple', 'Google', 'acme2', '__proto__', 'constructor'])
    for (const step of ['start', 'callback'])
      assert.equal((await web.visitor().get(`/auth/${name}/${step}`)).status, 404, name)
  const without = testApp(database)
  assert.equal((await without.visitor().get(START)).status, 404)
})

test('sign-in and sign-up have a button for each provider, and Google’s says when it is not set up', async () => {
  for (const page of ['/login?next=/settings', '/signup']) {
    const { text } = await web.visitor().get(page)
    assert.match(text, /href="\/auth\/google\/start/, page)
    assert.match(text, /href="\/auth\/acme\/start/, page)
    assert.match(text, /Continue with Acme &amp; Sons/, page)
    assert.doesNotMatch(text, /Apple/i)
    const none = (await testApp(database).visitor().get(page)).text
    assert.doesNotMatch(none, /href="\/auth\//)
    assert.match(none, /<button[^>]*title="Google is not set up here\."[^>]*aria-disabled="true"/)
    assert.match(none, /<p class="field-hint">Google is not set up here\.<\/p>/)
  }
  assert.match((await web.visitor().get('/login?next=/settings')).text, /start\?next=%2Fsettings"/)
  const closed = testApp(database, { ...environment, SIGNUP: 'invite' })
  assert.match((await closed.visitor().get('/signup')).text, /href="\/auth\/google\/start"/)
})
