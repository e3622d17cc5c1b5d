import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { type TestApp, testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import { linkIn, type Post, postOf } from '../../test/mails.ts'
import { transaction } from '../platform/database/database.ts'
import { signInLimits } from './limits.ts'
import { makeLink } from './links.ts'
import { changePassword, resetPassword } from './new-passwords.ts'
import { disablePerson } from './people.ts'
import { createPersonalToken } from './personal-tokens.ts'

const database = await testDatabase()
const { db, pool } = database
const NEW = 'another long password'

let web: TestApp
let post: Post
let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, pgboss.job cascade')
  people = await cast(database)
  web = testApp(database)
  post = postOf(web)
})

/** Asks for a link and gives its path. */
async function asked(email = people.ada.email): Promise<string> {
  assert.equal((await web.visitor().post('/forgot', { email })).status, 303)
  return linkIn((await post.deliver()).find(({ text }) => text.includes('/reset/')))
}
const tokenOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const verifiedAt = async () =>
  (await pool.query('select email_verified_at from users where id = $1', [people.ada.id])).rows[0]
    .email_verified_at

test('who forgot a password asks on the page, follows the link of the mail, and is in', async () => {
  const visitor = web.visitor()
  assert.match((await visitor.get('/login')).text, /<a href="\/forgot">/)
  const answer = await visitor.post('/forgot', { email: ' ADA@example.org ' })
  assert.deepEqual([answer.status, answer.location], [303, '/forgot?sent=1'])
  const [mail, ...others] = await post.deliver()
  assert.deepEqual([mail?.to, others], [people.ada.email, []])
  const path = linkIn(mail)
  assert.equal((await visitor.get(path)).status, 200)
  assert.equal((await visitor.post(path, { password: NEW })).location, '/')
  assert.equal((await visitor.get('/')).status, 200)
  assert.equal((await visitor.post('/login', { email: people.ada.email, password: NEW })).status, 303)
})

test('a mailed reset ends all sessions and refresh tokens, and is told by mail', async () => {
  const stolen = await web.browserOf(people.ada)
  const callers = callersOf(web.deps)
  const { refreshToken } = await callers.issue({ email: people.ada.email, password: PASSWORD }, from)
  assert.equal((await web.visitor().post(await asked(), { password: NEW })).status, 303)
  assert.equal((await stolen.get('/')).status, 303)
  await assert.rejects(callers.refresh(refreshToken), { code: 'unauthenticated' })
  const told = await post.deliver()
  assert.deepEqual(
    told.map(({ to, subject }) => [to, subject]),
    [[people.ada.email, 'Your password was changed']],
  )
  assert.match(told[0]?.text ?? '', /with Firefox on Linux, from 127\.0\.0\.1\./)
})

test('no token rests in the queue, and the database has only its hash', async () => {
  await web.visitor().post('/forgot', { email: people.ada.email })
  const [waiting] = await post.waiting()
  assert.deepEqual(waiting?.data.payload, { email: people.ada.email, language: 'en' })
  const [mail] = await post.deliver()
  const { rows } = await pool.query('select row_to_json(links)::text from links')
  assert.equal(rows.length, 1)
  assert.ok(!JSON.stringify(rows).includes(tokenOf(linkIn(mail))))
})

test('a mail that fails is made again with another link, and the link of the attempt before is dead', async () => {
  await web.visitor().post('/forgot', { email: people.ada.email })
  const [lost] = await post.fail()
  assert.equal((await web.visitor().get(linkIn(lost))).status, 200)
  const [mail] = await post.deliver()
  assert.equal((await web.visitor().get(linkIn(lost))).status, 404)
  assert.equal((await web.visitor().get(linkIn(mail))).status, 200)
})

test('two who ask at once have a link each, until one is used', async () => {
  const [one, two] = [await asked(), await asked()]
  assert.notEqual(one, two)
  assert.equal((await web.visitor().get(one)).status, 200)
  assert.equal((await web.visitor().post(two, { password: NEW })).status, 303)
  for (const path of [one, two]) {
    assert.equal((await web.visitor().get(path)).status, 404)
    assert.equal((await web.visitor().post(path, { password: PASSWORD })).status, 404)
  }
})

test('of many who use one mailed link at once, one is in', async () => {
  const path = await asked()
  const answers = await Promise.all([1, 2, 3].map(() => web.visitor().post(path, { password: NEW })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404])
})

test('a link is dead after an hour, under another kind, and once its person is disabled', async () => {
  const late = await asked()
  await pool.query(`update links set expires_at = now() - interval '1 second'`)
  assert.equal((await web.visitor().post(late, { password: NEW })).status, 404)
  const verify = await transaction(db, tx =>
    makeLink(tx, 'verify', people.ada.id, { email: people.ada.email }),
  )
  const { runs } = await hashingOf(async () => {
    assert.equal((await web.visitor().post(`/reset/${verify}`, { password: NEW })).status, 404)
  })
  assert.equal(runs, 0)
  const path = await asked()
  await disablePerson(db, people.root, people.ada.id, ADDRESS)
  assert.equal((await web.visitor().get(path)).status, 404)
  assert.equal((await web.visitor().post(path, { password: NEW })).status, 404)
  await web.visitor().post('/forgot', { email: people.ada.email })
  assert.deepEqual(await post.deliver(), [])
})

