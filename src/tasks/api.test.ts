import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { newId } from '../platform/ids.ts'

const { database, pool, people, ada, ben, vera, eve, root } = await apiWeb()
let tablo: string
before(async () => {
  tablo = await tabloOf(database, people)
})

const newTask = async (fields: object = {}, at = tablo) =>
  (await ada.post(`/tablos/${at}/tasks`, { title: 'Flour', ...fields })).body
const columnOf = async (status: string, at: string) =>
  (await ada.all(`/tablos/${at}/tasks?status=${status}`)).map(({ title }) => title)

test('a task is made at the foot of its column, and is where the answer says', async () => {
  const answer = await ben.post(`/tablos/${tablo}/tasks`, { title: '  Order\n flour ', description: '50 kg' })
  assert.equal(answer.status, 201)
  const { id, created_at, updated_at, ...rest } = answer.body
  assert.deepEqual(rest, {
    tablo_id: tablo,
    title: 'Order flour',
    description: '50 kg',
    status: 'todo',
    version: 1,
    created_by: people.ben.id,
  })
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal(updated_at, created_at)
  assert.equal(answer.headers.get('Location'), `/api/v1/tasks/${id}`)
  assert.equal(answer.headers.get('ETag'), '"1"')
  const read = await vera.get(answer.headers.get('Location') ?? '')
  assert.deepEqual([read.status, read.body], [200, answer.body])
})

test('a title has 1 to 500 characters, a description 20,000 at most, and a status is one of four', async () => {
  for (const [fields, name] of [
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(501) }, 'title'],
    [{ title: 'a\0b' }, 'title'],
    [{ description: 'x'.repeat(20_001) }, 'description'],
    [{ status: 'later' }, 'status'],
    [{ status: null }, 'status'],
  ] as const) {
    assertProblem(await ada.post(`/tablos/${tablo}/tasks`, { title: 'a', ...fields }), 'invalid', [name])
    assertProblem(await ada.patch(`/tasks/${(await newTask()).id}`, fields), 'invalid', [name])
  }
  const most = await newTask({ title: '🍞'.repeat(500), description: 'é'.repeat(20_000), status: 'done' })
  assert.equal([...most.title].length, 500)
})

test('a change says only what changes; another status puts the task at the foot of that column', async () => {
  const at = await tabloOf(database, people)
  const task = await newTask({ description: 'Two sacks' }, at)
  await newTask({ title: 'Salt', status: 'done' }, at)
  const renamed = await ben.patch(`/tasks/${task.id}`, { title: 'Rye' })
  assert.deepEqual([renamed.status, renamed.body.description, renamed.body.version], [200, 'Two sacks', 2])
  assert.ok(renamed.body.updated_at > task.updated_at)
  const done = await ada.patch(`/tasks/${task.id}`, { status: 'done', description: '' })
  assert.deepEqual([done.body.status, done.body.description, done.body.version], ['done', '', 3])
  assert.deepEqual(await columnOf('done', at), ['Salt', 'Rye'])
})

test('a change that changes nothing leaves the version and writes no Activity', async () => {
  const task = await newTask()
  const before = await ada.all(`/tablos/${tablo}/activity`)
  for (const body of [{}, { title: 'Flour' }, { title: ' Flour ', status: 'todo' }])
    assert.deepEqual((await ada.patch(`/tasks/${task.id}`, body)).body, task)
  assert.deepEqual(await ada.all(`/tablos/${tablo}/activity`), before)
})

test('what a task has by itself can’t be sent', async () => {
  const { id } = await newTask()
  const own = {
    id: newId(),
    version: 5,
    tablo_id: newId(),
    created_at: '2026-11-20T09:30:00.000Z',
    position: 'a',
  }
  for (const [name, value] of Object.entries(own)) {
    assertProblem(await ada.patch(`/tasks/${id}`, { [name]: value }), 'invalid', [name])
    assertProblem(await ada.post(`/tablos/${tablo}/tasks`, { title: 'a', [name]: value }), 'invalid', [name])
  }
})

