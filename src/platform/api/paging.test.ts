import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { apiWeb, assertProblem } from '../../../test/api.ts'
import { tabloOf } from '../../../test/cast.ts'
import { send } from '../../../test/files.ts'
import { jobIn, queues } from '../../../test/jobs.ts'
import { TestStorage } from '../../../test/storage.ts'
import { newId } from '../ids.ts'

const storage = new TestStorage()
const { database, pool, web, people, ada, ben, root } = await apiWeb({}, { storage })
const TASKS = 7
let tablo: string
/** Every list that there is, with five rows at least in each. */
let lists: [path: string, program: typeof ada][]

before(async () => {
  tablo = await tabloOf(database, people)
  for (let n = 0; n < 4; n++) await tabloOf(database, people, `Tablo ${n}`)
  for (let n = 0; n < TASKS; n++) await add(`Task ${n}`)
  for (let n = 0; n < 5; n++) await send(web.deps, people.ada, tablo, { name: `File ${n}` })
  await queues(database, web.deps)
  for (const state of ['available', 'completed', 'discarded', 'running', 'scheduled'] as const)
    await jobIn(database, state)
  await pool.query(
    `insert into members (tablo_id, user_id, role) select $1, id, 'viewer' from users where name in ('Eve', 'Root')`,
    [tablo],
  )
  lists = [
    ['/tablos', ada],
    [`/tablos/${tablo}/tasks`, ada],
    ['/tasks', ben],
    [`/tablos/${tablo}/members`, ada],
    [`/tablos/${tablo}/files`, ada],
    [`/tablos/${tablo}/activity`, ada],
    [`/tablos/${tablo}/activity?order=desc`, ada],
    ['/users', root],
    ['/jobs', root],
  ]
})

const add = async (title: string): Promise<string> =>
  (await ada.post(`/tablos/${tablo}/tasks`, { title })).body.id
const idsOf = (items: { id: string }[]) => items.map(({ id }) => id)

test('a list comes page by page, each row once, in the order of the whole', async () => {
  for (const [path, program] of lists) {
    const whole = idsOf(await program.all(path))
    assert.ok(whole.length >= 5, path)
    for (const limit of [1, 2, whole.length - 1, whole.length])
      assert.deepEqual(idsOf(await program.all(path, limit)), whole, `${path} by ${limit}`)
  }
})

test('the next page is named in the body and by the same address in the header; the last one names none', async () => {
  for (const [path, program] of lists) {
    const { body, headers } = await program.get(`${path}${path.includes('?') ? '&' : '?'}limit=2`)
    const [, link = ''] = /^<([^>]+)>; rel="next"$/.exec(headers.get('Link') ?? '') ?? []
    assert.equal(new URL(link, 'http://x').searchParams.get('cursor'), body.next, path)
    assert.match(link, /^\/api\/v1\/.*[?&]limit=2/)
    const next = await program.get(link)
    assert.equal(next.body.items.length, 2)
    assert.notEqual(next.body.items[0].id, body.items[0].id)
    const all = await program.get(`${path}${path.includes('?') ? '&' : '?'}limit=200`)
    assert.deepEqual([all.body.next, all.headers.get('Link')], [null, null], path)
  }
})

test('a page has 1 to 200 items, 50 unless it is said', async () => {
  for (const [path, program] of lists) {
    const with_ = path.includes('?') ? '&' : '?'
    assert.equal((await program.get(`${path}${with_}limit=200`)).status, 200)
    assert.equal((await program.get(`${path}${with_}limit=1`)).body.items.length, 1)
    for (const limit of ['0', '201', '-1', '1.5', 'x', '', '1e1', '0x10', '%205', '1&limit=2'])
      assertProblem(await program.get(`${path}${with_}limit=${limit}`), 'invalid', {
        limit: 'Ask for 1 to 200 items.',
      })
  }
  const many = await tabloOf(database, people, 'Many')
  await pool.query(
    `insert into tasks (id, tablo_id, title, description, status, position)
     select gen_random_uuid(), $1, 'Task', '', 'todo', 'a' || lpad(n::text, 4, '0') || 'V' from generate_series(1, 201) n`,
    [many],
  )
  const page = (await ada.get(`/tablos/${many}/tasks`)).body
  assert.equal(page.items.length, 50)
  const most = (await ada.get(`/tablos/${many}/tasks?limit=200`)).body
  assert.equal(most.items.length, 200)
  const last = (await ada.get(`/tablos/${many}/tasks?limit=200&cursor=${most.next}`)).body
  assert.deepEqual([last.items.length, last.next], [1, null])
  await ada.delete(`/tablos/${many}`)
})