test('a password that is reset while it is being changed ends as one of the two, with one session', async () => {
  const limits = signInLimits(pool, web.deps.secret)
  for (let round = 0; round < 3; round++) {
    await pool.query('truncate sessions, links, rate_limits')
    await pool.query('update users set password_hash = (select password_hash from users where id = $1)', [
      people.ben.id,
    ])
    const token = await transaction(db, tx => makeLink(tx, 'reset', people.ada.id))
    const change = { current: PASSWORD, password: 'changed to this one' }
    const [changed, reset] = await Promise.allSettled([
      changePassword(db, limits, people.ada, change, from),
      resetPassword(db, limits, token, NEW, from),
    ])
    const { rows } = await pool.query('select id from sessions where user_id = $1', [people.ada.id])
    assert.equal(rows.length, 1, `round ${round}`)
    // Whoever was second found the first one's password, or the link gone with it.
    assert.deepEqual([changed.status, reset.status].sort(), ['fulfilled', 'rejected'], `round ${round}`)
  }
})

test('a session used from two places while the password changes ends in both', async () => {
  const session = await web.browserOf(people.ada)
  const copy = web.visitor().carry(session.token ?? '')
  const path = await asked()
  const reading = Promise.all([1, 2, 3, 4].map(n => (n % 2 ? session : copy).get('/')))
  assert.equal((await web.visitor().post(path, { password: NEW })).status, 303)
  for (const { status } of await reading) assert.ok(status === 200 || status === 303)
  for (const browser of [session, copy]) assert.equal((await browser.get('/')).location, '/login')
})

test('a mailed link proves the address, and one that was handed over does not', async () => {
  const handed = await transaction(db, tx => makeLink(tx, 'reset', people.ada.id))
  await web.visitor().post(`/reset/${handed}`, { password: NEW })
  assert.equal(await verifiedAt(), null)
  await web.visitor().post(await asked(), { password: NEW })
  assert.ok((await verifiedAt()) instanceof Date)
})

test('what was left in an account before its address was proved lets nobody in afterwards', async () => {
  const callers = callersOf(web.deps)
  const make = (name: string) =>
    createPersonalToken(db, people.ada, { name, scope: 'write', days: 30 }, ADDRESS)
  const planted = await make('left by whoever made the account')
  await web.visitor().post(await asked(), { password: NEW })
  assert.equal(await callers.find(planted), undefined)
  // From then on they are the person's own.
  const own = await make('her own')
  await web.visitor().post(await asked(), { password: PASSWORD })
  assert.ok(await callers.find(own))
  const { rows } = await pool.query(`select subject_id from audit where kind = 'ways_in_removed'`)
  assert.deepEqual(rows, [{ subject_id: people.ada.id }])
})

test('the page of a link tells its address to nobody, and has nothing of others', async () => {
  const { headers, text } = await web.visitor().get(await asked())
  assert.equal(headers.get('Referrer-Policy'), 'no-referrer')
  assert.equal(headers.get('Cache-Control'), 'private, no-cache')
  for (const [, address = ''] of text.matchAll(/(?:src|href|action)="([^"]*)"/g))
    assert.match(address, /^\/(?!\/)|^#/, address)
  // Where browsers say nothing of Sec-Fetch-Site, the form would be taken for one of another site.
  const plain = testApp(database, { BASE_URL: 'http://tablo.lan' })
  const link = await transaction(db, tx => makeLink(tx, 'reset', people.ada.id))
  assert.equal((await plain.visitor().get(`/reset/${link}`)).headers.get('Referrer-Policy'), 'same-origin')
})

test('mails are in the person’s own language, else in that of the page that asked', async () => {
  const visitor = web.visitor()
  visitor.headers = { 'Accept-Language': 'fr' }
  await visitor.post('/forgot', { email: people.ada.email })
  await pool.query(`update users set language = 'en' where id = $1`, [people.ben.id])
  await visitor.post('/forgot', { email: people.ben.email })
  assert.deepEqual(
    (await post.deliver()).map(({ subject }) => subject),
    ['Choisir un nouveau mot de passe', 'Set a new password'],
  )
})

test('a name is in a mail only once its address is known to be the person’s', async () => {
  const hello = async () => {
    await web.visitor().post('/forgot', { email: people.ada.email })
    return (await post.deliver())[0]?.text.split('\n')[0]
  }
  assert.equal(await hello(), 'Hello,')
  await pool.query('update users set email_verified_at = now()')
  assert.equal(await hello(), 'Hello Ada,')
})
