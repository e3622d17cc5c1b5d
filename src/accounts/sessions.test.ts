import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import { endSession, listSessions } from './sessions.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const secure = testApp(database, { BASE_URL: 'https://tablo.example.org' })

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
})

const daysLeft = async (): Promise<number> => {
  const sql = 'select extract(epoch from expires_at - now()) / 86400 as days from sessions'
  return Math.round(Number((await pool.query(sql)).rows[0].days) * 10) / 10
}
const signIn = (app: typeof web) =>
  app.visitor().post('/login', { email: people.ada.email, password: PASSWORD })
const cookieOf = (answer: { headers: Headers }) => answer.headers.getSetCookie().join('\n')

test('the cookie holds 32 random bytes and the table only their hash', async () => {
  const browser = web.visitor()
  await browser.post('/login', { email: people.ada.email, password: PASSWORD })
  const token = browser.token ?? ''
  assert.equal(Buffer.from(token, 'base64url').length, 32)
  const { rows } = await pool.query('select * from sessions')
  assert.deepEqual(rows[0].token_hash, createHash('sha256').update(token).digest())
  assert.ok(!JSON.stringify(rows).includes(token))
})

test('over http the cookie is for this site alone and out of reach of scripts', async () => {
  assert.match(
    cookieOf(await signIn(web)),
    /^xtablo_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
  )
})

