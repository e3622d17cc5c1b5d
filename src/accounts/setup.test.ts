import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { offerSetup, signUpFirst } from './accounts.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database, { ENV: 'production' })
const form = { name: 'Root', email: 'root@example.org', password: PASSWORD }

beforeEach(() => pool.query('truncate users, links, audit cascade'))

const link = async (): Promise<string> => (await offerSetup(db)) ?? ''

test('the setup link makes the admin, once', async () => {
  const token = await link()
  const browser = web.visitor()
  assert.match((await browser.get(`/setup/${token}`)).text, /The first account runs it/)
  const answer = await browser.post(`/setup/${token}`, form)
  assert.deepEqual([answer.status, answer.location], [303, '/'])
  assert.equal((await browser.get('/')).status, 200)
  const { rows } = await pool.query('select role from users')
  assert.deepEqual(rows, [{ role: 'admin' }])
  assert.equal((await web.visitor().get(`/setup/${token}`)).status, 404)
  const again = await web.visitor().post(`/setup/${token}`, { ...form, email: 'eve@example.org' })
  assert.equal(again.status, 404)
})

test('a form with a fault comes back and leaves the link alive', async () => {
  const token = await link()
  const refused = await web.visitor().post(`/setup/${token}`, { ...form, password: 'short' })
  assert.equal(refused.status, 422)
  assert.match(refused.text, /value="root@example.org"/)
  assert.equal((await web.visitor().post(`/setup/${token}`, form)).status, 303)
})

test('the link is for 24 hours', async () => {
  const token = await link()
  await pool.query(`update links set expires_at = expires_at - interval '24 hours'`)
  assert.equal((await web.visitor().get(`/setup/${token}`)).status, 404)
  assert.equal((await web.visitor().post(`/setup/${token}`, form)).status, 404)
})

test('there is no link once there is somebody', async () => {
  await person(database, 'Root', { role: 'admin' })
  assert.equal(await offerSetup(db), undefined)
})

test('a link of an earlier start is dead once there is somebody', async () => {
  const [earlier, later] = [await link(), await link()]
  assert.equal((await web.visitor().post(`/setup/${later}`, form)).status, 303)
  assert.equal((await web.visitor().get(`/setup/${earlier}`)).status, 404)
  const late = await web.visitor().post(`/setup/${earlier}`, { ...form, email: 'eve@example.org' })
  assert.equal(late.status, 404)
})

test('of many who use setup links at once, one is the admin and nobody else gets in', async () => {
  const tokens = [await link(), await link()]
  const results = await Promise.allSettled(
    [...tokens, ...tokens].map((token, index) =>
      signUpFirst(db, token, { ...form, email: `${index}@example.org`, timeZone: 'UTC' }, from),
    ),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await pool.query('select from users')).rowCount, 1)
})
