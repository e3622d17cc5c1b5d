import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { recent } from '../activity/activity.ts'
import { newId } from '../platform/ids.ts'
import { create as createTask } from '../tasks/tasks.ts'
import { countArchived, listMembers, listTablos, progressOf, readNav } from './reading.ts'
import * as tablos from './tablos.ts'

const database = await testDatabase()
const { db, pool } = database
const FIELDS = { title: 'Bakery', description: 'A new website', color: 'teal' } as const

let people: Cast
let id: string
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  id = await tabloOf(database, people)
})

const COMMANDS = {
  change: actor => tablos.change(db, actor, id, { ...FIELDS, title: 'Another' }),
  archive: actor => tablos.archive(db, actor, id),
  restore: actor => tablos.restore(db, actor, id),
  remove: actor => tablos.remove(db, actor, id),
} satisfies Record<string, (actor: Cast['ada']) => Promise<void>>

const state = async () =>
  JSON.stringify((await pool.query('select * from tablos, activity_heads where id = tablo_id')).rows)
const activity = async (of = id) =>
  (await recent(db, { tablo: of }, 50)).map(({ actorName, change }) => [actorName, change.kind]).reverse()

test('a tablo that you are not in does not exist, whatever you would do with it', async () => {
  const before = await state()
  for (const outsider of [people.eve, people.root]) {
    await assert.rejects(tablos.find(db, outsider, id), { code: 'not_found' })
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(outsider), { code: 'not_found' }, name)
    assert.deepEqual(await listTablos(db, outsider, { archived: false }), [])
    assert.deepEqual(await readNav(db, outsider), { tablos: [], more: false })
  }
  assert.equal(await state(), before)
})

test('who edits or views sees the tablo and may not change it, archive it or end it', async () => {
  const before = await state()
  for (const [person, role] of [
    [people.ben, 'editor'],
    [people.vera, 'viewer'],
  ] as const) {
    assert.equal((await tablos.find(db, person, id)).role, role)
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(person), { code: 'forbidden', text: 'owners_only' }, name)
  }
  assert.equal(await state(), before)
})

test('who makes a tablo owns it, alone', async () => {
  const made = await tablos.create(db, people.eve, FIELDS)
  const { role, archivedAt, version, ...fields } = await tablos.find(db, people.eve, made)
  assert.deepEqual([role, archivedAt, version], ['owner', null, 1])
  assert.deepEqual(fields, { id: made, ...FIELDS })
  assert.deepEqual(await listMembers(db, made), [{ id: people.eve.id, name: 'Eve', role: 'owner' }])
  await assert.rejects(tablos.find(db, people.ada, made), { code: 'not_found' })
})

test('every change writes one activity and raises the version by one', async () => {
  await COMMANDS.change(people.ada)
  await COMMANDS.archive(people.ada)
  await COMMANDS.restore(people.ada)
  assert.equal((await tablos.find(db, people.ada, id)).version, 4)
  await COMMANDS.remove(people.ada)
  const kinds = ['tablo_created', 'tablo_changed', 'tablo_archived', 'tablo_restored', 'tablo_deleted']
  assert.deepEqual(
    await activity(),
    kinds.map(kind => ['Ada', kind]),
  )
  const { rows } = await pool.query('select version from activity order by version')
  assert.deepEqual(
    rows.map(row => row.version),
    [1, 2, 3, 4, 5],
  )
})

test('what changes nothing writes nothing', async () => {
  const { title, description, color } = await tablos.find(db, people.ada, id)
  await tablos.change(db, people.ada, id, { title, description, color })
  await tablos.restore(db, people.ada, id)
  await tablos.archive(db, people.ada, id)
  await tablos.archive(db, people.ada, id)
  assert.deepEqual(await activity(), [
    ['Ada', 'tablo_created'],
    ['Ada', 'tablo_archived'],
  ])
})

test('what a change was is told by its activity', async () => {
  await tablos.change(db, people.ada, id, { ...FIELDS, title: 'Boulangerie' })
  const [{ change } = assert.fail()] = await recent(db, { tablo: id }, 1)
  assert.deepEqual(change, { kind: 'tablo_changed', payload: { title: 'Boulangerie', before: 'Bakery' } })
})

test('deleting takes tasks and members and leaves the activity', async () => {
  await createTask(db, people.ben, id, { title: 'Bake', description: '', status: 'todo' })
  await tablos.remove(db, people.ada, id)
  for (const table of ['tablos', 'members', 'tasks'])
    assert.equal((await pool.query(`select from ${table}`)).rowCount, 0, table)
  assert.equal((await activity()).length, 3)
})

