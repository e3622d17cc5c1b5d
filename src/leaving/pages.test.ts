import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, PASSWORD, tabloOf } from '../../test/cast.ts'
import { formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { find } from '../tablos/tablos.ts'
import { exportShape } from './schema.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const CLOSE = '/settings/account/close'

let people: Cast
let tablo: string
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, tablos cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
})

test('only whoever is signed in has an account to look at', async () => {
  const visitor = web.visitor()
  for (const path of ['/settings/account', '/settings/account/export'])
    assert.equal((await visitor.get(path)).location, `/login?next=${encodeURIComponent(path)}`)
  assert.match((await visitor.post(CLOSE)).location ?? '', /^\/login/)
})

test('the page asks what becomes of each Tablo that one owns alone, and chooses nothing', async () => {
  const ada = await web.browserOf(people.ada)
  const page = await ada.get('/settings/account')
  assert.deepEqual(formOf(page, CLOSE), {
    [`tablos.${tablo}`]: '',
    username: people.ada.email,
    password: '',
  })
  assert.match(page.text, new RegExp(`<option value="${people.ben.id}">Hand it to Ben`))
  assert.match(page.text, /<option value="delete">Delete it/)
  const ben = await (await web.browserOf(people.ben)).get('/settings/account')
  assert.doesNotMatch(ben.text, /Tablos that only you own/)
})

test('a form that is refused comes back with what was chosen, and says what is missing', async () => {
  const ada = await web.browserOf(people.ada)
  const unsaid = await ada.post(CLOSE, { password: PASSWORD })
  assert.equal(unsaid.status, 422)
  assert.match(unsaid.text, new RegExp(`href="#f-tablos\\.${tablo}">Choose what happens to this Tablo`))
  const wrong = await ada.post(CLOSE, { password: 'x', [`tablos.${tablo}`]: people.vera.id })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /This is not your current password/)
  assert.equal(formOf(wrong, CLOSE)[`tablos.${tablo}`], people.vera.id)
  assert.equal((await ada.get('/')).status, 200)
})

test('closed, the browser is told so, and nobody signs in by it', async () => {
  const ada = await web.browserOf(people.ada)
  const closed = await ada.post(CLOSE, { password: PASSWORD, [`tablos.${tablo}`]: people.vera.id })
  assert.deepEqual([closed.status, closed.location, ada.token], [303, '/goodbye', undefined])
  assert.match((await ada.get('/goodbye')).text, /Your account is closed/)
  assert.equal((await find(db, people.vera, tablo)).role, 'owner')
  const again = await ada.post('/login', { email: people.ada.email, password: PASSWORD })
  assert.equal(again.status, 401)
})

test('without a password the address is typed', async () => {
  await pool.query('update users set password_hash = null')
  const eve = await web.browserOf(people.eve)
  assert.deepEqual(formOf(await eve.get('/settings/account'), CLOSE), { email: '' })
  assert.equal((await eve.post(CLOSE, { email: people.ada.email })).status, 422)
  await pool.query(`update sessions set created_at = now() - interval '1 hour'`)
  const late = await eve.post(CLOSE, { email: people.eve.email })
  assert.deepEqual([late.status, /over 15 minutes/.test(late.text)], [409, true])
  await pool.query('update sessions set created_at = now()')
  assert.equal((await eve.post(CLOSE, { email: people.eve.email })).location, '/goodbye')
})

test('the last admin is told why they can’t go', async () => {
  const answer = await (await web.browserOf(people.root)).post(CLOSE, { password: PASSWORD })
  assert.equal(answer.status, 409)
  assert.match(answer.text, /no admin left who can sign in/)
})

test('the export is a file that is kept nowhere between', async () => {
  const answer = await (await web.browserOf(people.ada)).get('/settings/account/export')
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('Content-Type'), 'application/json')
  assert.match(
    answer.headers.get('Content-Disposition') ?? '',
    /^attachment; filename="xtablo-export-\d{4}-\d\d-\d\d\.json"$/,
  )
  assert.equal(answer.headers.get('Cache-Control'), 'no-store')
  assert.equal(exportShape.parse(JSON.parse(answer.text)).profile.id, people.ada.id)
})
