import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { newId } from '../platform/ids.ts'

const { database, pool, people, ada, ben, vera, eve } = await apiWeb()
let tablo: string
let path: string
let task: string

before(async () => {
  tablo = await tabloOf(database, people)
  path = `/tablos/${tablo}/activity`
  task = (await ben.post(`/tablos/${tablo}/tasks`, { title: 'Flour' })).body.id
  await ada.patch(`/tasks/${task}`, { title: 'Rye' })
  await ada.post(`/tasks/${task}/move`, { status: 'done', after: null })
  await ada.delete(`/tasks/${task}`)
})

const KINDS = ['tablo_created', 'task_created', 'task_changed', 'task_moved', 'task_deleted']
const kindsOf = (items: { kind: string }[]) => items.map(({ kind }) => kind)

test('a change is told with who made it, what it was about and when', async () => {
  const items = await vera.all(path)
  assert.deepEqual(kindsOf(items), KINDS)
  const [created, added, , moved] = items
  assert.deepEqual([created.subject_id, created.actor], [null, { id: people.ada.id, name: 'Ada' }])
  const { id, at, ...rest } = added
  assert.deepEqual(rest, {
    kind: 'task_created',
    actor: { id: people.ben.id, name: 'Ben' },
    subject_id: task,
    payload: { title: 'Flour' },
  })
  assert.ok(id && at.endsWith('Z'))
  assert.deepEqual(moved.payload, { title: 'Rye', from: 'todo', to: 'done' })
})

test('it comes as it happened, or the newest first, by any number', async () => {
  for (const limit of [1, 2, 5]) {
    assert.deepEqual(kindsOf(await ada.all(`${path}?order=asc`, limit)), KINDS)
    assert.deepEqual(kindsOf(await ada.all(`${path}?order=desc`, limit)), KINDS.toReversed())
  }
  assertProblem(await ada.get(`${path}?order=up`), 'invalid', ['order'])
})

test('whoever knows the last that they saw gets what came after it, in both orders', async () => {
  const items = await ada.all(path)
  for (const [n, { id }] of items.entries()) {
    const rest = KINDS.slice(n + 1)
    for (const limit of [1, 200]) {
      assert.deepEqual(kindsOf(await ada.all(`${path}?after=${id}`, limit)), rest)
      assert.deepEqual(kindsOf(await ada.all(`${path}?after=${id}&order=desc`, limit)), rest.toReversed())
    }
  }
})

test('what happens while pages are read is on the last of them', async () => {
  const other = await tabloOf(database, people)
  const here = `/tablos/${other}/activity`
  for (const title of ['a', 'b']) await ada.post(`/tablos/${other}/tasks`, { title })
  const first = (await ada.get(`${here}?limit=2`)).body
  await ada.post(`/tablos/${other}/tasks`, { title: 'c' })
  const rest = await ada.all(`${here}?cursor=${first.next}`, 1)
  assert.deepEqual(
    [...first.items, ...rest].map(({ payload }) => payload.title),
    ['Bakery', 'a', 'b', 'c'],
  )
})

test('an Activity of another Tablo is none of this one, seen or not', async () => {
  const other = await tabloOf(database, people)
  const strange = (await eve.post('/tablos', { title: 'Eve’s' })).body.id
  const ids = [
    (await ada.all(`/tablos/${other}/activity`))[0].id,
    (await eve.all(`/tablos/${strange}/activity`))[0].id,
  ]
  for (const id of [...ids, newId()])
    assertProblem(await ada.get(`${path}?after=${id}`), 'invalid', ['after'])
  assertProblem(await ada.get(`${path}?after=x`), 'invalid', ['after'])
})

test('for a stranger there is none, and for nobody after the Tablo is deleted', async () => {
  assertProblem(await eve.get(path), 'not_found')
  const [{ id }] = await ada.all(path, 1)
  assertProblem(await eve.get(`${path}?after=${id}`), 'not_found')
  const gone = await tabloOf(database, people)
  await ada.delete(`/tablos/${gone}`)
  assertProblem(await ada.get(`/tablos/${gone}/activity`), 'not_found')
})

test('it outlives whoever made it', async () => {
  await pool.query('delete from users where id = $1', [people.ben.id])
  const added = (await ada.all(path))[1]
  assert.deepEqual(added.actor, { id: people.ben.id, name: null })
})
