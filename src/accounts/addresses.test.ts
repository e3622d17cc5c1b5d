import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type TestApp, testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD } from '../../test/cast.ts'
import type { Client } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { linkIn, type Post, postOf } from '../../test/mails.ts'
import { transaction } from '../platform/database/database.ts'
import { confirmAddress } from './addresses.ts'
import { makeLink } from './links.ts'
import { disablePerson } from './people.ts'

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
const tokenOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Asks for another address and gives the path of the link that came. */
async function changeAsked(email = OTHER): Promise<string> {
  const { location } = await ada.post('/settings/email', { email, current: PASSWORD })
  assert.equal(location, '/settings/email?sent=new')
  const [mail] = await post.deliver()
  assert.equal(mail?.to, email)
  return linkIn(mail)
}

async function verificationAsked(): Promise<string> {
  assert.equal((await ada.post('/settings/email/verify')).location, '/settings/email?sent=own')
  const [mail] = await post.deliver()
  assert.equal(mail?.to, people.ada.email)
  return linkIn(mail)
}

test('a new account is mailed a link that proves its address, which takes the press of a button', async () => {
  const browser = web.visitor()
  const given = { name: 'New', email: 'new@example.org', password: PASSWORD }
  assert.equal((await browser.post('/signup', given)).status, 303)
  const [mail, ...others] = await post.deliver()
  assert.deepEqual([mail?.to, mail?.subject, others], ['new@example.org', 'Confirm your e-mail address', []])
  assert.doesNotMatch(mail?.text ?? '', /New/)
  const path = linkIn(mail)
  const verified = async () =>
    (await pool.query(`select email_verified_at from users where email = 'new@example.org'`)).rows[0]
      .email_verified_at
  for (let n = 0; n < 2; n++) assert.match((await browser.get(path)).text, /<form[^>]* method="post"/)
  assert.equal(await verified(), null)
  assert.equal((await browser.post(path)).location, '/settings/email?saved=1')
  assert.ok((await verified()) instanceof Date)
  assert.equal((await browser.post(path)).status, 404)
})

test('the settings show whether the address is confirmed, and mail another link', async () => {
  assert.match((await ada.get('/settings/email')).text, /Not confirmed/)
  const path = await verificationAsked()
  assert.equal((await ada.post(path)).status, 303)
  const page = await ada.get('/settings/email')
  assert.match(page.text, />Confirmed</)
  assert.doesNotMatch(page.text, /Mail a new link/)
  assert.deepEqual(await audit(), ['email_verified'])
  await ada.post('/settings/email/verify')
  assert.deepEqual(await post.deliver(), [])
})

test('a link that proves an address works only for its own person, who is asked to sign in', async () => {
  const path = await verificationAsked()
  const visitor = web.visitor()
  assert.equal((await visitor.get(path)).location, `/login?next=${encodeURIComponent(path)}`)
  assert.equal((await visitor.post(path)).status, 303)
  const eve = await web.browserOf(people.eve)
  for (const answer of [await eve.get(path), await eve.post(path)]) {
    assert.equal(answer.status, 404)
    assert.match(answer.text, /is for another account than the one/)
    assert.doesNotMatch(answer.text, /ada@/)
  }
  assert.equal((await row()).email_verified_at, null)
  assert.equal((await ada.get(path)).status, 200)
})

test('a link that proves an address is dead after an hour, under another kind, for another address, and once used', async () => {
  const make = (kind: 'reset' | 'verify', email: string) =>
    transaction(db, tx => makeLink(tx, kind, people.ada.id, { email }))
  const late = await make('verify', people.ada.email)
  await pool.query(`update links set expires_at = now() - interval '1 second'`)
  const dead = [late, await make('reset', people.ada.email), await make('verify', OTHER), 'x', '%00']
  for (const token of dead) assert.equal((await ada.post(`/verify/${token}`)).status, 404, token)
  for (const token of [dead[0], dead[1], 'x']) assert.equal((await ada.get(`/verify/${token}`)).status, 404)
  const verify = await make('verify', people.ada.email)
  const results = await Promise.allSettled([1, 2, 3].map(() => confirmAddress(db, people.ada, verify, from)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a disabled person proves nothing', async () => {
  const token = await transaction(db, tx =>
    makeLink(tx, 'verify', people.ada.id, { email: people.ada.email }),
  )
  await disablePerson(db, people.root, people.ada.id, ADDRESS)
  const again = await transaction(db, tx =>
    makeLink(tx, 'verify', people.ada.id, { email: people.ada.email }),
  )
  for (const each of [token, again])
    await assert.rejects(confirmAddress(db, people.ada, each, from), { code: 'not_found' })
})

test('a person has five links mailed an hour', async () => {
  const statuses: number[] = []
  for (let n = 0; n < 6; n++) statuses.push((await ada.post('/settings/email/verify')).status)
  assert.deepEqual(statuses, [303, 303, 303, 303, 303, 429])
  assert.equal((await ada.post('/settings/email', { email: OTHER, current: PASSWORD })).status, 429)
  const limited = await ada.post('/settings/email/verify')
  assert.match(limited.text, /Too many links were asked for/)
})

test('the page of a link tells its address to nobody', async () => {
  const { headers } = await ada.get(await verificationAsked())
  assert.equal(headers.get('Referrer-Policy'), 'no-referrer')
})

test('a stranger sees none of it', async () => {
  const visitor = web.visitor()
  for (const path of ['/settings/email', '/settings/email/verify'])
    assert.match((await visitor.post(path, { email: OTHER, current: PASSWORD })).location ?? '', /^\/login/)
  assert.equal((await visitor.get('/settings/email')).location, '/login?next=%2Fsettings%2Femail')
  await assert.rejects(confirmAddress(db, people.eve, tokenOf(await changeAsked()), from), {
    code: 'not_found',
    text: 'link_elsewhere',
  })
})

test('where no mail goes out the page says so, and offers nothing that needs it', async () => {
  const mailer = { way: 'none', send: async () => {}, check: async () => {}, close() {} } as const
  const none = await testApp(database, {}, { mailer }).browserOf(people.ada)
  const page = await none.get('/settings/email')
  assert.match(page.text, /so an address can’t be confirmed or changed/)
  assert.doesNotMatch(page.text, /action="\/settings\/email/)
  for (const [path, fields] of [
    ['/settings/email', { email: OTHER, current: PASSWORD }],
    ['/settings/email/verify', {}],
  ] as const)
    assert.equal((await none.post(path, fields)).status, 503)
  assert.deepEqual(await post.waiting(), [])
})
