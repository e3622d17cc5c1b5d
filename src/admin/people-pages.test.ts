import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, PASSWORD, person, sessionOf, tabloOf } from '../../test/cast.ts'
import type { Client } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { newId } from '../platform/ids.ts'

const database = await testDatabase()
const { db, pool } = database
const none = { way: 'none', send: async () => {}, check: async () => {}, close() {} } as const
const web = testApp(database, {}, { mailer: none })

let people: Cast
let root: Client
let ada: string
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, tablos cascade')
  people = await cast(database)
  root = await web.browserOf(people.root)
  ada = `/admin/users/${people.ada.id}`
})

const VERBS = [
  'disable',
  'enable',
  'make-admin',
  'remove-admin',
  'reset-factors',
  'end-sessions',
  'reset-link',
  `sessions/${newId()}/end`,
]

test('only an admin finds people: for everybody else they do not exist', async () => {
  const eve = await web.browserOf(people.eve)
  for (const path of ['/admin/users', ada]) {
    assert.equal((await eve.get(path)).status, 404, path)
    assert.equal((await web.visitor().get(path)).location, `/login?next=${encodeURIComponent(path)}`)
  }
  for (const verb of VERBS) assert.equal((await eve.post(`${ada}/${verb}`)).status, 404, verb)
  assert.equal((await pool.query('select from audit')).rowCount, 0)
  assert.ok(!(await eve.get('/')).text.includes('/admin/'))
  assert.match((await root.get('/')).text, /href="\/admin\/users"/)
})

test('an id of nobody, or none, is not found', async () => {
  for (const path of [`/admin/users/${newId()}`, '/admin/users/x'])
    assert.equal((await root.get(path)).status, 404, path)
  for (const verb of VERBS)
    assert.equal((await root.post(`/admin/users/${newId()}/${verb}`)).status, 404, verb)
})

test('the list has a page for everybody, is searched, and leads from page to page', async () => {
  for (let n = 0; n < 60; n++) await person(database, `Somebody ${n}`)
  const seen = new Set<string>()
  let next: string | undefined = '/admin/users'
  for (let pages = 0; next !== undefined; pages++) {
    assert.ok(pages < 3)
    const { text }: { text: string } = await root.get(next)
    for (const [, id = ''] of text.matchAll(/href="\/admin\/users\/([0-9a-f-]{36})"/g)) seen.add(id)
    next = /href="(\/admin\/users\?after=[^"]*)"/.exec(text)?.[1]
  }
  assert.equal(seen.size, 65)
  const { text } = await root.get('/admin/users?q=VERA')
  assert.match(text, /1 person/)
  assert.match(text, /vera@example\.org/)
  assert.doesNotMatch(text, /ben@example\.org/)
  const page = await root.get('/admin/users?q=Somebody')
  assert.match(page.text, /href="\/admin\/users\?q=Somebody&amp;after=/)
})

test('what nobody can have in their name finds nobody', async () => {
  for (const query of ['q=a%00b', 'q=%ff', 'after=x', `q=${'x'.repeat(5_000)}`, 'q=%5C%25'])
    assert.equal((await root.get(`/admin/users?${query}`)).status, 200, query)
})

test('what a person is called does nothing on the page', async () => {
  await pool.query('update users set name = $2 where id = $1', [people.ada.id, '<script>alert(1)</script>'])
  for (const path of ['/admin/users', ada, '/admin/audit'])
    assert.doesNotMatch((await root.get(path)).text, /<script>alert/)
})

test('a person’s page has their sessions, how they sign in, what they have, and what happened', async () => {
  await tabloOf(database, people)
  await createPersonalToken(db, people.ada, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  await sessionOf(database, people.ada)
  const { text } = await root.get(ada)
  assert.match(text, /Firefox on Linux/)
  assert.match(text, /<dt>Tablos<\/dt><dd>1<\/dd>/)
  assert.match(text, /<dt>Tokens<\/dt><dd>1<\/dd>/)
  assert.match(text, /<dt>Signs in by<\/dt><dd>Password<\/dd>/)
  assert.match(text, /Ada made a token/)
  assert.match(text, new RegExp(`href="/admin/audit\\?person=${people.ada.id}"`))
})

test('each action is done, said, and leads back to the person', async () => {
  for (const [verb, done, said] of [
    ['make-admin', 'admin', 'They are an admin now.'],
    ['remove-admin', 'user', 'They are no admin any more.'],
    ['reset-factors', 'factors', 'The second factors are gone.'],
    ['end-sessions', 'sessions', 'Signed out everywhere.'],
    ['disable', 'disabled', 'The account is disabled.'],
    ['enable', 'enabled', 'The account is enabled again.'],
  ] as const) {
    const answer = await root.post(`${ada}/${verb}`)
    assert.deepEqual([answer.status, answer.location], [303, `${ada}?done=${done}`], verb)
    assert.ok((await root.get(answer.location ?? '')).text.includes(said), verb)
  }
  const { rows } = await pool.query('select distinct actor_id, address from audit')
  assert.deepEqual(rows, [{ actor_id: people.root.id, address: '127.0.0.1' }])
})

test('one session of a person is ended', async () => {
  const browser = await web.browserOf(people.ada)
  const { text } = await root.get(ada)
  const [, path = ''] = new RegExp(`action="(${ada}/sessions/[^"]*/end)"`).exec(text) ?? []
  assert.equal((await root.post(path)).location, `${ada}?done=session`)
  assert.equal((await browser.get('/')).status, 303)
  assert.equal((await root.post(path)).status, 404)
})

test('what can’t be done to one’s own account is refused on the page, and is not offered', async () => {
  const own = `/admin/users/${people.root.id}`
  const { text } = await root.get(own)
  for (const verb of ['disable', 'reset-factors']) assert.ok(!text.includes(`action="${own}/${verb}"`), verb)
  for (const [verb, why] of [
    ['disable', /can’t disable your own account/],
    ['remove-admin', /no admin left who can sign in/],
    ['reset-factors', /Your own second factor is turned off in your settings/],
  ] as const) {
    const answer = await root.post(`${own}/${verb}`)
    assert.equal(answer.status, 409, verb)
    assert.match(answer.text, why)
  }
})

test('an admin who gives the role up is signed out, and finds no people any more', async () => {
  await root.post(`${ada}/make-admin`)
  const gave = await root.post(`/admin/users/${people.root.id}/remove-admin`)
  assert.equal(gave.status, 303)
  assert.match((await root.get(gave.location ?? '')).location ?? '', /^\/login/)
  assert.equal((await (await web.browserOf(people.root)).get('/admin/users')).status, 404)
})

test('where no mail goes out, a link to set a new password is shown once, and kept by nobody between', async () => {
  const answer = await root.post(`${ada}/reset-link`)
  assert.deepEqual([answer.status, answer.headers.get('Cache-Control')], [200, 'no-store'])
  const [, path = ''] = /value="http:\/\/[^/"]*(\/reset\/[\w-]{43})"/.exec(answer.text) ?? []
  assert.ok(!(await root.get(ada)).text.includes(path))
  const reset = await web.visitor().post(path, { password: PASSWORD })
  assert.equal(reset.status, 303)
  await root.post(`${ada}/disable`)
  const refused = await root.post(`${ada}/reset-link`)
  assert.deepEqual([refused.status, /Enable it first/.test(refused.text)], [409, true])
})

test('where mail goes out, there is no such link', async () => {
  const other = await testApp(database).browserOf(people.root)
  assert.doesNotMatch((await other.get(ada)).text, /reset-link/)
  assert.equal((await other.post(`${ada}/reset-link`)).status, 404)
})
