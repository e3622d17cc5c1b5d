import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { taskStatuses } from '../activity/kinds.ts'
import { newId } from '../platform/ids.ts'

const { database, pool, people, ada, ben, vera, eve } = await apiWeb()
const tablos: string[] = []
let archived: string
let strange: string

before(async () => {
  for (const title of ['Bakery', 'Shop', 'Old']) tablos.push(await tabloOf(database, people, title))
  archived = tablos.pop() ?? ''
  strange = (await eve.post('/tablos', { title: 'Eve’s' })).body.id
  for (const tablo of [...tablos, archived])
    for (const status of taskStatuses.toReversed())
      for (const who of [ada, ben]) await who.post(`/tablos/${tablo}/tasks`, { title: status, status })
  await eve.post(`/tablos/${strange}/tasks`, { title: 'hers' })
  await ada.post(`/tablos/${archived}/archive`)
})

interface Item {
  id: string
  tablo_id: string
  status: string
  title: string
  created_by: string
  created_at: string
}
const all = (path: string, limit?: number, who = ada): Promise<Item[]> => who.all(path, limit)
const titles = (items: Item[]) => items.map(({ title }) => title)

test('the tasks of a Tablo come by status, then in the order of their column', async () => {
  const tablo = tablos[0]
  const path = `/tablos/${tablo}/tasks`
  const items = await all(path)
  assert.deepEqual(titles(items), [
    'todo',
    'todo',
    'in_progress',
    'in_progress',
    'in_review',
    'in_review',
    'done',
    'done',
  ])
  const [first, second] = items
  await ada.post(`/tasks/${second?.id}/move`, { status: 'todo', after: null })
  assert.deepEqual(
    (await all(path, 1)).slice(0, 2).map(({ id }) => id),
    [second?.id, first?.id],
  )
  assert.deepEqual(titles(await all(`${path}?status=done&status=todo`, 1)), ['todo', 'todo', 'done', 'done'])
  assert.deepEqual(titles(await all(`${path}?status=in_review`)), ['in_review', 'in_review'])
})

test('those of an archived Tablo are listed with it', async () => {
  assert.equal((await all(`/tablos/${archived}/tasks`)).length, 8)
})

test('all tasks are those of the caller’s Tablos, without archived ones and those of strangers', async () => {
  for (const who of [ada, ben, vera]) {
    const items = await all('/tasks', 3, who)
    assert.equal(items.length, 16)
    assert.deepEqual([...new Set(items.map(({ tablo_id }) => tablo_id))].sort(), tablos.toSorted())
  }
  assert.deepEqual(titles(await all('/tasks', 200, eve)), ['hers'])
})

test('they come the newest first, and those of one moment one after another too', async () => {
  const { rows } = await pool.query('select id from tasks where tablo_id = any($1)', [tablos])
  const moments = ['2026-01-01T10:00:00.000001Z', '2026-01-01T10:00:00.000002Z', '2026-01-02T10:00:00Z']
  for (const [n, { id }] of rows.entries())
    await pool.query('update tasks set created_at = $1 where id = $2', [moments[n % 3], id])
  const expected = await pool.query(
    'select id from tasks where tablo_id = any($1) order by created_at desc, id desc',
    [tablos],
  )
  const ids = expected.rows.map(({ id }) => id)
  for (const limit of [1, 5, 200])
    assert.deepEqual(
      (await all('/tasks', limit)).map(({ id }) => id),
      ids,
      `${limit} at a time`,
    )
})

test('filters narrow the list, each alone and together', async () => {
  const [tablo] = tablos
  assert.equal((await all(`/tasks?tablo_id=${tablo}`)).length, 8)
  assert.equal((await all(`/tasks?created_by=${people.ben.id}`)).length, 8)
  assert.equal((await all('/tasks?status=done')).length, 4)
  const both = await all(`/tasks?tablo_id=${tablo}&created_by=${people.ben.id}&status=done&status=todo`, 1)
  assert.deepEqual(titles(both).sort(), ['done', 'todo'])
  for (const { tablo_id, created_by } of both)
    assert.deepEqual([tablo_id, created_by], [tablo, people.ben.id])
})

test('a filter finds nothing in what the caller may not see, and tells nothing of it', async () => {
  for (const path of [
    `tablo_id=${strange}`,
    `tablo_id=${archived}`,
    `tablo_id=${newId()}`,
    `created_by=${people.eve.id}`,
  ])
    assert.deepEqual((await ada.get(`/tasks?${path}`)).body, { items: [], next: null })
})

test('what changed since a moment is found by the moment that a task was read with', async () => {
  const path = `/tablos/${tablos[1]}/tasks`
  const { id } = (await ada.post(path, { title: 'Fresh' })).body
  await ada.patch(`/tasks/${id}`, { title: 'Fresher' })
  await pool.query(`update tasks set updated_at = date_trunc('milliseconds', updated_at) where id = $1`, [id])
  const changed = (await ada.get(`/tasks/${id}`)).body
  assert.ok(titles(await all(`/tasks?updated_since=${changed.updated_at}`)).includes('Fresher'))
  const later = new Date(Date.parse(changed.updated_at) + 1)
  const offset = later.toISOString().replace('Z', '%2B00:00')
  assert.deepEqual(await all(`/tasks?updated_since=${offset}`), [])
})

test('a moment is any that there can be, and nothing else', async () => {
  for (const moment of [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    '2026-02-28T00:00:00Z',
  ])
    assert.equal((await ada.get(`/tasks?updated_since=${moment}`)).status, 200, moment)
  for (const moment of [
    '',
    'yesterday',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T00:00:00',
    '1700000000',
  ])
    assertProblem(await ada.get(`/tasks?updated_since=${moment}`), 'invalid', ['updated_since'])
})
