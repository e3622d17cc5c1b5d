import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { testApp } from '../../test/app.ts'
import { from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import { type NewPerson, signUp } from './accounts.ts'
import { askingLimits } from './asking.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const OPEN = { signup: 'open', firstByLink: false } as const

beforeEach(async () => {
  await pool.query('truncate users, audit cascade')
})

const given = (more: Partial<NewPerson> = {}): NewPerson => ({
  name: 'Ada',
  email: 'ada@example.org',
  password: PASSWORD,
  timeZone: 'UTC',
  ...more,
})
const form = (more: Record<string, string> = {}) => ({
  name: 'Ada',
  email: 'ada@example.org',
  password: PASSWORD,
  ...more,
})
const users = async () =>
  (await pool.query('select name, email, role, time_zone, password_hash from users order by created_at')).rows

test('the first account is the admin, and those after it are not', async () => {
  for (const email of ['one@example.org', 'two@example.org']) await signUp(db, given({ email }), OPEN, from)
  assert.deepEqual(
    (await users()).map(user => user.role),
    ['admin', 'user'],
  )
})

test('of several first accounts at the same moment one is the admin', async () => {
  // Nobody can be written until all of them have seen that there is nobody.
  const holder = await pool.connect()
  await holder.query('begin; lock table users in share mode')
  const emails = ['a', 'b', 'c'].map(name => `${name}@example.org`)
  const signingUp = Promise.all(emails.map(email => signUp(db, given({ email }), OPEN, from)))
  const waiting = `select from pg_locks where relation = 'users'::regclass and not granted`
  while ((await holder.query(waiting)).rowCount !== 3) await setTimeout(20)
  await holder.query('commit')
  holder.release()
  await signingUp
  assert.deepEqual((await users()).map(user => user.role).sort(), ['admin', 'user', 'user'])
})

test('of many first accounts at once where sign-up is by invitation, one is made', async () => {
  const policy = { signup: 'invite', firstByLink: false } as const
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map(name => signUp(db, given({ email: `${name}@example.org` }), policy, from)),
  )
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
  assert.deepEqual(
    (await users()).map(user => user.role),
    ['admin'],
  )
})

test('one e-mail address makes one account, also when it is sent many times at once', async () => {
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => signUp(db, given(), OPEN, from)))
  const refused = results.filter(result => result.status === 'rejected')
  assert.equal(refused.length, 3)
  for (const { reason } of refused) assert.deepEqual(reason.fields, { email: 'email_taken' })
  assert.equal((await users()).length, 1)
})

test('signing up makes an account, signs in, and is in the audit', async () => {
  const browser = web.visitor()
  const answer = await browser.post('/signup', form())
  assert.deepEqual([answer.status, answer.location], [303, '/'])
  assert.equal((await browser.get('/')).status, 200)
  const { rows } = await pool.query('select kind, address, actor_id = subject_id as own from audit')
  assert.deepEqual(rows, [{ kind: 'signed_up', address: '127.0.0.1', own: true }])
})

test('an e-mail address is kept trimmed and in lower case', async () => {
  await web.visitor().post('/signup', form({ email: '  Ada.Lovelace+tablo@Example.ORG\t' }))
  assert.equal((await users())[0]?.email, 'ada.lovelace+tablo@example.org')
  const again = await web.visitor().post('/signup', form({ email: 'ADA.LOVELACE+TABLO@example.org' }))
  assert.equal(again.status, 422)
  assert.match(again.text, /id="f-email-error"/)
  assert.match(again.text, /has an account already/)
})

test('what is no e-mail address is refused by its field', async () => {
  const bad = [
    '',
    '   ',
    'ada',
    'ada.example.org',
    '@example.org',
    'ada@',
    'a b@example.org',
    'a@b@example.org',
  ]
  for (const email of [...bad, `ada@exa\0mple.org`, `${'a'.repeat(250)}@example.org`]) {
    const answer = await web.visitor().post('/signup', form({ email }))
    assert.equal(answer.status, 422, JSON.stringify(email))
    assert.match(answer.text, /id="f-email-error"/)
  }
  assert.deepEqual(await users(), [])
})

test('a password has 12 to 256 characters after trimming, an emoji being one', async () => {
  const cases: [password: string, status: number][] = [
    ['a'.repeat(11), 422],
    [`  ${'a'.repeat(11)}  `, 422],
    ['a'.repeat(12), 303],
    ['🦊'.repeat(11), 422],
    ['🦊'.repeat(256), 303],
    ['a'.repeat(257), 422],
    ['🦊'.repeat(257), 422],
    ['', 422],
    ['a'.repeat(1_000_000), 422],
  ]
  for (const [index, [password, status]] of cases.entries()) {
    const answer = await web.visitor().post('/signup', form({ email: `p${index}@example.org`, password }))
    assert.equal(answer.status, status, `${password.length} units of ${password.slice(0, 4)}`)
    if (status === 422) assert.match(answer.text, /id="f-password-error"/)
  }
})