test('an empty list is a page without a next', async () => {
  const { body } = await ada.get('/tablos?archived=true')
  assert.deepEqual(body, { items: [], next: null })
})

test('rows that come and go between the pages double none and lose none of the others', async () => {
  const other = await tabloOf(database, people, 'Coming and going')
  const here = `/tablos/${other}/tasks`
  const added: string[] = []
  for (let n = 0; n < 9; n++) added.push((await ada.post(here, { title: `${n}` })).body.id)
  for (const path of [here, `/tasks?tablo_id=${other}`]) {
    const before = idsOf(await ada.all(path))
    const first = (await ada.get(`${path}${path.includes('?') ? '&' : '?'}limit=3`)).body
    // One that was shown, one where the cursor stands, and one that is still to come; and new ones at the end.
    const gone = [before[0], before[2], before[4]]
    for (const id of gone) await ada.delete(`/tasks/${id}`)
    const fresh = (await ada.post(here, { title: 'fresh' })).body.id
    const rest = await ada.all(`${path}${path.includes('?') ? '&' : '?'}cursor=${first.next}`)
    const seen = [...idsOf(first.items), ...idsOf(rest)]
    assert.equal(new Set(seen).size, seen.length)
    assert.deepEqual(
      seen.filter(id => id !== fresh),
      before.filter(id => id !== gone[2]),
      path,
    )
    for (let n = 0; n < 3; n++) await ada.post(here, { title: `${n}` })
  }
})

test('a task that is moved between the pages does not repeat those that stay', async () => {
  const other = await tabloOf(database, people, 'Moving')
  const ids: string[] = []
  for (let n = 0; n < 6; n++) ids.push((await ada.post(`/tablos/${other}/tasks`, { title: `${n}` })).body.id)
  const first = (await ada.get(`/tablos/${other}/tasks?limit=3`)).body
  await ada.post(`/tasks/${ids[2]}/move`, { status: 'todo', after: null })
  await ada.post(`/tasks/${ids[3]}/move`, { status: 'done', after: null })
  const rest = await ada.all(`/tablos/${other}/tasks?cursor=${first.next}`)
  assert.deepEqual(idsOf(rest), [ids[4], ids[5], ids[3]])
})

test('a cursor that this list never gave is refused', async () => {
  const madeUp = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const cursors = [
    'x',
    '%00',
    'é',
    madeUp(null),
    madeUp({}),
    madeUp([1]),
    madeUp({ at: 'now', id: newId() }),
    madeUp({ at: 1e300, id: newId() }),
    madeUp({ at: -1, id: newId() }),
    madeUp({ at: 1, id: 'x' }),
    madeUp({ status: 'later', position: 'a0' }),
    madeUp({ status: 'todo', position: "a'; drop table tasks" }),
    madeUp({ version: 1.5 }),
    madeUp({ id: newId(), more: 1 }),
    'x'.repeat(1_001),
  ]
  for (const [path, program] of lists)
    for (const cursor of cursors)
      assertProblem(
        await program.get(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`),
        'invalid',
        ['cursor'],
      )
  const { next } = (await ada.get('/tablos?limit=1')).body
  assertProblem(await ada.get(`/tablos/${tablo}/tasks?cursor=${next}`), 'invalid', ['cursor'])
})

test('a cursor that is made up well shows nothing that its sender may not see', async () => {
  const place = { at: 8e15, id: newId() }
  const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
  const { body } = await root.get(`/tasks?cursor=${cursor}`)
  assert.ok(body.items.every((task: { tablo_id: string }) => task.tablo_id === tablo))
})
