import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, from, PASSWORD, sessionOf, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { testProvider } from '../../test/provider.ts'
import { transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { arriveByProvider } from './identities.ts'
import { makeLink } from './links.ts'
import { createPersonalToken } from './personal-tokens.ts'

const database = await testDatabase()
const { db, pool } = database
const google = await testProvider()
const app = (more: Record<string, string> = {}) => testApp(database, { ...google.environment, ...more })
const web = app()

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
  google.who = { sub: 'g-ada', email: 'Ada@Example.org', email_verified: true, name: 'Ada Lovelace' }
  google.lie = claims => claims
})

const verify = (id: string) => pool.query('update users set email_verified_at = now() where id = $1', [id])
const rows = async (query: string, ...values: unknown[]) => (await pool.query(query, values)).rows
const identities = () => rows('select provider, issuer, subject, user_id, email from identities')
const audit = async () => (await rows('select kind from audit order by at, id')).map(({ kind }) => kind)
const count = async (table: string) => (await rows(`select from ${table}`)).length
/** Whose page it is that a browser gets. */
const emailAt = async (browser: ReturnType<typeof web.visitor>) =>
  /[\w.-]+@[\w.-]+/.exec((await browser.get('/settings')).text)?.[0]

test('a verified e-mail of somebody whose own was verified links, signs in, and removes nothing', async () => {
  await verify(people.ada.id)
  const elsewhere = web.visitor().carry(await sessionOf(database, people.ada))
  const browser = web.visitor()
  const answer = await google.signIn(browser, '/auth/google/start?next=%2Ftablos%2Fx%3Fy%3D1')
  assert.deepEqual([answer.status, answer.location], [303, '/tablos/x?y=1'])
  assert.equal(await emailAt(browser), people.ada.email)
  assert.deepEqual(await identities(), [
    {
      provider: 'google',
      issuer: google.issuer,
      subject: 'g-ada',
      user_id: people.ada.id,
      email: 'ada@example.org',
    },
  ])
  assert.deepEqual(await audit(), ['identity_linked', 'signed_in'])
  assert.equal((await elsewhere.get('/')).status, 200)
  const byPassword = { email: people.ada.email, password: PASSWORD }
  assert.equal((await web.visitor().post('/login', byPassword)).status, 303)
})

test('a linked subject wins over an e-mail that changed, even to somebody else’s', async () => {
  await verify(people.ada.id)
  await verify(people.ben.id)
  await google.signIn(web.visitor())
  google.who = { sub: 'g-ada', email: people.ben.email, email_verified: true }
  const browser = web.visitor()
  assert.equal((await google.signIn(browser)).status, 303)
  assert.equal(await emailAt(browser), people.ada.email)
  google.who = { sub: 'g-ada' }
  assert.equal((await google.signIn(web.visitor())).status, 303)
  assert.deepEqual(
    (await identities()).map(({ user_id, email }) => [user_id, email]),
    [[people.ada.id, people.ben.email]],
  )
})

