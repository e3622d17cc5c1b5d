import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { columnsOf, partsOf } from '../../test/kanban.ts'
import { newId } from '../platform/ids.ts'
import { create, remove } from './tasks.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)

let people: Cast
let tablo: string
let kanban: string
let ada: Client
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
  kanban = `/tablos/${tablo}/tasks`
  ada = await web.browserOf(people.ada)
})

const add = async (title: string, status: 'todo' | 'done' = 'todo', description = '') =>
  (await create(db, people.ada, tablo, { title, description, status })).id

test('a task is moved by the buttons of its menu', async () => {
  const [first, second] = [await add('First'), await add('Second')]
  const path = `${kanban}/${first}/move`
  const menu = await ada.get(`${kanban}/${first}/menu`)
  assert.equal(menu.status, 200)
  assert.deepEqual(formOf(menu, path), { status: 'todo', after: second })
  const answer = await ada.post(path, formOf(menu, path))
  assert.deepEqual([answer.status, answer.location], [303, `${kanban}#t-${first}`])
  assert.deepEqual(columnsOf(await ada.get(kanban))[0], ['Second', 'First'])
  await ada.post(path, { status: 'done', after: '' })
  assert.deepEqual(columnsOf(await ada.get(kanban)), [['Second'], [], [], ['First']])
})

test('after a task that is elsewhere, gone, or the task itself: 409 with the columns as they are', async () => {
  const [id, done, gone] = [await add('Task'), await add('Done', 'done'), await add('Gone')]
  await remove(db, people.ada, tablo, gone)
  const other = await tabloOf(database, people, 'Other')
  const { id: elsewhere } = await create(db, people.ada, other, {
    title: 'x',
    description: '',
    status: 'todo',
  })
  for (const after of [done, gone, elsewhere, id, newId(), 'x', '\0']) {
    const page = await ada.post(`${kanban}/${id}/move`, { status: 'todo', after })
    assert.equal(page.status, 409, after)
    assert.match(page.text, /^<!doctype html>.*The Kanban has changed meanwhile/s)
    assert.deepEqual(columnsOf(page), [['Task'], [], [], ['Done']])
    const part = await ada.htmxPost(`${kanban}/${id}/move`, { status: 'todo', after }, 'none')
    assert.equal(part.status, 409, after)
    assert.deepEqual(Object.keys(partsOf(part)), ['#columns', '#toasts'])
    assert.deepEqual(columnsOf(part), [['Task'], [], [], ['Done']])
    assert.match(partsOf(part)['#toasts'] ?? '', /try the move again/)
  }
})

test('a move that says too little is refused, and one of a task that was deleted is 404', async () => {
  const id = await add('Task')
  for (const fields of [{}, { status: 'todo' }, { after: '' }, { status: 'x', after: '' }])
    assert.equal((await ada.post(`${kanban}/${id}/move`, fields)).status, 422, JSON.stringify(fields))
  await remove(db, people.ada, tablo, id)
  const fields = { status: 'done', after: '' }
  assert.equal((await ada.post(`${kanban}/${id}/move`, fields)).status, 404)
  const part = await ada.htmxPost(`${kanban}/${id}/move`, fields)
  assert.deepEqual([part.status, part.headers.get('HX-Retarget')], [404, '#toasts'])
})

test('htmx gets the moved task and the counts of the columns that changed', async () => {
  const id = await add('Task', 'todo', 'Described')
  await add('Done', 'done')
  const answer = await ada.htmxPost(`${kanban}/${id}/move`, { status: 'done', after: '' }, 'none')
  assert.equal(answer.status, 200)
  const { [`#t-${id}`]: card = '', ...counts } = partsOf(answer)
  assert.match(card, new RegExp(`^<li class="task" id="t-${id}"><a href="${kanban}/${id}">Task</a>`))
  assert.match(card, /Has a description/)
  assert.deepEqual(counts, { '.count-done': '2', '.count-todo': '0' })
  const own = await ada.htmxPost(`${kanban}/${id}/move`, { status: 'todo', after: '' })
  assert.deepEqual([own.status, own.location], [204, `${kanban}/${id}`], 'its own page is shown anew')
})

test('htmx gets the added task, a fresh id for the next one, and the count', async () => {
  const fields: Record<string, string> = { ...formOf(await ada.get(kanban), kanban), title: 'New & <b>' }
  const parts = partsOf(await ada.htmxPost(kanban, fields, '#add-todo'))
  assert.deepEqual(Object.keys(parts).sort(), ['#add-todo [name=id]', '#column-todo-tasks', '.count-todo'])
  assert.match(parts['#column-todo-tasks'] ?? '', new RegExp(`id="t-${fields.id}".*New &amp; &lt;b&gt;`))
  const [, next] = /value="([\w-]{36})"/.exec(parts['#add-todo [name=id]'] ?? '') ?? []
  assert.ok(next && next !== fields.id)
  assert.equal(parts['.count-todo'], '1')
  const refused = await ada.htmxPost(kanban, { ...fields, title: '' }, '#add-todo')
  assert.equal(refused.status, 422)
  assert.match(refused.text, /^<details[^>]*id="add-todo" open/)
})

test('htmx gets a saved task with its card and the counts behind it', async () => {
  const id = await add('Task')
  const path = `${kanban}/${id}`
  const fields = { ...formOf(await ada.get(path), path), title: 'Saved', status: 'done' }
  const answer = await ada.htmxPost(path, fields, '#task')
  assert.equal(answer.status, 200)
  assert.match(answer.text, /^<article[^>]*id="task"/)
  const parts = partsOf(answer)
  assert.match(parts['#column-done-tasks'] ?? '', />Saved</)
  assert.deepEqual([parts['.count-done'], parts['.count-todo']], ['1', '0'])
})

test('deleting answers with nothing to htmx, and leads back to the Kanban without', async () => {
  const [one, two] = [await add('One'), await add('Two')]
  const part = await ada.htmxPost(`${kanban}/${one}/delete`, {}, `#t-${one}`)
  assert.deepEqual([part.status, part.text], [200, ''])
  const page = await ada.post(`${kanban}/${two}/delete`)
  assert.deepEqual([page.status, page.location], [303, kanban])
  assert.deepEqual(columnsOf(await ada.get(kanban)).flat(), [])
  assert.equal((await ada.post(`${kanban}/${two}/delete`)).status, 404)
})