test('the same form sent twice, or many times at once, makes one tablo', async () => {
  const form = { id: newId(), ...FIELDS }
  const ids = await Promise.all([1, 2, 3, 4].map(() => tablos.create(db, people.eve, form)))
  assert.deepEqual(new Set(ids), new Set([form.id]))
  assert.equal(await tablos.create(db, people.eve, form), form.id)
  assert.equal((await listTablos(db, people.eve, { archived: false })).length, 1)
  assert.deepEqual(await activity(form.id), [['Eve', 'tablo_created']])
})

test('a form that was changed and sent again makes another', async () => {
  const form = { id: newId(), ...FIELDS }
  await tablos.create(db, people.eve, form)
  for (const changed of [{ title: 'x' }, { description: 'x' }, { color: 'red' as const }])
    assert.notEqual(await tablos.create(db, people.eve, { ...form, ...changed }), form.id)
  assert.equal((await listTablos(db, people.eve, { archived: false })).length, 4)
})

test('the id of somebody else’s tablo makes another one, and tells nothing', async () => {
  const { title, description, color } = await tablos.find(db, people.ada, id)
  const made = await tablos.create(db, people.eve, { id, title, description, color })
  assert.notEqual(made, id)
  await assert.rejects(tablos.find(db, people.eve, id), { code: 'not_found' })
  assert.deepEqual(await activity(made), [['Eve', 'tablo_created']])
})

test('the id of a tablo that was deleted makes another one, without its past', async () => {
  await tablos.remove(db, people.ada, id)
  const made = await tablos.create(db, people.eve, { id, ...FIELDS })
  assert.notEqual(made, id)
  assert.deepEqual(await activity(made), [['Eve', 'tablo_created']])
})

test('changes at the same moment follow one another, and none is lost', async () => {
  const titles = Array.from({ length: 8 }, (_, n) => `Title ${n}`)
  await Promise.all(titles.map(title => tablos.change(db, people.ada, id, { ...FIELDS, title })))
  const { version, title } = await tablos.find(db, people.ada, id)
  assert.equal(version, 9)
  const changes = await recent(db, { tablo: id }, 8)
  const given = changes.map(({ change }) => change.kind === 'tablo_changed' && change.payload.title)
  assert.deepEqual(given.toSorted(), titles)
  assert.equal(given[0], title)
})

test('the dashboard has the newest first, with progress, people and the last change', async () => {
  const newer = await tablos.create(db, people.ada, { ...FIELDS, title: 'Newer' })
  for (const status of ['todo', 'done', 'done'] as const)
    await createTask(db, people.ben, id, { title: 'x', description: '', status })
  const [first, second, ...others] = await listTablos(db, people.ada, { archived: false })
  assert.deepEqual([first?.id, second?.id, others], [newer, id, []])
  assert.deepEqual([first?.done, first?.total, second?.done, second?.total], [0, 0, 2, 3])
  assert.deepEqual(await progressOf(db, id), { done: 2, total: 3 })
  assert.deepEqual(
    second?.people.map(({ name }) => name),
    ['Ada', 'Ben', 'Vera'],
  )
  assert.ok((second?.changedAt ?? 0) > (first?.changedAt ?? 0))
})

test('an archived tablo leaves the dashboard and the sidebar, and comes back as it was', async () => {
  await createTask(db, people.ada, id, { title: 'x', description: '', status: 'done' })
  const [before] = await listTablos(db, people.vera, { archived: false })
  await tablos.archive(db, people.ada, id)
  assert.deepEqual(await listTablos(db, people.vera, { archived: false }), [])
  assert.deepEqual(await readNav(db, people.vera), { tablos: [], more: false })
  assert.equal(await countArchived(db, people.vera), 1)
  assert.equal((await listTablos(db, people.vera, { archived: true }))[0]?.id, id)
  await tablos.restore(db, people.ada, id)
  const [after] = await listTablos(db, people.vera, { archived: false })
  assert.deepEqual({ ...after, changedAt: 0 }, { ...before, changedAt: 0 })
})

test('a card names four people and counts the rest', async () => {
  for (const person of [people.eve, people.root])
    await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'viewer')`, [
      id,
      person.id,
    ])
  const [card] = await listTablos(db, people.ada, { archived: false })
  assert.deepEqual([card?.people.length, card?.morePeople], [4, 1])
})
