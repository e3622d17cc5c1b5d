import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast } from '../../test/cast.ts'
import { formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf } from '../../test/second-factor.ts'
import { isSecondFactorRequired } from '../accounts/requirement.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const PATH = '/admin/security'

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users cascade')
  await pool.query('update settings set require_second_factor = false')
  people = await cast(database)
})

test('an admin without a second factor can’t require one, and is told where to set it up', async () => {
  const root = await web.browserOf(people.root)
  const page = await root.get(PATH)
  assert.match(page.text, /href="\/settings\/security"/)
  const refused = await root.post(PATH, { required: 'true' })
  assert.equal(refused.status, 409)
  assert.match(refused.text, /Set up a second factor of your own first/)
  assert.equal(await isSecondFactorRequired(db), false)
})

test('one with it switches the rule on and off by one button', async () => {
  await authenticatorOf(web.deps, people.root)
  const root = await web.browserOf(people.root)
  assert.match((await root.get('/')).text, /href="\/admin\/security"/)
  for (const required of [true, false]) {
    const { status, location } = await root.post(PATH, formOf(await root.get(PATH), PATH))
    assert.deepEqual([status, location], [303, PATH])
    assert.equal(await isSecondFactorRequired(db), required)
  }
})

test('long after signing in, it is asked first who it is', async () => {
  await authenticatorOf(web.deps, people.root)
  const root = await web.browserOf(people.root)
  await pool.query(`update sessions set created_at = now() - interval '11 minutes'`)
  assert.match((await root.post(PATH, { required: 'true' })).location ?? '', /^\/settings\/security\/confirm/)
  assert.equal(await isSecondFactorRequired(db), false)
})

test('for anybody else there is no such page', async () => {
  for (const who of [people.ada, people.eve]) {
    const browser = await web.browserOf(who)
    assert.equal((await browser.get(PATH)).status, 404)
    assert.equal((await browser.post(PATH, { required: 'true' })).status, 404)
    assert.ok(!(await browser.get('/')).text.includes(PATH))
  }
  assert.match((await web.visitor().get(PATH)).location ?? '', /^\/login/)
  assert.equal(await isSecondFactorRequired(db), false)
})
