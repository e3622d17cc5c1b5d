import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, cast, from, PASSWORD, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { send } from '../../test/files.ts'
import type { Actor } from '../accounts/actor.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { newId } from '../platform/ids.ts'
import { create } from '../tablos/tablos.ts'
import { create as createTask } from '../tasks/tasks.ts'
import { exportOf } from './exporting.ts'
import { exportShape } from './schema.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const people = await cast(database)
const { ada, ben, vera, eve } = people
const tablo = await tabloOf(database, people)
const secret = await create(db, eve, { title: 'Secret', description: '', color: 'red' })

const exported = async (actor: Actor) =>
  exportShape.parse(JSON.parse((await Array.fromAsync(exportOf(db, actor))).join('')))

test('an export has all that there is of a person, in the shape that is documented', async () => {
  const token = await createPersonalToken(db, ben, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
  const { refreshToken } = await callersOf(web.deps).issue({ email: ben.email, password: PASSWORD }, from)
  const browser = await web.browserOf(ben)
  await pool.query(
    `insert into identities (provider, issuer, subject, user_id, email) values ('google', 'x', 'the subject', $1, null)`,
    [ben.id],
  )
  await pool.query(
    `insert into passkeys (id, user_id, name, credential_id, public_key, counter) values ($1, $2, 'Key', 'a', 'b', 0)`,
    [newId(), ben.id],
  )
  await createTask(db, ben, tablo, { title: 'Mine', description: 'd', status: 'todo' })
  await createTask(db, ada, tablo, { title: 'Hers', description: '', status: 'done' })
  await send(web.deps, ben, tablo, { name: 'Quote', bytes: 'x' })
  const whole = await exported(ben)
  assert.deepEqual([whole.profile.email, whole.profile.role], [ben.email, 'user'])
  assert.deepEqual([whole.sign_in.password, whole.sign_in.authenticator], [true, false])
  assert.deepEqual(
    [whole.sign_in.providers, whole.sign_in.passkeys, whole.sessions, whole.programs, whole.tokens].map(
      list => list.length,
    ),
    [1, 1, 1, 1, 1],
  )
  const [only, ...others] = whole.tablos
  assert.deepEqual([only?.title, only?.role, others], ['Bakery', 'editor', []])
  assert.deepEqual(
    only?.tasks.map(({ title, created_by_you }) => [title, created_by_you]),
    [
      ['Mine', true],
      ['Hers', false],
    ],
  )
  assert.deepEqual(
    only?.files.map(({ name, size, uploaded_by_you }) => [name, size, uploaded_by_you]),
    [['Quote', 1, true]],
  )
  assert.deepEqual(
    only?.activity.map(({ kind }) => kind),
    ['task_created', 'file_added'],
    'of one’s own',
  )
  const text = JSON.stringify(whole)
  for (const kept of [
    token,
    refreshToken,
    browser.token ?? '?',
    'the subject',
    '$argon2id',
    secret,
    ada.email,
  ])
    assert.ok(!text.includes(kept), kept)
})

test('nothing is missing or twice where it takes more than one reading', async () => {
  await pool.query(
    `insert into tasks (id, tablo_id, title, status, position)
     select gen_random_uuid(), $1, 'Task ' || n, 'todo', 'z' || lpad(n::text, 5, '0') from generate_series(1, 1203) n`,
    [tablo],
  )
  const { rows } = await pool.query('select id from tasks where tablo_id = $1 order by id', [tablo])
  const [only] = (await exported(vera)).tablos
  assert.deepEqual(
    only?.tasks.map(({ id }) => id),
    rows.map(({ id }) => id),
  )
})

test('a Tablo that the person is taken out of while they read is not in it', async () => {
  const pieces = exportOf(db, vera)
  await pieces.next()
  await pool.query('delete from members where user_id = $1', [vera.id])
  const rest = (await Array.fromAsync(pieces)).join('')
  assert.equal(rest, ']}\n')
})

test('there is nothing of nobody', async () => {
  await assert.rejects(exported({ id: newId(), role: 'admin' }), { code: 'not_found' })
})
