import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, from, PASSWORD, sessionOf } from '../../test/cast.ts'
import { type Client, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { holding, waiting } from '../../test/locks.ts'
import { CLIENT_ID, testProvider } from '../../test/provider.ts'
import { newId } from '../platform/ids.ts'
import type { Person } from './actor.ts'
import { linkIdentity, unlinkIdentity } from './linking.ts'
import { findSession } from './sessions.ts'

const database = await testDatabase()
const { db, pool } = database
const google = await testProvider()
const environment = {
  ...google.environment,
  OIDC_ACME_ISSUER: google.issuer,
  OIDC_ACME_CLIENT_ID: CLIENT_ID,
  OIDC_ACME_CLIENT_SECRET: 'the-secret-of-that-client',
}
let web = testApp(database, environment)

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
  web = testApp(database, environment)
  google.who = { sub: 'g-1', email: 'elsewhere@example.org', email_verified: false }
  google.silent = false
})

const LINK = '/settings/providers/google/link'
const UNLINK = '/settings/providers/google/unlink'
const proof = { current: PASSWORD }
const owners = async () =>
  (await pool.query('select provider, user_id from identities order by provider')).rows.map(row => [
    row.provider,
    row.user_id,
  ])
/** A session of the person, as a request finds it. */
async function sessionFor(each: Person) {
  const token = await sessionOf(database, each)
  const found = await findSession(db, token)
  assert.ok(found)
  return found
}
const audit = async () =>
  (await pool.query('select kind from audit order by at, id')).rows.map(row => row.kind)
const identity = (userId: string, provider = 'google', subject = 'g-1') =>
  pool.query('insert into identities (provider, issuer, subject, user_id) values ($1, $2, $3, $4)', [
    provider,
    google.issuer,
    subject,
    userId,
  ])
const withoutPassword = (id: string) =>
  pool.query('update users set password_hash = null where id = $1', [id])
const grownOld = () => pool.query(`update sessions set created_at = now() - interval '11 minutes'`)

/** Asks to link, goes to the provider, and gives the address to come back by. */
async function away(browser: Client, fields: Record<string, string> = proof): Promise<string> {
  const { location } = await browser.htmxPost(LINK, fields)
  const { pathname, search } = new URL(await google.visit(location ?? ''))
  return pathname + search
}

test('a person links an account of another address, then signs in by it, and unlinks it again', async () => {
  const ada = await web.browserOf(people.ada)
  const answer = await ada.get(await away(ada))
  assert.deepEqual([answer.status, answer.location], [303, '/settings/providers?notice=linked'])
  const page = await ada.get(answer.location ?? '')
  assert.match(page.text, /You can sign in this way now/)
  assert.match(page.text, /elsewhere@example\.org/)
  assert.deepEqual(await owners(), [['google', people.ada.id]])
  const other = web.visitor()
  assert.equal((await google.signIn(other)).status, 303)
  assert.match((await other.get('/settings')).text, /ada@example\.org/)
  const gone = await ada.post(UNLINK, proof)
  assert.deepEqual([gone.status, gone.location], [303, '/settings/providers?notice=unlinked'])
  assert.deepEqual(await owners(), [])
  assert.deepEqual(await audit(), ['identity_linked', 'signed_in', 'identity_unlinked'])
  assert.equal((await google.signIn(web.visitor())).status, 403)
})

test('without scripts a page leads on to the provider by a link', async () => {
  const ada = await web.browserOf(people.ada)
  const page = await ada.post(LINK, proof)
  assert.equal(page.status, 200)
  assert.equal(page.headers.get('Cache-Control'), 'no-store')
  const [, url = ''] = /<a [^>]*href="(http:[^"]*)"/.exec(page.text) ?? []
  const back = new URL(await google.visit(unescaped(url)))
  assert.equal((await ada.get(back.pathname + back.search)).location, '/settings/providers?notice=linked')
})

