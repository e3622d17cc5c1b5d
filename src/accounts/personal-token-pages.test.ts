import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { cast } from '../../test/cast.ts'
import { formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import { listPersonalTokens } from './personal-tokens.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const callers = callersOf(web.deps)
const people = await cast(database)
const ada = await web.browserOf(people.ada)
const PATH = '/settings/tokens'
const FIELDS = { name: 'Backup script', scope: 'read', days: '90' }
const shown = (text: string) => /xtb_[\w-]{43}/.exec(text)?.[0]

beforeEach(async () => {
  await pool.query('truncate personal_tokens')
})

test('who is not signed in is asked to', async () => {
  const visitor = web.visitor()
  assert.equal((await visitor.get(PATH)).location, `/login?next=${encodeURIComponent(PATH)}`)
  assert.equal((await visitor.post(PATH, FIELDS)).status, 303)
  assert.equal((await visitor.post(`${PATH}/${newId()}/end`)).status, 303)
  assert.deepEqual(await listPersonalTokens(db, people.ada), [])
})

test('the page is found from Settings and leads back, says what tokens are for, and is empty at first', async () => {
  assert.match((await ada.get('/settings')).text, /<a href="\/settings\/tokens">Tokens<\/a>/)
  const { text } = await ada.get(PATH)
  assert.match(text, /<a href="\/settings\/tokens" aria-current="page">/)
  assert.match(text, /<a href="\/settings">General<\/a>/)
  assert.ok(text.includes('href="/api/docs"'))
  assert.match(text, /No token yet/)
  const { id = '', ...fields } = formOf(await ada.get(PATH), PATH)
  assert.match(id, /^[0-9a-f-]{36}$/)
  assert.deepEqual(fields, { name: '', scope: 'read', days: '30' })
})

test('a token is shown once, by an answer that nobody keeps', async () => {
  const answer = await ada.post(PATH, { ...FIELDS, id: newId() })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  const token = shown(answer.text) ?? ''
  assert.equal((await callers.find(token))?.actor.id, people.ada.id)
  assert.match(answer.text, /<input[^>]*readonly[^>]*value="xtb_/)
  assert.match(answer.text, /won’t be shown again/)
  assert.equal(formOf(answer, PATH).name, '', 'the form is for the next one')
  const page = await ada.get(PATH)
  assert.equal(shown(page.text), undefined)
  for (const said of ['Backup script', '>Read<', 'Made now', 'Last used now'])
    assert.ok(page.text.includes(said), said)
  assert.match(page.text, /Expires \d/)
  assert.ok(!JSON.stringify(web.lines).includes(token.slice(4)))
})

test('through htmx it is shown in the page, and nobody keeps that either', async () => {
  const answer = await ada.htmxPost(PATH, { ...FIELDS, id: newId() })
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  assert.ok(shown(answer.text))
  assert.ok(!answer.text.includes('<html'))
})

test('the same form sent again makes no second token and says that the first can’t be shown', async () => {
  const fields = { ...FIELDS, id: newId() }
  await ada.post(PATH, fields)
  const again = await ada.post(PATH, fields)
  assert.equal(again.status, 409)
  assert.equal(shown(again.text), undefined)
  assert.match(again.text, /made already, and can’t be shown again/)
  assert.equal((await listPersonalTokens(db, people.ada)).length, 1)
  const { id, ...kept } = formOf(again, PATH)
  assert.deepEqual(kept, FIELDS)
  assert.notEqual(id, fields.id, 'sent once more, it means another')
  assert.equal((await ada.post(PATH, formOf(again, PATH))).status, 200)
})

test('a form with a fault comes back with what was typed and makes nothing', async () => {
  const cases: [field: string, value: string][] = [
    ['name', ''],
    ['name', ' \t '],
    ['name', 'x'.repeat(101)],
    ['name', 'a\0b'],
    ['scope', 'admin'],
    ['scope', ''],
    ['days', '31'],
    ['days', ''],
    ['days', '7.0.0'],
    ['days', '1e9'],
  ]
  for (const [field, value] of cases) {
    const answer = await ada.post(PATH, { ...FIELDS, id: newId(), [field]: value })
    assert.equal(answer.status, 422, `${field} ${value}`)
    assert.match(answer.text, new RegExp(`id="f-${field}-error"`), `${field} ${value}`)
    if (field !== 'name') assert.match(answer.text, /value="Backup script"/)
  }
  assert.equal((await ada.post(PATH, {})).status, 422)
  assert.deepEqual(await listPersonalTokens(db, people.ada), [])
})

test('a form without a sound id makes a token too', async () => {
  for (const id of ['', 'x', '%00']) assert.ok(shown((await ada.post(PATH, { ...FIELDS, id })).text), id)
  assert.ok(shown((await ada.post(PATH, FIELDS)).text))
})

test('a name is shown as it was typed, and is never markup', async () => {
  const { text } = await ada.post(PATH, { ...FIELDS, name: '<b>"x"</b>' })
  assert.ok(!text.includes('<b>'))
  assert.match(text, /&lt;b&gt;/)
})

test('a token ends by its button, after a question; somebody else’s is not found', async () => {
  const token = shown((await ada.post(PATH, FIELDS)).text) ?? ''
  const [row] = await listPersonalTokens(db, people.ada)
  const end = `${PATH}/${row?.id}/end`
  assert.match((await ada.get(PATH)).text, /End “Backup script”\? Programs that use it/)
  const eve = await web.browserOf(people.eve)
  assert.equal((await eve.post(end)).status, 404)
  assert.ok(!(await eve.get(PATH)).text.includes('Backup script'))
  assert.ok(await callers.find(token))
  const answer = await ada.post(end)
  assert.deepEqual([answer.status, answer.location], [303, PATH])
  assert.equal((await ada.post(end)).status, 404)
  assert.equal(await callers.find(token), undefined)
  assert.equal((await ada.post(`${PATH}/x/end`)).status, 404)
})

test('an expired token says so', async () => {
  await ada.post(PATH, FIELDS)
  await pool.query(`update personal_tokens set expires_at = now() - interval '1 day'`)
  const { text } = await ada.get(PATH)
  assert.match(text, /Expired/)
  assert.doesNotMatch(text, /Expires \d/)
})
