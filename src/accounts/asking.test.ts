import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import pg from 'pg'
import { type TestApp, testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { linkIn, type Post, postOf } from '../../test/mails.ts'
import { signInLimits } from './limits.ts'
import { disablePerson } from './people.ts'

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

test('the answer is the same for any address, and so is what is asked of the database', async () => {
  const statements: string[] = []
  const told: string[] = []
  await disablePerson(db, people.root, people.vera.id, ADDRESS)
  const { query } = pg.Client.prototype
  for (const email of [people.ada.email, 'nobody@example.org', people.vera.email]) {
    const said: string[] = []
    const seen = function (this: unknown, ...args: unknown[]) {
      const [asked] = args as [string | { text: string }]
      said.push(typeof asked === 'string' ? asked : asked.text)
      return (query as (...all: unknown[]) => unknown).apply(this, args)
    }
    pg.Client.prototype.query = seen as typeof query
    try {
      const { status, text, headers } = await web.visitor().post('/forgot', { email })
      const page = await web.visitor().get(headers.get('Location') ?? '')
      told.push([status, text, headers.get('Location'), page.text].join('\n'))
    } finally {
      pg.Client.prototype.query = query
    }
    assert.ok(said.length > 3, `${said.length} statements`)
    statements.push(said.join('\n'))
  }
  assert.equal(new Set(statements).size, 1)
  assert.equal(new Set(told).size, 1)
  // Only whoever reads the mailbox is told more.
  assert.deepEqual(
    (await post.deliver()).map(({ to }) => to),
    [people.ada.email],
  )
})

test('a malformed address is told so, and comes back', async () => {
  for (const email of ['', 'ada', 'a'.repeat(300)]) {
    const answer = await web.visitor().post('/forgot', { email })
    assert.equal(answer.status, 422)
    assert.match(answer.text, /id="f-email-error"/)
  }
  assert.deepEqual(await post.waiting(), [])
})

test('asking is limited for an address from one network, and for a network', async () => {
  const visitor = web.visitor()
  const statuses: number[] = []
  for (let n = 0; n < 6; n++)
    statuses.push((await visitor.post('/forgot', { email: 'nobody@example.org' })).status)
  assert.deepEqual(statuses, [303, 303, 303, 303, 303, 429])
  const refused = await visitor.post('/forgot', { email: 'nobody@example.org' })
  assert.match(refused.text, /Too many links were asked for/)
  assert.ok(Number(refused.headers.get('Retry-After')) > 60)
  let status = 303
  for (let n = 0; n < 40 && status === 303; n++)
    ({ status } = await visitor.post('/forgot', { email: `n${n}@example.org` }))
  assert.equal(status, 429)
})

test('an address gets ten mails an hour from whoever asks, and nobody is told that it had them', async () => {
  for (let n = 0; n < 14; n++) {
    const visitor = web.visitor()
    visitor.address = `192.0.2.${n}`
    const { status, location } = await visitor.post('/forgot', { email: people.ada.email })
    assert.deepEqual([status, location], [303, '/forgot?sent=1'])
  }
  assert.equal((await post.deliver()).length, 10)
})

test('after 100 failures the page points to the mail, and its link lets in', async () => {
  const { email } = people.ada
  const limits = signInLimits(pool, web.deps.secret)
  for (let n = 0; n < 100; n++) await limits.failed(email)
  const blocked = await web.visitor().post('/login', { email, password: PASSWORD })
  assert.equal(blocked.status, 429)
  assert.match(blocked.text, /Have a link mailed to you below/)
  await web.visitor().post(await asked(), { password: NEW })
  assert.equal((await web.visitor().post('/login', { email, password: NEW })).status, 303)
})

test('where no mail goes out the page says whom to ask, and nothing is put on the queue', async () => {
  const mailer = { way: 'none', send: async () => {}, check: async () => {}, close() {} } as const
  const none = testApp(database, {}, { mailer })
  const page = await none.visitor().get('/forgot')
  assert.match(page.text, /This Xtablo sends no mail\. Ask whoever runs it/)
  assert.doesNotMatch(page.text, /<form/)
  const answer = await none.visitor().post('/forgot', { email: people.ada.email })
  assert.equal(answer.status, 503)
  assert.deepEqual(await post.waiting(), [])
  const limits = signInLimits(pool, web.deps.secret)
  for (let n = 0; n < 100; n++) await limits.failed(people.ada.email)
  const blocked = await none.visitor().post('/login', { email: people.ada.email, password: PASSWORD })
  assert.match(blocked.text, /Ask whoever runs this Xtablo for a link/)
})
