import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, formOf, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { sendMails, tokenFor } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import { openMailer } from '../platform/mail/open.ts'

const database = await testDatabase()
const { pool } = database
const web = testApp(database)
await queues(database, web.deps)
const noMail = openMailer({ smtp: undefined, showsMail: false, dataDir: '/nowhere' })
const byHand = testApp(database, {}, { mailer: noMail })

let people: Cast
let path: string
let ada: Client
let ben: Client
let vera: Client
let eve: Client
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads, audit, pgboss.job cascade')
  people = await cast(database)
  path = `/tablos/${await tabloOf(database, people)}`
  ada = await web.browserOf(people.ada)
  ben = await web.browserOf(people.ben)
  vera = await web.browserOf(people.vera)
  eve = await web.browserOf(people.eve)
})

const page = async (client: Client) => unescaped((await client.get(`${path}/members`)).text)
const member = (of: { id: string }) => `${path}/members/${of.id}`
const invite = (client: Client, fields: Record<string, string> = {}) =>
  client.post(`${path}/members`, { email: 'carl@example.org', role: 'editor', for: 'address', ...fields })
const invitation = async () => {
  const { rows } = await pool.query('select id from invitations order by created_at desc limit 1')
  return `${path}/invitations/${rows[0].id}`
}

test('everybody in the tablo sees who else is; addresses and pending invitations are for owners', async () => {
  await invite(ada)
  for (const [client, isOwner] of [
    [ada, true],
    [ben, false],
    [vera, false],
  ] as const) {
    const text = await page(client)
    for (const shown of ['Ada', 'Ben', 'Vera', 'Owner', 'Editor', 'Viewer', 'Since'])
      assert.ok(text.includes(shown))
    // A person's own is at the foot of the sidebar.
    const other = client === ben ? people.vera : people.ben
    for (const secret of [other.email, 'carl@example.org', 'Invite', 'Manage'])
      assert.equal(text.includes(secret), isOwner, secret)
  }
})

test('there is a tab and a link on the overview, and none of it for who is outside', async () => {
  assert.match((await vera.get(path)).text, new RegExp(`href="${path}/members"`))
  const missing = await eve.get(`${path}/members`)
  assert.equal(missing.status, 404)
  const visitor = await web.visitor().get(`${path}/members`)
  assert.equal(visitor.location, `/login?next=${encodeURIComponent(`${path}/members`)}`)
})

test('every form of the page is refused: 404 to a stranger and to who was removed, 403 to a viewer', async () => {
  await invite(ada)
  await ada.post(`${member(people.ben)}/remove`)
  const forms: [string, Record<string, string>?][] = [
    [`${path}/members`, { email: 'dora@example.org', role: 'viewer', for: 'address' }],
    [`${path}/members`],
    [member(people.ada), { role: 'viewer' }],
    [member(people.ada)],
    [`${member(people.vera)}/transfer`],
    [`${member(people.ada)}/remove`],
    [`${await invitation()}/resend`],
    [`${await invitation()}/link`],
    [`${await invitation()}/withdraw`],
  ]
  for (const [address, fields] of forms)
    for (const [client, status] of [
      [eve, 404],
      [ben, 404],
      [vera, 403],
    ] as const)
      assert.equal((await client.post(address, fields)).status, status, address)
  for (const client of [eve, ben]) assert.equal((await client.post(`${path}/leave`)).status, 404)
})

test('an owner invites: the mail goes out, and the invitation is listed until it is withdrawn', async () => {
  const fields = formOf(await ada.get(`${path}/members`), `${path}/members`)
  assert.deepEqual(fields, { email: '', role: 'editor', for: 'address' })
  const sent = await invite(ada, { email: ' Carl@Example.org ' })
  assert.deepEqual([sent.status, sent.location], [303, `${path}/members`])
  assert.match(await page(ada), /carl@example\.org.*Being sent/s)
  await sendMails(web.deps)
  assert.match(await page(ada), /carl@example\.org.*Sent now/s)
  assert.equal((await ada.post(`${await invitation()}/resend`)).status, 303)
  assert.equal((await ada.post(`${await invitation()}/withdraw`)).status, 303)
  assert.doesNotMatch(await page(ada), /carl@example\.org/)
})

