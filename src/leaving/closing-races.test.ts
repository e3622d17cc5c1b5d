import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast, from, PASSWORD, person, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import type { Actor } from '../accounts/actor.ts'
import { signInLimits } from '../accounts/limits.ts'
import { makeAdmin, unmakeAdmin } from '../accounts/people.ts'
import type { Fate } from '../tablos/leaving.ts'
import { create } from '../tablos/tablos.ts'
import { create as createTask } from '../tasks/tasks.ts'
import { closeAccount } from './leaving.ts'

const database = await testDatabase()
const { db, pool } = database
const limits = signInLimits(pool, 'of these tests')

let people: Cast
let tablo: string
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, tablos, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
})

const proof = { password: PASSWORD, email: '', session: undefined }
const close = (actor: Actor, fates: Record<string, Fate> = {}) =>
  closeAccount(db, limits, actor, { proof, fates: new Map(Object.entries(fates)) }, from)
const isThere = async ({ id }: Actor) =>
  (await pool.query('select from users where id = $1', [id])).rowCount === 1

test('of two last admins who close at once, one does', async () => {
  const other = await person(database, 'Other', { role: 'admin' })
  const results = await Promise.allSettled([close(people.root), close(other)])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await pool.query(`select from users where role = 'admin'`)).rowCount, 1)
})

test('one admin who closes while the other gives up the role leaves one', async () => {
  for (let round = 0; round < 5; round++) {
    const other = await person(database, `Other ${round}`, { role: 'admin' })
    await pool.query(`update users set role = 'user' where id <> all($1)`, [[people.root.id, other.id]])
    const results = await Promise.allSettled([
      close(other),
      unmakeAdmin(db, people.root, people.root.id, ADDRESS),
    ])
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 1, `round ${round}`)
    if (results[1]?.status === 'fulfilled') await makeAdmin(db, other, people.root.id, ADDRESS)
  }
})

test('whoever is disabled meanwhile closes nothing', async () => {
  const { vera } = people
  const holder = await pool.connect()
  await holder.query(`begin; select from users where id = '${vera.id}' for update`)
  const closing = close(vera)
  closing.catch(() => {})
  await waiting()
  await holder.query(`update users set disabled_at = now() where id = '${vera.id}'; commit`)
  holder.release()
  await assert.rejects(closing, { code: 'forbidden', text: 'account_disabled' })
  assert.equal(await isThere(vera), true)
})

test('a Tablo that is made while its account closes is asked about, or is never made', async () => {
  for (let round = 0; round < 5; round++) {
    const who = await person(database, `Who ${round}`)
    const making = create(db, who, { title: 'Late', description: '', color: 'red' })
    const [made, closed] = await Promise.allSettled([making, close(who)])
    assert.notEqual(made.status, closed.status, `round ${round}: one of them`)
    if (made.status === 'rejected') assert.equal(made.reason.code, 'not_found')
    const ownerless = await pool.query(
      'select from tablos where not exists (select from members where tablo_id = tablos.id)',
    )
    assert.equal(ownerless.rowCount, 0)
  }
})

test('of two owners who close their accounts at once, the second is asked about the Tablo', async () => {
  const { ada, ben } = people
  await pool.query(`update members set role = 'owner' where user_id = $1`, [ben.id])
  const results = await Promise.allSettled([close(ada), close(ben)])
  const [refused] = results.filter(result => result.status === 'rejected')
  assert.equal(refused?.reason.fields[`tablos.${tablo}`], 'tablo_choice_missing')
  const owners = `select from members where tablo_id = $1 and role = 'owner'`
  assert.equal((await pool.query(owners, [tablo])).rowCount, 1)
})

test('whoever works in a Tablo while its owner goes is not cut, and nothing is stuck', async () => {
  const { ada, ben, vera } = people
  const results = await Promise.allSettled([
    ...Array.from({ length: 6 }, (_, n) =>
      createTask(db, ben, tablo, { title: `Task ${n}`, description: '', status: 'todo' }),
    ),
    ...Array.from({ length: 6 }, (_, n) =>
      createTask(db, ada, tablo, { title: `Own ${n}`, description: '', status: 'todo' }),
    ),
    close(ada, { [tablo]: { handTo: vera.id } }),
  ])
  assert.equal(results.at(-1)?.status, 'fulfilled')
  for (const result of results.slice(0, 6)) assert.equal(result.status, 'fulfilled')
  for (const result of results.slice(6, -1))
    if (result.status === 'rejected') assert.equal(result.reason.code, 'not_found')
})

async function waiting(): Promise<void> {
  const query = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await pool.query(query)).rowCount === 0) await new Promise(resolve => setTimeout(resolve, 10))
}
