import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { cast } from '../../test/cast.ts'
import { type Client, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { back, CLIENT_ID, OTHER_CLIENT, testProvider } from '../../test/provider.ts'

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

beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  await cast(database)
  web = testApp(database, environment)
  for (const provider of [google, acme]) {
    provider.who = { sub: 'x-new', email: 'new@example.org', email_verified: true }
    provider.lie = claims => claims
    provider.silent = false
    provider.discoveries = 0
  }
})

const START = '/auth/google/start'
const count = async (table: string) => (await pool.query(`select from ${table}`)).rowCount

const { away } = google

async function assertRefused(browser: Client, answer: { status: number; text: string }, says: RegExp) {
  assert.equal(answer.status, 401)
  assert.match(answer.text, says)
  assert.equal(browser.token, undefined)
  assert.deepEqual([await count('users'), await count('identities'), await count('sessions')], [5, 0, 0])
}

const UNTRUSTED = /Its answer could not be trusted, so nothing was done/

test('a code that another client was given, or that nobody was, is refused', async () => {
  const browser = web.visitor()
  const start = new URL((await browser.get(START)).location ?? '')
  start.searchParams.set('client_id', OTHER_CLIENT)
  await assertRefused(browser, await back(browser, new URL(await google.visit(start.href))), UNTRUSTED)
  const invented = await away(browser)
  invented.searchParams.set('code', 'invented')
  await assertRefused(browser, await back(browser, invented), UNTRUSTED)
})

test('a code is of use only to who has the verifier that goes with it', async () => {
  const [browser, victim] = [web.visitor(), web.visitor()]
  const [own, stolen] = [await away(browser), await away(victim)]
  own.searchParams.set('code', stolen.searchParams.get('code') ?? '')
  await assertRefused(browser, await back(browser, own), UNTRUSTED)
})

test('a token for another client, of another issuer, with another nonce, from the past, or without a subject is refused', async () => {
  const hourAgo = Math.floor(Date.now() / 1000) - 3_600
  for (const lie of [
    { aud: OTHER_CLIENT },
    { aud: [OTHER_CLIENT, 'third'] },
    { aud: [CLIENT_ID, OTHER_CLIENT], azp: OTHER_CLIENT },
    { iss: acme.issuer },
    { nonce: 'another' },
    { nonce: undefined },
    { exp: hourAgo },
    { sub: undefined },
    { sub: '' },
    { sub: 'x'.repeat(256) },
    { sub: 'x\0' },
  ]) {
    google.lie = claims => ({ ...claims, ...lie }) as typeof claims
    const browser = web.visitor()
    await assertRefused(browser, await back(browser, await away(browser)), UNTRUSTED)
  }
  const said = JSON.stringify(web.lines)
  assert.match(said, /answer of a provider of identities refused/)
  assert.doesNotMatch(said, /the-secret-of-that-client|eyJ/)
})

test('a token that somebody else signed is refused', async () => {
  google.forge = true
  const browser = web.visitor()
  await assertRefused(browser, await back(browser, await away(browser)), UNTRUSTED)
  google.forge = false
})

test('a provider that can’t be reached is said so, soon asked again, and slows no other page', async () => {
  google.silent = 'gone'
  const browser = web.visitor()
  for (const page of ['/login', '/signup']) assert.equal((await browser.get(page)).status, 200)
  assert.equal(google.discoveries, 0, 'no page asks it')
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => browser.get(`${START}?next=/settings`)))
  for (const answer of answers) {
    assert.equal(answer.status, 503)
    assert.ok(answer.headers.get('Retry-After'))
    assert.match(unescaped(answer.text), /<h1>Google can’t be reached<\/h1>/)
    assert.match(answer.text, /href="\/auth\/google\/start\?next=%2Fsettings"/)
    assert.match(answer.text, /href="\/login\?next=%2Fsettings"/)
  }
  assert.equal(google.discoveries, 2, 'all wait for the same two attempts')
  google.silent = false
  assert.equal((await browser.get(START)).status, 503, 'for a few seconds it is not asked again')
  assert.equal(google.discoveries, 2)
  assert.equal((await browser.get('/auth/acme/start')).status, 303, 'the other one is not touched')
})

test('a provider that answers by errors, or as somebody else, can’t be reached either', async () => {
  google.silent = 'down'
  assert.equal((await web.visitor().get(START)).status, 503)
  const wrong = testApp(database, { ...environment, GOOGLE_ISSUER: `${acme.issuer}/other` })
  assert.equal((await wrong.visitor().get(START)).status, 503)
})

test('what a provider is, is asked once, and it may be away for a while after', async t => {
  const browser = web.visitor()
  for (let n = 0; n < 3; n++) await browser.get(START)
  assert.equal(google.discoveries, 1)
  const now = performance.now()
  let ahead = 3_000_000
  t.mock.method(performance, 'now', () => now + ahead)
  await browser.get(START)
  assert.equal(google.discoveries, 1, 'within the hour')
  ahead = 3_600_001
  google.silent = 'gone'
  assert.equal((await browser.get(START)).status, 303)
  assert.equal(google.discoveries, 3)
  ahead = 25 * 3_600_000
  assert.equal((await browser.get(START)).status, 503)
})

test('a provider that falls silent while its answer is exchanged can’t be reached, and nothing is made', async () => {
  const browser = web.visitor()
  for (const silent of [...Array(21).fill('gone'), 'down'] as const) {
    const url = await away(browser)
    google.silent = silent
    const answer = await back(browser, url)
    google.silent = false
    assert.equal(answer.status, 503)
    assert.match(unescaped(answer.text), /Google can’t be reached/)
  }
  assert.equal(await count('users'), 5)
})
