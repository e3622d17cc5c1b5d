import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, PASSWORD, tabloOf } from '../../test/cast.ts'
import { type Client, formOf, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { tokenFor } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import { invite, type Way } from './invitations.ts'
import { listMembers } from './reading.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database, { SIGNUP: 'invite' })
const closed = testApp(database, { SIGNUP: 'closed' }, { mailer: web.deps.mailer })
await queues(database, web.deps)

let people: Cast
let id: string
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads, audit, pgboss.job, rate_limits cascade')
  people = await cast(database)
  id = await tabloOf(database, people)
})

const NEW = 'carl@example.org'

/** The path that a link leads to. */
async function link(email = NEW, { open = false, way = 'mail' as Way } = {}): Promise<string> {
  const given = { email, role: 'editor', open } as const
  const { token } = await invite(db, people.ada, id, given, { address: ADDRESS, language: 'en', way })
  return `/invitations/${token ?? (await tokenFor(web.deps, email))}`
}
const signUp = (client: Client, path: string, fields: Record<string, string> = {}) =>
  client.post(path, { name: 'Carl', password: PASSWORD, time_zone: 'Europe/Paris', ...fields })
const names = async () => (await listMembers(db, id)).map(({ name }) => name)
const personOf = async (email: string) =>
  (await pool.query('select * from users where email = $1', [email])).rows[0]

test('the page says who invites where, and reading it takes nothing', async () => {
  const path = await link()
  for (const client of [web.visitor(), await web.browserOf(people.eve)]) {
    const { status, text, headers } = await client.get(path)
    assert.equal(status, 200)
    assert.match(unescaped(text), /Ada invites you to the Tablo “Bakery”/)
    assert.match(text, /As an editor/)
    assert.equal(headers.get('Cache-Control'), 'no-store')
  }
  assert.equal((await web.visitor().request(path, { method: 'HEAD' })).status, 200)
  assert.deepEqual(await names(), ['Ada', 'Ben', 'Vera'])
})

test('who has no account makes one there, where accounts are by invitation, and is in at once', async () => {
  const [path, client] = [await link(), web.visitor()]
  assert.equal(formOf(await client.get(path), path).email, NEW)
  const joined = await signUp(client, path)
  assert.deepEqual([joined.status, joined.location], [303, `/tablos/${id}`])
  assert.match((await client.get(`/tablos/${id}`)).text, /Carl joined as editor/)
  const { email_verified_at, role, time_zone } = await personOf(NEW)
  assert.deepEqual([email_verified_at !== null, role, time_zone], [true, 'user', 'Europe/Paris'])
  assert.equal((await client.get(path)).location, `/tablos/${id}`)
  assert.equal((await web.visitor().get(path)).location, `/login?next=${encodeURIComponent(path)}`)
})

test('an account made by a bound invitation has its address, whatever the form says', async () => {
  const path = await link()
  await signUp(web.visitor(), path, { email: 'mallory@example.org' })
  assert.ok(await personOf(NEW))
  assert.equal(await personOf('mallory@example.org'), undefined)
})

test('by a link that was passed on by hand, or an open one, an account has no verified address', async () => {
  await signUp(web.visitor(), await link(NEW, { way: 'hand' }))
  assert.equal((await personOf(NEW)).email_verified_at, null)
  const open = await link('dora@example.org', { open: true })
  assert.equal(formOf(await web.visitor().get(open), open).email, '')
  await signUp(web.visitor(), open, { email: 'dora@example.org' })
  assert.equal((await personOf('dora@example.org')).email_verified_at, null)
})

test('a refused sign-up makes nothing, comes back filled in, and leaves the invitation as it was', async () => {
  const path = await link(NEW, { open: true })
  const client = web.visitor()
  for (const [fields, status] of [
    [{ name: '' }, 422],
    [{ password: 'short' }, 422],
    [{ email: 'x' }, 422],
    [{ email: people.eve.email }, 422],
  ] as const) {
    const answer = await signUp(client, path, { email: NEW, ...fields })
    assert.equal(answer.status, status)
    const shown = formOf(answer, path)
    assert.deepEqual(
      [shown.name, shown.email],
      [{ name: 'Carl', ...fields }.name, { email: NEW, ...fields }.email],
    )
    assert.equal(shown.password, '')
  }
  assert.equal((await signUp(client, path, { email: NEW })).status, 303)
})

