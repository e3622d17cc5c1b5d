import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type Cast, cast, person, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import type { Person } from '../accounts/actor.ts'
import { recent } from '../activity/activity.ts'
import { newId } from '../platform/ids.ts'
import { create as createTablo, find as findTablo } from '../tablos/tablos.ts'
import { move, placesFor } from './ordering.ts'
import * as tasks from './tasks.ts'

const database = await testDatabase()
const { db, pool } = database
const FIELDS = { title: 'Bake', description: 'Bread', status: 'todo' } as const

let people: Cast
let tablo: string
let id: string
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
  id = (await tasks.create(db, people.ada, tablo, FIELDS)).id
})

const COMMANDS = {
  create: actor => tasks.create(db, actor, tablo, FIELDS),
  edit: actor => tasks.edit(db, actor, tablo, id, { ...FIELDS, title: 'Mine', version: 1 }),
  move: actor => move(db, actor, tablo, id, { status: 'done', after: null }),
  remove: actor => tasks.remove(db, actor, tablo, id),
} satisfies Record<string, (actor: Person) => Promise<unknown>>

const state = async () =>
  JSON.stringify([
    (await pool.query('select * from tasks order by id')).rows,
    (await pool.query('select * from activity_heads order by tablo_id')).rows,
  ])
const activity = async () =>
  (await recent(db, { tablo }, 50)).map(({ actorName, change }) => [actorName, change.kind]).reverse()
const find = (of = id) => tasks.find(db, people.ada, tablo, of)

test('a task of a tablo you are not in does not exist, whatever you would do with it', async () => {
  const before = await state()
  for (const outsider of [people.eve, people.root]) {
    await assert.rejects(tasks.find(db, outsider, tablo, id), { code: 'not_found' })
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(outsider), { code: 'not_found' }, name)
  }
  assert.equal(await state(), before)
})

test('who views sees the tasks and may not change one', async () => {
  const before = await state()
  assert.equal((await tasks.find(db, people.vera, tablo, id)).title, 'Bake')
  for (const [name, command] of Object.entries(COMMANDS))
    await assert.rejects(command(people.vera), { code: 'forbidden', text: 'viewers_read' }, name)
  assert.equal(await state(), before)
})

test('who edits may do everything with tasks, and each change writes one activity', async () => {
  await COMMANDS.create(people.ben)
  await COMMANDS.edit(people.ben)
  await COMMANDS.move(people.ben)
  await COMMANDS.remove(people.ben)
  const kinds = ['task_created', 'task_changed', 'task_moved', 'task_deleted']
  assert.deepEqual(
    (await activity()).slice(2),
    kinds.map(kind => ['Ben', kind]),
  )
  assert.equal((await findTablo(db, people.ada, tablo)).version, 6)
})

test('a task is found by its own tablo alone', async () => {
  const other = await createTablo(db, people.ada, { title: 'Other', description: '', color: 'red' })
  const to = { ...FIELDS, title: 'x', version: 1 }
  for (const attempt of [
    () => tasks.find(db, people.ada, other, id),
    () => tasks.edit(db, people.ada, other, id, to),
    () => move(db, people.ada, other, id, { status: 'done', after: null }),
    () => tasks.remove(db, people.ada, other, id),
    () => placesFor(db, other, id),
  ])
    await assert.rejects(attempt, { code: 'not_found' })
  assert.equal((await find()).title, 'Bake')
})

test('an unknown task and a deleted one do not exist', async () => {
  await tasks.remove(db, people.ada, tablo, id)
  for (const unknown of [id, newId()]) {
    const to = { ...FIELDS, title: 'x', version: 1 }
    await assert.rejects(find(unknown), { code: 'not_found' })
    await assert.rejects(tasks.edit(db, people.ada, tablo, unknown, to), { code: 'not_found' })
    await assert.rejects(move(db, people.ada, tablo, unknown, { status: 'done', after: null }), {
      code: 'not_found',
    })
    await assert.rejects(tasks.remove(db, people.ada, tablo, unknown), { code: 'not_found' })
  }
})

test('what is saved over a version that is behind is refused as stale, and nothing is lost', async () => {
  await tasks.edit(db, people.ada, tablo, id, { ...FIELDS, title: 'First', version: 1 })
  const late = tasks.edit(db, people.ben, tablo, id, { ...FIELDS, title: 'Second', version: 1 })
  await assert.rejects(late, { code: 'stale', text: 'task_stale' })
  assert.deepEqual([(await find()).title, (await find()).version], ['First', 2])
  await tasks.edit(db, people.ben, tablo, id, { ...FIELDS, title: 'Second', version: 2 })
  assert.equal((await find()).title, 'Second')
})