test('a refused invitation comes back filled in, with the reason by its field', async () => {
  for (const [fields, reason] of [
    [{ email: '' }, 'Enter your e-mail address.'],
    [{ email: 'x' }, 'Enter a whole e-mail address'],
    [{ email: people.ada.email }, 'This is your own address.'],
    [{ email: people.ben.email }, 'This person is in the Tablo already.'],
    [{ email: 'carl@example.org', role: 'king' }, 'Choose a role'],
    [{ email: 'carl@example.org', for: 'all' }, 'Choose from the list who'],
  ] as const) {
    const answer = await invite(ada, fields)
    assert.equal(answer.status, 422)
    assert.ok(unescaped(answer.text).includes(reason), reason)
    assert.equal(formOf(answer, `${path}/members`).email, fields.email)
  }
  await ada.post(`${path}/archive`)
  const archived = await invite(ada)
  assert.equal(archived.status, 409)
  assert.match(archived.text, /Restore it, then invite/)
})

test('the sixth mail to an address in a day is refused, and says when to try again', async () => {
  for (let n = 0; n < 5; n++) assert.equal((await invite(ada)).status, 303)
  const refused = await invite(ada)
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('Retry-After')) > 86_000)
  const again = await ada.post(`${await invitation()}/resend`)
  assert.equal(again.status, 429)
  assert.match(again.text, /Try again tomorrow/)
})

test('a link to pass on by hand is shown in that one answer, and ends the one that was mailed', async () => {
  await invite(ada)
  const mailed = await tokenFor(web.deps, 'carl@example.org')
  const shown = await ada.post(`${await invitation()}/link`)
  assert.equal(shown.headers.get('Cache-Control'), 'no-store')
  const [, link = ''] = /value="([^"]*\/invitations\/[^"]*)"/.exec(shown.text) ?? []
  assert.equal((await web.visitor().get(new URL(link).pathname)).status, 200)
  assert.equal((await web.visitor().get(`/invitations/${mailed}`)).status, 404)
  assert.ok(!(await page(ada)).includes(link))
})

test('where no mail goes out the page says so, and shows the link at once', async () => {
  const owner = await byHand.browserOf(people.ada)
  assert.match((await owner.get(`${path}/members`)).text, /sends no mail/)
  const shown = await invite(owner)
  assert.equal(shown.status, 200)
  const [, link = ''] = /value="([^"]*\/invitations\/[^"]*)"/.exec(shown.text) ?? []
  assert.equal((await byHand.visitor().get(new URL(link).pathname)).status, 200)
  assert.equal((await pool.query('select from pgboss.job')).rowCount, 0)
  assert.doesNotMatch((await owner.get(`${path}/members`)).text, /\/resend"/)
})

test('a role changes what the very next pages show, also the kept Kanban', async () => {
  const editable = async () => /data-editable/.test((await vera.get(`${path}/tasks`)).text)
  assert.equal(await editable(), false)
  assert.equal((await ada.post(member(people.vera), { role: 'editor' })).status, 303)
  assert.equal(await editable(), true)
  await ada.post(member(people.vera), { role: 'viewer' })
  assert.equal(await editable(), false)
  await ada.post(member(people.vera), { role: 'owner' })
  assert.match(await page(vera), /Invite somebody/)
  assert.equal((await ada.post(member(people.vera), { role: 'king' })).status, 422)
})

test('whoever is removed finds nothing at their next request, nor the tablo in their sidebar', async () => {
  for (const each of ['', '/tasks', '/files', '/members'])
    assert.equal((await ben.get(path + each)).status, 200)
  assert.equal((await ada.post(`${member(people.ben)}/remove`)).status, 303)
  for (const each of ['', '/tasks', '/files', '/members'])
    assert.equal((await ben.get(path + each)).status, 404)
  assert.doesNotMatch((await ben.get('/')).text, /Bakery/)
  assert.match((await ada.get(path)).text, /Ada removed Ben/)
})

test('the last owner is told what to do in place of a button, and by the form too', async () => {
  assert.match(await page(ada), /You are the only owner of this Tablo/)
  assert.doesNotMatch(await page(ada), new RegExp(`action="${path}/leave"`))
  const refused = await ada.post(`${path}/leave`)
  assert.equal(refused.status, 409)
  assert.match(unescaped(refused.text), /Make somebody else an owner first/)
  await ada.post(`${member(people.ben)}/transfer`)
  assert.doesNotMatch(await page(ada), /only owner|Invite/)
  const left = await ada.post(`${path}/leave`)
  assert.deepEqual([left.status, left.location], [303, '/'])
  assert.equal((await ada.get(path)).status, 404)
})

test('through htmx a refusal is a part of the page, and success leads on', async () => {
  const refused = await ada.htmxPost(`${path}/leave`)
  assert.equal(refused.status, 409)
  assert.ok(!refused.text.startsWith('<!'))
  const done = await ada.htmxPost(member(people.ben), { role: 'viewer' })
  assert.deepEqual([done.status, done.location], [204, `${path}/members`])
})
