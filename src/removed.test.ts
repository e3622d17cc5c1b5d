// Somebody who was in a Tablo and was removed, by every route that names something in it: to them it is from then on as
// to a stranger, by pages and by programs, with the session and the tokens that they have kept.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { ADDRESS, cast, person, tabloOf } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { queues } from '../test/jobs.ts'
import { familyOf, personalTokenOf } from '../test/tokens.ts'
import { apiRoutes, walker } from '../test/walk.ts'
import { newId } from './platform/ids.ts'
import { removeMember } from './tablos/members.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
await queues(database, web.deps)
const people = await cast(database)
const mila = await person(database, 'Mila')
const { callOf, answerOf } = walker(web, database, people, [mila])
const { accessToken } = await familyOf(web.deps, mila)
const tokens = [accessToken, await personalTokenOf(web.deps, mila)]
const removeEverywhere = async () => {
  const { rows } = await pool.query('select tablo_id from members where user_id = $1', [mila.id])
  for (const { tablo_id } of rows) await removeMember(db, people.ada, tablo_id, mila.id, ADDRESS)
}

test('a program of somebody who was removed finds nothing by any route that names something of the tablo', async () => {
  const routes = apiRoutes(web).filter(route => /:(tablo|task|file|invitation)_id/.test(route))
  assert.ok(routes.length > 25, `${routes.length} routes`)
  for (const route of routes)
    for (const token of tokens) {
      const bearing = { Authorization: `Bearer ${token}` }
      const [before, after] = [await callOf(route), await callOf(route)]
      const { status } = await answerOf(before, bearing)
      assert.ok(status < 400, `${route} for an owner: ${status}`)
      await removeEverywhere()
      assert.equal((await answerOf(after, bearing)).status, 404, route)
    }
})

test('no page of a tablo is there for somebody who was removed, and no form of one does anything', async () => {
  const browser = await web.browserOf(mila)
  const tablo = await tabloOf(database, people)
  await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'owner')`, [tablo, mila.id])
  assert.equal((await browser.get(`/tablos/${tablo}`)).status, 200)
  await removeEverywhere()
  const routes = web.app.routes.filter(({ method, path }) => method !== 'ALL' && /^\/tablos\/:/.test(path))
  assert.ok(routes.length > 20, `${routes.length} routes`)
  const { rows: before } = await pool.query('select version from activity_heads where tablo_id = $1', [tablo])
  for (const { method, path } of routes) {
    const address = path
      .replace(/:(id|tablo)(\{[^/]*\})?/, tablo)
      .replace(/:member(\{[^/]*\})?/, people.ben.id)
      .replaceAll(/:\w+(\{[^/]*\})?/g, newId)
    const { status } = method === 'GET' ? await browser.get(address) : await browser.post(address)
    assert.equal(status, 404, `${method} ${path}`)
  }
  const { rows: after } = await pool.query('select version from activity_heads where tablo_id = $1', [tablo])
  assert.deepEqual(after, before)
})