test('of several who save the same version at once, one does', async () => {
  const results = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map(title =>
      tasks.edit(db, people.ben, tablo, id, { ...FIELDS, title, version: 1 }),
    ),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await find()).version, 2)
})

test('saving twice what is there already is no conflict and no change', async () => {
  const to = { ...FIELDS, title: 'Same', version: 1 }
  await tasks.edit(db, people.ada, tablo, id, to)
  const before = await state()
  await tasks.edit(db, people.ada, tablo, id, to)
  assert.equal(await state(), before)
})

test('a move to another column makes an open form stale, a move within the column does not', async () => {
  const other = (await tasks.create(db, people.ada, tablo, { ...FIELDS, title: 'Other' })).id
  await move(db, people.ada, tablo, id, { status: 'todo', after: other })
  assert.equal((await find()).version, 1)
  await move(db, people.ada, tablo, id, { status: 'done', after: null })
  const late = tasks.edit(db, people.ben, tablo, id, { ...FIELDS, title: 'x', version: 1 })
  await assert.rejects(late, { code: 'stale' })
})

test('another status in a save puts the task at the foot of that column', async () => {
  const last = await tasks.create(db, people.ada, tablo, { ...FIELDS, title: 'Last', status: 'done' })
  const from = await tasks.edit(db, people.ada, tablo, id, { ...FIELDS, status: 'done', version: 1 })
  assert.equal(from, 'todo')
  const done = (await tasks.cardsOf(db, tablo)).filter(({ status }) => status === 'done')
  assert.deepEqual(
    done.map(card => card.id),
    [last.id, id],
  )
  const [{ change } = assert.fail()] = await recent(db, { tablo }, 1)
  assert.deepEqual(change, { kind: 'task_moved', payload: { title: 'Bake', from: 'todo', to: 'done' } })
})

test('the same form sent twice, or many times at once, makes one task', async () => {
  const form = { ...FIELDS, id: newId() }
  const made = await Promise.all([1, 2, 3, 4].map(() => tasks.create(db, people.ben, tablo, form)))
  assert.deepEqual(new Set(made.map(card => card.id)), new Set([form.id]))
  assert.equal((await tasks.cardsOf(db, tablo)).length, 2)
  assert.equal((await activity()).length, 3)
})

test('a form that was changed and sent again makes another task', async () => {
  const form = { ...FIELDS, id: newId() }
  await tasks.create(db, people.ben, tablo, form)
  const another = await tasks.create(db, people.ben, tablo, { ...form, title: 'Changed' })
  assert.notEqual(another.id, form.id)
  assert.equal((await tasks.cardsOf(db, tablo)).length, 3)
})

test('the id of somebody else’s task makes another one, and tells nothing', async () => {
  const mine = await createTablo(db, people.eve, { title: 'Mine', description: '', color: 'red' })
  const card = await tasks.create(db, people.eve, mine, { ...FIELDS, id })
  assert.notEqual(card.id, id)
  await assert.rejects(tasks.find(db, people.eve, mine, id), { code: 'not_found' })
  assert.equal((await tasks.cardsOf(db, mine)).length, 1)
})

test('the past of a deleted task stays in its tablo', async () => {
  await tasks.remove(db, people.ada, tablo, id)
  const mine = await createTablo(db, people.eve, { title: 'Mine', description: '', color: 'red' })
  await tasks.create(db, people.eve, mine, { ...FIELDS, id })
  assert.deepEqual(
    (await recent(db, { tablo: mine, subject: id }, 10)).map(({ actorName }) => actorName),
    ['Eve'],
  )
})

test('a command that fails half-way leaves nothing behind', async () => {
  // The activity comes last: when it can't be written, the task is not written either.
  await pool.query(`alter table activity add constraint refuse check (kind not like 'task%') not valid`)
  try {
    const before = await state()
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(people.ada), /refuse/, name)
    assert.equal(await state(), before)
  } finally {
    await pool.query('alter table activity drop constraint refuse')
  }
})

test('counts are of the columns that were asked for, none being zero', async () => {
  await tasks.create(db, people.ada, tablo, { ...FIELDS, status: 'done' })
  assert.deepEqual(
    [...(await tasks.countsOf(db, tablo, ['todo', 'in_review']))],
    [
      ['todo', 1],
      ['in_review', 0],
    ],
  )
})

test('a task outlives the person who made it', async () => {
  const guest = await person(database, 'Guest')
  await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'editor')`, [
    tablo,
    guest.id,
  ])
  const { id: made } = await tasks.create(db, guest, tablo, { ...FIELDS, title: 'From a guest' })
  await pool.query('delete from users where id = $1', [guest.id])
  assert.equal((await find(made)).title, 'From a guest')
})