test('account and membership are made in one step: of many by one open link one gets both, and the rest nothing', async () => {
  const path = await link(NEW, { open: true })
  const answers = await Promise.all(
    [1, 2, 3].map(n => {
      const client = web.visitor()
      client.address = `198.51.100.${n}`
      return signUp(client, path, { name: `Guest ${n}`, email: `guest${n}@example.org` })
    }),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404])
  const { rowCount } = await pool.query(`select from users where name like 'Guest%'`)
  assert.equal(rowCount, 1)
})

test('who has an account is sent to sign in, and comes back to join', async () => {
  const [path, client] = [await link(people.eve.email), web.visitor()]
  const { text } = await client.get(path)
  const login = `/login?next=${encodeURIComponent(path)}`
  assert.ok(unescaped(text).includes(login))
  assert.doesNotMatch(text, /name="password"/)
  const signedIn = await client.post('/login', { email: people.eve.email, password: PASSWORD, next: path })
  assert.equal(signedIn.location, path)
  assert.match((await client.get(path)).text, /You are signed in as eve@example\.org/)
  assert.equal((await client.post(path)).location, `/tablos/${id}`)
  assert.deepEqual(await names(), ['Ada', 'Ben', 'Vera', 'Eve'])
  assert.ok((await personOf(people.eve.email)).email_verified_at)
})

test('whether an address has an account is not told by a link that its owner has seen', async () => {
  const pages = []
  for (const email of [NEW, people.eve.email]) {
    const path = await link(email, { way: 'hand' })
    const { text } = await web.visitor().get(path)
    pages.push(text.replaceAll(path, '').replaceAll(encodeURIComponent(path), '').replaceAll(email, ''))
  }
  assert.equal(pages[0], pages[1])
})

test('where accounts are closed an invitation makes none, and says so', async () => {
  const path = await link()
  const { text } = await closed.visitor().get(path)
  assert.match(unescaped(text), /New accounts can’t be made here/)
  const answer = await signUp(closed.visitor(), path)
  assert.equal(answer.status, 403)
  assert.equal(await personOf(NEW), undefined)
})

test('signed in with another address one is told so, and can sign out and come back', async () => {
  const [path, eve] = [await link(), await web.browserOf(people.eve)]
  const page = await eve.get(path)
  assert.match(
    unescaped(page.text),
    /This invitation is for carl@example\.org, and you are signed in as eve@example\.org/,
  )
  const refused = await eve.post(path)
  assert.equal(refused.status, 403)
  assert.match(unescaped(refused.text), /This invitation is for carl@example\.org/)
  assert.ok(page.text.includes(`name="next" value="${path}"`))
  const out = await eve.post('/logout', { next: path })
  assert.equal(out.location, path)
  assert.match((await eve.get(path)).text, /Make an account to join/)
})

test('an open one is taken with whatever account, and once', async () => {
  const path = await link(NEW, { open: true })
  const [eve, root] = [await web.browserOf(people.eve), await web.browserOf(people.root)]
  assert.equal((await eve.post(path)).location, `/tablos/${id}`)
  assert.equal((await eve.post(path)).location, `/tablos/${id}`)
  for (const answer of [await root.get(path), await root.post(path)]) {
    assert.equal(answer.status, 404)
    assert.match(unescaped(answer.text), /has been used or withdrawn, or has expired/)
  }
  assert.equal((await signUp(web.visitor(), path, { email: 'dora@example.org' })).status, 404)
  assert.equal(await personOf('dora@example.org'), undefined)
})

test('a member who follows one is led into the tablo', async () => {
  const path = await link(NEW, { open: true })
  const ben = await web.browserOf(people.ben)
  assert.equal((await ben.get(path)).location, `/tablos/${id}`)
  assert.equal((await ben.post(path)).location, `/tablos/${id}`)
})

test('a made-up link is nothing, and signing out leads nowhere else than to a page of ours', async () => {
  for (const token of ['x', 'a'.repeat(43), '%00', '..%2f'])
    assert.equal((await web.visitor().get(`/invitations/${token}`)).status, 404)
  for (const next of ['https://evil.example', '//evil.example', 'x']) {
    const eve = await web.browserOf(people.eve)
    assert.equal((await eve.post('/logout', { next })).location, '/login')
  }
})

test('sign-ups by invitation are limited like sign-ins', async () => {
  const path = await link(NEW, { open: true })
  const client = web.visitor()
  for (let n = 0; n < 5; n++)
    assert.equal((await signUp(client, path, { email: people.eve.email })).status, 422)
  const refused = await signUp(client, path, { email: people.eve.email })
  assert.equal(refused.status, 429)
  assert.ok(refused.headers.get('Retry-After'))
})