test('a refused form comes back with what was typed, but for the password', async () => {
  const secret = 'too short'
  const answer = await web.visitor().post('/signup', form({ name: 'Ada & "Co"', password: secret }))
  assert.equal(answer.status, 422)
  assert.match(answer.text, /value="Ada &amp; &quot;Co&quot;"/)
  assert.ok(!answer.text.includes(secret))
})

test('a name is any 100 characters, but not none, not more, and nothing that cannot be kept', async () => {
  const cases: [name: string, status: number][] = [
    ['', 422],
    [' \t ', 422],
    ['N\0L', 422],
    ['é'.repeat(101), 422],
    ['🦊'.repeat(100), 303],
  ]
  for (const [index, [name, status]] of cases.entries()) {
    const answer = await web.visitor().post('/signup', form({ name, email: `n${index}@example.org` }))
    assert.equal(answer.status, status, JSON.stringify(name))
  }
})

test('missing fields are each named', async () => {
  const { status, text } = await web.visitor().post('/signup', {})
  assert.equal(status, 422)
  for (const field of ['name', 'email', 'password']) assert.match(text, new RegExp(`id="f-${field}-error"`))
})

test('the time zone is that of the browser under any of its names, and UTC when it is none', async () => {
  const cases = [
    ['Europe/Paris', 'Europe/Paris'],
    ['Asia/Kolkata', 'Asia/Calcutta'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Mars/Olympus', 'UTC'],
    ['', 'UTC'],
  ] as const
  for (const [index, [time_zone]] of cases.entries()) {
    await web.visitor().post('/signup', form({ email: `z${index}@example.org`, time_zone }))
  }
  const zones = (await users()).map(user => user.time_zone)
  assert.deepEqual(
    zones,
    cases.map(([, kept]) => kept),
  )
})

test('where sign-up is by invitation or closed, the page says so and the form is refused', async () => {
  await person(database, 'Root', { role: 'admin' })
  for (const SIGNUP of ['invite', 'closed']) {
    const closed = testApp(database, { SIGNUP }).visitor()
    const page = await closed.get('/signup')
    assert.equal(page.status, 200)
    assert.ok(!page.text.includes('<form'))
    const { runs } = await hashingOf(async () => {
      assert.equal((await closed.post('/signup', form())).status, 403)
    })
    assert.equal(runs, 0)
    assert.ok(!(await closed.get('/login')).text.includes('/signup'))
  }
  assert.equal((await users()).length, 1)
})

test('in development the first account needs no invitation', async () => {
  const answer = await testApp(database, { SIGNUP: 'closed' }).visitor().post('/signup', form())
  assert.equal(answer.status, 303)
  assert.equal((await users())[0]?.role, 'admin')
})

test('in production the first account is made by the link alone', async () => {
  const production = testApp(database, { ENV: 'production', SIGNUP: 'open' })
  assert.ok(!(await production.visitor().get('/signup')).text.includes('<form'))
  assert.equal((await production.visitor().post('/signup', form())).status, 403)
  assert.deepEqual(await users(), [])
})

test('who is signed in is sent home from the pages of signing up and in', async () => {
  const ada = await web.browserOf(await person(database, 'Ada'))
  assert.equal((await ada.get('/signup')).location, '/')
  assert.equal((await ada.get('/login')).location, '/')
  assert.equal((await ada.get('/login?next=/settings')).location, '/settings')
})

test('signing up ends the session that the browser had', async () => {
  const browser = await web.browserOf(await person(database, 'Ben'))
  const earlier = browser.token ?? ''
  assert.equal((await browser.post('/signup', form())).status, 303)
  assert.equal((await browser.get('/')).status, 200)
  assert.equal((await web.visitor().carry(earlier).get('/')).status, 303)
})

test('thirty accounts an hour can be made from one network, and a refused one costs no hashing', async () => {
  await pool.query('truncate rate_limits')
  const limited = testApp(database)
  const browser = limited.visitor()
  for (let n = 0; n < 30; n++) {
    browser.address = `2001:db8:1:2::${n + 1}`
    // What can't be an account is not counted, and one that is taken is.
    assert.equal((await browser.post('/signup', form({ email: 'x' }))).status, 422)
  }
  await pool.query(
    `insert into users (id, email, name) values (gen_random_uuid(), 'ada@example.org', 'Ada') on conflict do nothing`,
  )
  const asking = askingLimits(pool, limited.deps.secret)
  for (let n = 0; n < 30; n++) await asking.signUp('2001:db8:1:2::1')
  const { runs } = await hashingOf(async () => {
    const answer = await browser.post('/signup', form({ email: 'new@example.org' }))
    assert.equal(answer.status, 429)
    assert.match(answer.text, /Too many accounts were made from your network/)
    assert.match(answer.text, /value="new@example\.org"/)
  })
  assert.equal(runs, 0)
  browser.address = '2001:db8:1:3::1'
  assert.equal((await browser.post('/signup', form({ email: 'new@example.org' }))).status, 303)
})