test('where the e-mail was never verified, every old way in goes in the same step, and the person is told', async () => {
  const elsewhere = web.visitor().carry(await sessionOf(database, people.ada))
  await createPersonalToken(db, people.ada, { name: 'CI', scope: 'write', days: 7 }, from.address)
  await transaction(db, tx => makeLink(tx, 'reset', people.ada.id))
  const { id } = people.ada
  await pool.query(
    `insert into token_families (id, user_id, address, user_agent, expires_at) values ($1, $2, '', '', now() + interval '1 day')`,
    [newId(), id],
  )
  await pool.query(`insert into authenticators (user_id, secret, confirmed_at) values ($1, 'x', now())`, [id])
  await pool.query(`insert into recovery_codes (user_id, code_hash) values ($1, 'x')`, [id])
  await pool.query(
    `insert into passkeys (id, user_id, name, credential_id, public_key, counter) values ($1, $2, 'k', 'x', 'x', 0)`,
    [newId(), id],
  )
  await pool.query(
    `insert into challenges (id, token_hash, kind, user_id, expires_at) values ($1, 'x', 'k', $2, now())`,
    [newId(), id],
  )
  await pool.query(
    `insert into identities (provider, issuer, subject, user_id) values ('acme', 'https://acme.example.org', 'x', $1)`,
    [id],
  )
  await pool.query(`insert into devices (user_id, fingerprint) values ($1, 'x')`, [id])
  await tabloOf(database, people)
  const browser = web.visitor()
  const answer = await google.signIn(browser, '/auth/google/start?next=/tablos/x')
  assert.equal(answer.location, '/settings/providers?notice=replaced&next=%2Ftablos%2Fx')
  const told = await browser.get(answer.location ?? '')
  assert.match(told.text, /the old password, sessions, tokens/)
  assert.match(told.text, /href="\/tablos\/x"[^>]*><span>Go on/)
  assert.equal((await elsewhere.get('/')).status, 303)
  const byPassword = { email: people.ada.email, password: PASSWORD }
  assert.equal((await web.visitor().post('/login', byPassword)).status, 401)
  for (const table of [
    'personal_tokens',
    'links',
    'authenticators',
    'recovery_codes',
    'passkeys',
    'challenges',
    `devices where fingerprint = 'x'`,
  ])
    assert.equal(await count(table), 0, table)
  assert.equal(await count('token_families where ended_at is null'), 0)
  assert.equal(await count('devices'), 1, 'the one that signs in now')
  assert.equal(
    await count(`pgboss.job where data -> 'payload' ->> 'about' = 'password_removed'`),
    1,
    'a mail',
  )
  assert.deepEqual(
    (await identities()).map(({ provider }) => provider),
    ['google'],
  )
  assert.deepEqual(await audit(), [
    'personal_token_made',
    'ways_in_removed',
    'email_verified',
    'identity_linked',
    'signed_in',
  ])
  assert.equal(await count('tablos'), 1, 'what was made stays')
  const [user] = await rows('select password_hash, email_verified_at from users where id = $1', id)
  assert.deepEqual([user.password_hash, user.email_verified_at instanceof Date], [null, true])
  await google.signIn(web.visitor())
  assert.deepEqual((await audit()).slice(5), ['signed_in'], 'and only once')
})

test('an e-mail that is missing, not verified or none at all is refused and creates nothing', async () => {
  await verify(people.ada.id)
  for (const who of [
    { sub: 'g-x' },
    { sub: 'g-x', email_verified: true },
    { sub: 'g-x', email: people.ada.email },
    { sub: 'g-x', email: people.ada.email, email_verified: false },
    { sub: 'g-x', email: 'nobody', email_verified: true },
    { sub: 'g-x', email: 'new@example.org', email_verified: false },
  ]) {
    google.who = who
    const browser = web.visitor()
    const answer = await google.signIn(browser)
    assert.equal(answer.status, 403, JSON.stringify(who))
    assert.match(answer.text, /It does not confirm that your e-mail address is yours/)
    assert.match(answer.text, /href="\/login"/)
    assert.equal(browser.token, undefined)
  }
  assert.deepEqual([await count('users'), await count('identities'), await count('sessions')], [5, 0, 0])
})

test('a disabled account is refused, by its identity and by its e-mail', async () => {
  await verify(people.ada.id)
  await verify(people.ben.id)
  await google.signIn(web.visitor())
  await pool.query('update users set disabled_at = now()')
  await pool.query('truncate sessions')
  google.who = { sub: 'g-ada', email: people.ada.email, email_verified: true }
  for (const email of [people.ada.email, people.ben.email]) {
    google.who = { sub: email === people.ada.email ? 'g-ada' : 'g-ben', email, email_verified: true }
    const answer = await google.signIn(web.visitor())
    assert.equal(answer.status, 403)
    assert.match(answer.text, /This account is disabled/)
  }
  assert.deepEqual([await count('identities'), await count('sessions')], [1, 0])
})

test('a new subject with the e-mail of a linked account does not take it over', async () => {
  await verify(people.ada.id)
  await google.signIn(web.visitor())
  google.who = { sub: 'g-other', email: people.ada.email, email_verified: true }
  const answer = await google.signIn(web.visitor())
  assert.equal(answer.status, 409)
  assert.match(answer.text, /linked with another account there/)
  assert.equal(await count('identities'), 1)
})

test('somebody new has an account, with a verified e-mail and no password, where sign-up is open', async () => {
  google.who = { sub: 'g-new', email: 'New@Example.org', email_verified: true, name: ' Grace  Hopper ' }
  const browser = web.visitor()
  assert.deepEqual((await google.signIn(browser)).location, '/')
  const [user] = await rows(
    `select name, role, password_hash, email_verified_at is not null as verified from users where email = 'new@example.org'`,
  )
  assert.deepEqual(user, { name: 'Grace Hopper', role: 'user', password_hash: null, verified: true })
  assert.deepEqual(await audit(), ['signed_up', 'email_verified', 'identity_linked', 'signed_in'])
  assert.equal(await emailAt(browser), 'new@example.org')
  google.who = { sub: 'g-nameless', email: 'nameless@example.org', email_verified: true, name: '\u200b' }
  await google.signIn(web.visitor())
  assert.equal((await rows(`select name from users where email like 'nameless%'`))[0].name, 'nameless')
})