test('a move puts a task right after another or at the top, and answers with it', async () => {
  const at = await tabloOf(database, people)
  const [a, b, c] = [
    await newTask({ title: 'a' }, at),
    await newTask({ title: 'b' }, at),
    await newTask({ title: 'c' }, at),
  ]
  const moved = await ben.post(`/tasks/${a.id}/move`, { status: 'todo', after: b.id })
  assert.deepEqual([moved.status, moved.headers.get('Location')], [200, null])
  assert.deepEqual(await columnOf('todo', at), ['b', 'a', 'c'])
  await ada.post(`/tasks/${c.id}/move`, { status: 'todo', after: null })
  assert.deepEqual(await columnOf('todo', at), ['c', 'b', 'a'])
  const done = await ada.post(`/tasks/${b.id}/move`, { status: 'done', after: null })
  assert.deepEqual([done.body.status, done.body.version], ['done', 2])
  assert.deepEqual(await columnOf('todo', at), ['c', 'a'])
})

test('a move within the column is no change of the task: its version and time stay, and so does its tag', async () => {
  const at = await tabloOf(database, people)
  const [a, b] = [await newTask({}, at), await newTask({}, at)]
  const moved = await ada.post(`/tasks/${a.id}/move`, { status: 'todo', after: b.id }, { 'If-Match': '"1"' })
  assert.deepEqual(moved.body, a)
  assert.equal(moved.headers.get('ETag'), '"1"')
})

test('a move after a task that is not in that column is out of date, and after no id is refused', async () => {
  const task = await newTask()
  const done = await newTask({ status: 'done' })
  const elsewhere = await newTask({}, await tabloOf(database, people))
  for (const after of [done.id, elsewhere.id, newId()]) {
    const answer = await ada.post(`/tasks/${task.id}/move`, { status: 'todo', after })
    assert.equal(answer.status, 409)
    assertProblem(answer, 'stale')
  }
  for (const body of [
    { status: 'todo', after: task.id },
    { status: 'todo', after: 'x' },
    { status: 'todo' },
    { status: 'todo', after: '' },
  ])
    assertProblem(await ada.post(`/tasks/${task.id}/move`, body), 'invalid', ['after'])
  assertProblem(await ada.post(`/tasks/${task.id}/move`, { after: null }), 'invalid', ['status'])
})

test('a task that is deleted is gone', async () => {
  const { id } = await newTask()
  const answer = await ben.delete(`/tasks/${id}`)
  assert.deepEqual([answer.status, answer.text], [204, ''])
  for (const again of [await ada.get(`/tasks/${id}`), await ada.delete(`/tasks/${id}`)])
    assertProblem(again, 'not_found')
})

test('a viewer reads and may change nothing; for a stranger none of it exists', async () => {
  const { id } = await newTask({ title: 'Secret' })
  const attempts = (who: typeof ada) => [
    who.post(`/tablos/${tablo}/tasks`, { title: 'a' }),
    who.patch(`/tasks/${id}`, { title: 'a' }),
    who.post(`/tasks/${id}/move`, { status: 'done', after: null }),
    who.delete(`/tasks/${id}`),
  ]
  assert.equal((await vera.get(`/tasks/${id}`)).status, 200)
  for (const answer of await Promise.all(attempts(vera))) assertProblem(answer, 'forbidden')
  for (const stranger of [eve, root]) {
    const reads = [stranger.get(`/tasks/${id}`), stranger.get(`/tablos/${tablo}/tasks`)]
    for (const answer of await Promise.all([...attempts(stranger), ...reads])) {
      assertProblem(answer, 'not_found')
      assert.ok(!answer.text.includes('Secret'))
    }
  }
  assert.equal((await ada.get(`/tasks/${id}`)).body.title, 'Secret')
})

test('a task outlives whoever made it', async () => {
  const { id } = (await ben.post(`/tablos/${tablo}/tasks`, { title: 'Bread' })).body
  await pool.query('update tasks set created_by = null where id = $1', [id])
  assert.equal((await ada.get(`/tasks/${id}`)).body.created_by, null)
})