test('over https it is for this host and for https alone too', async () => {
  assert.match(
    cookieOf(await signIn(secure)),
    /^__Host-xtablo_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

test('signing out takes the cookie with the same attributes', async () => {
  const browser = await secure.browserOf(people.ada)
  assert.match(
    cookieOf(await browser.post('/logout')),
    /^__Host-xtablo_session=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

test('a cookie over http is not taken where https is meant', async () => {
  const token = await sessionOf(database, people.ada)
  const answer = await secure.visitor().get('/', { Cookie: `xtablo_session=${token}` })
  assert.equal(answer.location, '/login')
})

test('a session lasts 30 days', async () => {
  await signIn(web)
  assert.equal(await daysLeft(), 30)
})

test('with more than 7 days left a visit extends nothing', async () => {
  const ada = await web.browserOf(people.ada)
  await pool.query(`update sessions set expires_at = now() + interval '7 days 1 hour'`)
  const answer = await ada.get('/')
  assert.equal(cookieOf(answer), '')
  assert.equal(await daysLeft(), 7)
})

test('with fewer than 7 days left a visit makes it 30 again, in the table and in the browser', async () => {
  const ada = await web.browserOf(people.ada)
  const { token } = ada
  await pool.query(`update sessions set expires_at = now() + interval '6 days 23 hours'`)
  const answer = await ada.get('/')
  assert.match(cookieOf(answer), /Max-Age=2592000/)
  assert.equal(ada.token, token)
  assert.equal(await daysLeft(), 30)
  assert.equal(cookieOf(await ada.get('/')), '')
})

test('it is extended in the browser also when the page has not changed', async () => {
  const ada = await web.browserOf(people.ada)
  const etag = (await ada.get('/')).headers.get('ETag') ?? ''
  await pool.query(`update sessions set expires_at = now() + interval '6 days'`)
  const answer = await ada.get('/', { 'If-None-Match': etag })
  assert.equal(answer.status, 304)
  assert.match(cookieOf(answer), /Max-Age=2592000/)
})

test('when it was last seen, and from where, is written every five minutes at most', async () => {
  const ada = await web.browserOf(people.ada)
  const seen = async () =>
    (await pool.query(`select address, last_seen_at > now() - interval '1 minute' as now from sessions`))
      .rows[0]
  ada.address = '198.51.100.7'
  await pool.query(`update sessions set last_seen_at = now() - interval '4 minutes'`)
  await ada.get('/')
  assert.deepEqual(await seen(), { address: ADDRESS, now: false })
  await pool.query(`update sessions set last_seen_at = now() - interval '6 minutes'`)
  await ada.get('/')
  assert.deepEqual(await seen(), { address: '198.51.100.7', now: true })
})

test('an expired session, and that of a person who is gone, signs nobody in', async () => {
  const ada = await web.browserOf(people.ada)
  const ben = await web.browserOf(people.ben)
  await pool.query(`update sessions set expires_at = now() where user_id = $1`, [people.ada.id])
  await pool.query('delete from users where id = $1', [people.ben.id])
  for (const browser of [ada, ben]) assert.equal((await browser.get('/')).location, '/login')
})

test('whatever is in the cookie, it is at most no session', async () => {
  for (const garbage of [
    '',
    'x',
    '%',
    '%00',
    '%E0%A4%A',
    '"',
    'a=b',
    `'; drop table users`,
    'é',
    'x'.repeat(5_000),
  ]) {
    const answer = await web.visitor().get('/', { Cookie: `xtablo_session=${encodeURI(garbage)}` })
    assert.deepEqual([answer.status, answer.location], [303, '/login'], garbage)
  }
  for (const raw of [
    'xtablo_session',
    'xtablo_session=%',
    ';;;=',
    'xtablo_session=%E0%A4%A; xtablo_session=x',
  ]) {
    assert.equal((await web.visitor().get('/', { Cookie: raw })).location, '/login', raw)
  }
})

test('a person sees their own sessions, the last seen first, and which one this is', async () => {
  await web.browserOf(people.eve)
  await sessionOf(database, people.ada)
  await pool.query(`update sessions set last_seen_at = now() - interval '2 days'`)
  const browser = await web.browserOf(people.ada)
  assert.equal((await listSessions(db, people.ada)).length, 2)
  const { text } = await browser.get('/settings')
  assert.equal(text.match(/Firefox on Linux/g)?.length, 3, 'a name each, and a button for the other')
  assert.ok(text.indexOf('This one') < text.indexOf('2 days ago'))
  assert.equal(text.match(/This one/g)?.length, 1)
})

test('a person ends a session of theirs, which is in the audit', async () => {
  const ada = await web.browserOf(people.ada)
  const other = await web.browserOf(people.ada)
  const page = await ada.get('/settings')
  const ids = [...page.text.matchAll(/action="\/settings\/sessions\/([\w-]+)\/end"/g)].map(([, id]) => id)
  assert.equal(ids.length, 1, 'the one that looks at the page ends by signing out')
  const answer = await ada.post(`/settings/sessions/${ids[0]}/end`)
  assert.equal(answer.status, 303)
  const still = await Promise.all([ada, other].map(async browser => (await browser.get('/')).status))
  assert.deepEqual(still, [200, 303])
  const { rows } = await pool.query('select kind, subject_id = actor_id as own, address from audit')
  assert.deepEqual(rows, [{ kind: 'session_ended', own: true, address: '127.0.0.1' }])
})

test('to end the session that one is in is to sign out', async () => {
  const ada = await web.browserOf(people.ada)
  const [own] = await listSessions(db, people.ada)
  const answer = await ada.post(`/settings/sessions/${own?.id}/end`)
  assert.deepEqual([answer.status, answer.location, ada.token], [303, '/login', undefined])
})

test('a session of somebody else does not exist', async () => {
  await sessionOf(database, people.ada)
  const [session] = await listSessions(db, people.ada)
  const id = session?.id ?? ''
  for (const person of [people.eve, people.root]) {
    await assert.rejects(endSession(db, person, id, ADDRESS), { code: 'not_found' })
    const browser = await web.browserOf(person)
    assert.equal((await browser.post(`/settings/sessions/${id}/end`)).status, 404)
  }
  const eve = await web.browserOf(people.eve)
  for (const unknown of [newId(), 'x', `${id}0`, id.toUpperCase()])
    assert.equal((await eve.post(`/settings/sessions/${unknown}/end`)).status, 404, unknown)
  assert.equal((await listSessions(db, people.ada)).length, 1)
})

test('a browser that names itself at length is cut short, and a strange one is shown as unknown', async () => {
  const browser = web.visitor()
  browser.headers = { 'User-Agent': 'x'.repeat(3_000) }
  await browser.post('/login', { email: people.ada.email, password: PASSWORD })
  assert.equal((await pool.query('select length(user_agent) from sessions')).rows[0].length, 400)
  assert.match((await browser.get('/settings')).text, /Unknown device/)
  assert.equal(from.userAgent.length < 400, true)
})