test('by invitation, somebody new has an account while the invitation lasts, and else is told', async () => {
  const byInvitation = app({ SIGNUP: 'invite' })
  const tablo = await tabloOf(database, people)
  await pool.query(
    `insert into invitations (id, tablo_id, email, role, expires_at)
     values ($1, $3, 'new@example.org', 'editor', now() + interval '1 day'),
            ($2, $3, 'late@example.org', 'editor', now() - interval '1 second')`,
    [newId(), newId(), tablo],
  )
  for (const name of ['late', 'stranger']) {
    google.who = { sub: `g-${name}`, email: `${name}@example.org`, email_verified: true }
    const answer = await google.signIn(byInvitation.visitor())
    assert.equal(answer.status, 403)
    assert.match(answer.text, /New accounts are by invitation here/)
  }
  google.who = { sub: 'g-new', email: 'new@example.org', email_verified: true }
  assert.equal((await google.signIn(app({ SIGNUP: 'closed' }).visitor())).status, 403)
  assert.equal(await count('users'), 5)
  assert.equal((await google.signIn(byInvitation.visitor())).status, 303)
  assert.equal(await count('users'), 6)
})

test('the first person of all is the admin in development, and comes by the link alone in production', async () => {
  await pool.query('truncate users cascade')
  const proved = {
    provider: 'google',
    issuer: 'x',
    subject: 'x',
    email: 'x@example.org',
    emailVerified: true,
  }
  const refused = arriveByProvider(db, proved, { signup: 'open', firstByLink: true }, from)
  await assert.rejects(refused, { code: 'forbidden', text: 'signup_closed' })
  const made = await Promise.all([1, 2, 3].map(() => google.signIn(app({ SIGNUP: 'invite' }).visitor())))
  assert.deepEqual(
    made.map(({ status }) => status),
    [303, 303, 303],
    'three at once are one person',
  )
  assert.deepEqual(await rows('select email, role from users'), [{ email: 'ada@example.org', role: 'admin' }])
})

test('callbacks of one new person at once make one account', async () => {
  google.who = { sub: 'g-new', email: 'new@example.org', email_verified: true }
  const answers = await Promise.all([1, 2, 3, 4].map(() => google.signIn(web.visitor())))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303, 303, 303],
  )
  assert.deepEqual([await count('users'), await count('identities')], [6, 1])
  await verify(people.eve.id)
  google.who = { sub: 'g-eve', email: people.eve.email, email_verified: true }
  const linked = await Promise.all([1, 2, 3, 4].map(() => google.signIn(web.visitor())))
  assert.ok(linked.every(({ status }) => status === 303))
  assert.equal(await count('identities'), 2)
})

test('the same subject of another issuer is somebody else', async () => {
  await verify(people.ada.id)
  await google.signIn(web.visitor())
  const other = {
    provider: 'acme',
    issuer: 'https://acme.example.org',
    subject: 'g-ada',
    emailVerified: false,
  }
  const policy = { signup: 'open', firstByLink: false } as const
  await assert.rejects(arriveByProvider(db, other, policy, from), { text: 'provider_email_unverified' })
})

test('an e-mail that the provider tells only to who asks for it counts as well', async () => {
  const quiet = await testProvider({ userinfo: true })
  quiet.who = { sub: 'q-ada', email: people.ada.email, email_verified: true }
  await verify(people.ada.id)
  assert.equal((await quiet.signIn(testApp(database, quiet.environment).visitor())).status, 303)
  quiet.who = { sub: 'q-ben', email: people.ben.email, email_verified: false }
  assert.equal((await quiet.signIn(testApp(database, quiet.environment).visitor())).status, 403)
})

test('somebody who makes an account by password for an address before its owner comes does not keep it', async () => {
  const squatter = web.visitor()
  const form = { name: 'X', email: 'victim@example.org', password: PASSWORD, time_zone: 'UTC' }
  await squatter.post('/signup', form)
  google.who = { sub: 'g-victim', email: 'victim@example.org', email_verified: true }
  await google.signIn(web.visitor())
  assert.equal((await squatter.get('/')).status, 303)
})