test('linking and unlinking ask for the password, a wrong one counts as a failed sign-in', async () => {
  await identity(people.ben.id)
  const [ada, ben] = [await web.browserOf(people.ada), await web.browserOf(people.ben)]
  for (const current of ['', 'wrong']) {
    const answer = await ada.post(LINK, { current })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /This is not your current password/)
    assert.match(answer.text, /<details class="confirm[^"]*" open/)
    assert.equal((await ben.post(UNLINK, { current })).status, 422)
  }
  for (let n = 0; n < 3; n++) await ada.post(LINK, { current: 'wrong' })
  assert.equal((await ada.post(LINK, proof)).status, 429)
  assert.deepEqual(await owners(), [['google', people.ben.id]])
  assert.equal(ada.cookie('xtablo_provider'), undefined)
})

test('who has no password must have signed in just now', async () => {
  await withoutPassword(people.ada.id)
  await identity(people.ada.id, 'acme', 'a-1')
  const ada = await web.browserOf(people.ada)
  await grownOld()
  for (const [path, fields] of [
    [LINK, {}],
    ['/settings/providers/acme/unlink', {}],
    ['/settings/password', { password: 'another long password' }],
  ] as const) {
    const answer = await ada.post(path, fields)
    assert.equal(answer.status, 409, path)
    assert.match(answer.text, /you must have signed in within the last ten minutes/)
  }
  const again = await web.browserOf(people.ada)
  assert.equal((await again.get(await away(again, {}))).location, '/settings/providers?notice=linked')
})

test('an account that is linked with somebody else is refused, and said so', async () => {
  await identity(people.ben.id)
  const ada = await web.browserOf(people.ada)
  const answer = await ada.get(await away(ada))
  assert.equal(answer.status, 409)
  assert.match(answer.text, /Google was not linked/)
  assert.match(answer.text, /linked with somebody else here/)
  assert.match(answer.text, /href="\/settings\/providers"/)
  assert.deepEqual(await owners(), [['google', people.ben.id]])
})

test('a second account at the same provider is refused, and the same one again changes nothing', async () => {
  await identity(people.ada.id, 'google', 'g-other')
  const ada = await web.browserOf(people.ada)
  assert.equal((await ada.get(await away(ada))).status, 409)
  await pool.query(`update identities set subject = 'g-1'`)
  assert.equal((await ada.get(await away(ada))).location, '/settings/providers?notice=linked')
  assert.equal((await owners()).length, 1)
})

test('of two people who link one account at once, one does', async () => {
  const proved = { provider: 'google', issuer: google.issuer, subject: 'g-1', emailVerified: false }
  const sessions = await Promise.all([people.ada, people.ben, people.vera].map(sessionFor))
  const results = await Promise.allSettled(sessions.map(each => linkIdentity(db, each, proved, from)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const { reason } of results.filter(result => result.status === 'rejected'))
    assert.equal(reason.text, 'provider_of_another')
})

test('only the session that asked can link, and as the person it was', async () => {
  const ada = await web.browserOf(people.ada)
  const url = await away(ada)
  const carried = ada.cookie('xtablo_provider') ?? ''
  for (const browser of [
    (await web.browserOf(people.eve)).keep('xtablo_provider', carried),
    (await web.browserOf(people.ada)).keep('xtablo_provider', carried),
    web.visitor().keep('xtablo_provider', carried),
  ]) {
    const answer = await browser.get(url)
    assert.equal(answer.status, 401)
    assert.match(answer.text, /begun in another browser/)
  }
  await ada.post('/logout')
  assert.equal((await ada.get(url)).status, 401)
  assert.deepEqual(await owners(), [])
  assert.equal((await pool.query('select from users')).rowCount, 5)
})

test('the last way in stays: a password, a passkey or another provider that is set up must remain', async () => {
  await withoutPassword(people.ada.id)
  await identity(people.ada.id)
  const ada = await web.browserOf(people.ada)
  const page = await ada.get('/settings/providers')
  assert.match(page.text, /<button[^>]*title="This is your last way in[^>]*aria-disabled="true"/)
  const refused = await ada.post(UNLINK)
  assert.equal(refused.status, 409)
  assert.match(refused.text, /This is your last way in/)
  await identity(people.ada.id, 'gone', 'x')
  assert.equal((await ada.post(UNLINK)).status, 409, 'one that is not set up is no way in')
  assert.match((await ada.get('/settings/providers')).text, /Not set up here any more/)
  await identity(people.ada.id, 'acme', 'a-1')
  assert.equal((await ada.post(UNLINK)).status, 303)
  assert.equal((await ada.post('/settings/providers/acme/unlink')).status, 409)
  await pool.query(
    `insert into passkeys (id, user_id, name, credential_id, public_key, counter) values ($1, $2, 'k', 'x', 'x', 0)`,
    [newId(), people.ada.id],
  )
  assert.equal((await ada.post('/settings/providers/acme/unlink')).status, 303)
  assert.deepEqual(await owners(), [['gone', people.ada.id]])
})

test('of two that are unlinked at once one stays, when they are the last two', async () => {
  await withoutPassword(people.ada.id)
  await identity(people.ada.id)
  await identity(people.ada.id, 'acme', 'a-1')
  let unlinking: Promise<PromiseSettledResult<void>[]> = Promise.resolve([])
  // Both come as far as they can before either of them is done.
  await holding(pool, 'lock table audit in share mode', async () => {
    unlinking = Promise.allSettled(
      ['google', 'acme'].map(name => unlinkIdentity(db, people.ada, name, ['google', 'acme'], from)),
    )
    await waiting(pool, 2)
  })
  const results = await unlinking
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await owners()).length, 1)
})

test('what a person has not linked they can’t unlink, and a stranger gets not found', async () => {
  await identity(people.ben.id)
  const eve = await web.browserOf(people.eve)
  for (const name of ['google', 'acme', 'nothing', '%00'])
    assert.equal((await eve.post(`/settings/providers/${name}/unlink`, proof)).status, 404, name)
  assert.equal((await eve.post('/settings/providers/apple/link', proof)).status, 404)
  await assert.rejects(unlinkIdentity(db, people.eve, 'google', ['google'], from), { code: 'not_found' })
  assert.deepEqual(await owners(), [['google', people.ben.id]])
  const nobody = await web.visitor().post(UNLINK, proof)
  assert.equal(nobody.location?.startsWith('/login'), true)
  const left = { ...(await sessionFor(people.eve)), person: { ...people.eve, id: newId() } }
  const proved = { provider: 'google', issuer: 'x', subject: 'x', emailVerified: false }
  await assert.rejects(linkIdentity(db, left, proved, from), { code: 'unauthenticated' })
})

test('a disabled person links nothing, and neither does a session that ended in between', async () => {
  const [session, other] = [await sessionFor(people.ada), await sessionFor(people.ben)]
  await pool.query('delete from sessions where id = $1', [other.id])
  await pool.query('update users set disabled_at = now() where id = $1', [people.ada.id])
  const proved = { provider: 'google', issuer: 'x', subject: 'x', emailVerified: false }
  await assert.rejects(linkIdentity(db, session, proved, from), { text: 'account_disabled' })
  await assert.rejects(linkIdentity(db, other, proved, from), { text: 'provider_flow_dead' })
  assert.deepEqual(await owners(), [])
})

test('a provider that can’t be reached is said on the page, and the form comes back', async () => {
  google.silent = 'gone'
  const ada = await web.browserOf(people.ada)
  const answer = await ada.post(LINK, proof)
  assert.equal(answer.status, 503)
  assert.match(answer.text, /Google does not answer now/)
  assert.match(answer.text, /<details class="confirm[^"]*" open/)
})

test('who has no password adds one, once, by the settings, and other sessions end', async () => {
  await withoutPassword(people.ada.id)
  await identity(people.ada.id)
  const [ada, elsewhere] = [await web.browserOf(people.ada), await web.browserOf(people.ada)]
  const settings = await ada.get('/settings')
  assert.match(settings.text, /You have none yet/)
  assert.doesNotMatch(settings.text, /name="current"/)
  assert.equal((await ada.post('/settings/password', { password: 'short' })).status, 422)
  const password = 'another long password'
  const answer = await ada.post('/settings/password', { password })
  assert.deepEqual([answer.status, answer.location], [303, '/settings?saved=password'])
  assert.equal((await ada.get('/settings')).status, 200)
  assert.match((await ada.get('/settings')).text, /name="current"/)
  assert.equal((await elsewhere.get('/')).status, 303)
  assert.equal((await web.visitor().post('/login', { email: people.ada.email, password })).status, 303)
  assert.deepEqual(await audit(), ['password_added', 'signed_in'])
  assert.equal((await ada.post('/settings/password', { password: 'yet another password' })).status, 422)
})
