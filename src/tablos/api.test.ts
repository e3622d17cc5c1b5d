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

const newTablo = async (fields: object = {}) => (await ada.post('/tablos', { title: 'Shop', ...fields })).body
const titlesOf = (items: { title: string }[]) => items.map(({ title }) => title)

test('whoever makes a Tablo owns it, and it is where the answer says', async () => {
  const answer = await eve.post('/tablos', {
    title: ' Bakery ',
    description: 'The\r\nnew shop',
    color: 'teal',
  })
  assert.equal(answer.status, 201)
  const { id, created_at, ...rest } = answer.body
  assert.deepEqual(rest, {
    title: 'Bakery',
    description: 'The\nnew shop',
    color: 'teal',
    role: 'owner',
    archived_at: null,
  })
  assert.match(created_at, /Z$/)
  assert.equal(answer.headers.get('Location'), `/api/v1/tablos/${id}`)
  const read = await eve.get(answer.headers.get('Location') ?? '')
  assert.deepEqual([read.body, read.headers.get('ETag')], [answer.body, answer.headers.get('ETag')])
  assert.deepEqual(titlesOf(await eve.all(`/tablos/${id}/tasks`)), [])
})

test('a title alone is enough; it has 1 to 200 characters, a description 5,000 at most, a colour is one of eight', async () => {
  const { color, description } = await newTablo()
  assert.deepEqual([color, description], ['blue', ''])
  assert.equal((await newTablo({ title: '🍞'.repeat(200), description: 'x'.repeat(5_000) })).color, 'blue')
  for (const [name, value] of [
    ['title', ''],
    ['title', 'x'.repeat(201)],
    ['description', 'x'.repeat(5_001)],
    ['color', 'mauve'],
    ['role', 'owner'],
    ['id', newId()],
    ['archived_at', null],
  ] as const) {
    assertProblem(await ada.post('/tablos', { title: 'a', [name]: value }), 'invalid', [name])
    assertProblem(await ada.patch(`/tablos/${tablo}`, { [name]: value }), 'invalid', [name])
  }
})

test('each reads their own role', async () => {
  const roles = [ada, ben, vera].map(async who => (await who.get(`/tablos/${tablo}`)).body.role)
  assert.deepEqual(await Promise.all(roles), ['owner', 'editor', 'viewer'])
})

test('a change says only what changes, and one that changes nothing writes no Activity', async () => {
  const made = await newTablo({ description: 'Bread', color: 'red' })
  const changed = await ada.patch(`/tablos/${made.id}`, { title: 'Corner shop' })
  assert.deepEqual([changed.status, changed.body], [200, { ...made, title: 'Corner shop' }])
  const before = await ada.all(`/tablos/${made.id}/activity`)
  assert.deepEqual((await ada.patch(`/tablos/${made.id}`, { color: 'red' })).body, changed.body)
  assert.deepEqual(await ada.all(`/tablos/${made.id}/activity`), before)
})

test('an archived Tablo leaves the list for that of the archived, and comes back; twice is once', async () => {
  const { id } = await newTablo({ title: 'Old' })
  const listed = async (query = '') => titlesOf(await ada.all(`/tablos${query}`)).includes('Old')
  const archived = await ada.post(`/tablos/${id}/archive`)
  assert.equal(archived.status, 200)
  assert.ok(Date.parse(archived.body.archived_at))
  assert.deepEqual([await listed(), await listed('?archived=true')], [false, true])
  assert.deepEqual((await ada.post(`/tablos/${id}/archive`)).body, archived.body)
  assert.equal((await ada.get(`/tablos/${id}`)).status, 200)
  const restored = await ada.post(`/tablos/${id}/restore`)
  assert.deepEqual([restored.status, restored.body.archived_at], [200, null])
  assert.deepEqual([await listed(), await listed('?archived=true')], [true, false])
  const kinds = (await ada.all(`/tablos/${id}/activity`)).map(({ kind }) => kind)
  assert.deepEqual(kinds, ['tablo_created', 'tablo_archived', 'tablo_restored'])
})

test('a Tablo that is deleted is gone with its tasks and files', async () => {
  const { id } = await newTablo()
  const task = (await ada.post(`/tablos/${id}/tasks`, { title: 'a' })).body.id
  const answer = await ada.delete(`/tablos/${id}`)
  assert.deepEqual([answer.status, answer.text], [204, ''])
  for (const path of [`/tablos/${id}`, `/tablos/${id}/tasks`, `/tablos/${id}/activity`, `/tasks/${task}`])
    assertProblem(await ada.get(path), 'not_found')
})

test('the list has the newest first, those of one moment one after another', async () => {
  for (let n = 0; n < 5; n++) await vera.post('/tablos', { title: `${n}` })
  await pool.query(`update tablos set created_at = '2026-01-01' where title = any('{1,2,3}')`)
  const { rows } = await pool.query(
    `select title from tablos join members on tablo_id = id where user_id = $1 order by tablos.created_at desc, id desc`,
    [people.vera.id],
  )
  for (const limit of [1, 2, 200])
    assert.deepEqual(titlesOf(await vera.all('/tablos', limit)), titlesOf(rows))
})

test('the members come in the order in which they joined, and without their e-mail', async () => {
  await pool.query(`update members set created_at = created_at - interval '1 day' where user_id = $1`, [
    people.vera.id,
  ])
  const { body } = await vera.get(`/tablos/${tablo}/members`)
  const joined = body.items.map(({ joined_at }: { joined_at: string }) => joined_at)
  assert.deepEqual(joined, [...joined].sort())
  const [vera_at, ada_at, ben_at] = joined
  assert.deepEqual(body.items, [
    { id: people.vera.id, name: 'Vera', role: 'viewer', joined_at: vera_at },
    { id: people.ada.id, name: 'Ada', role: 'owner', joined_at: ada_at },
    { id: people.ben.id, name: 'Ben', role: 'editor', joined_at: ben_at },
  ])
})

test('progress is the tasks done, of all', async () => {
  const { id } = await newTablo()
  assert.deepEqual((await ada.get(`/tablos/${id}/progress`)).body, { done: 0, total: 0 })
  for (const status of ['done', 'todo', 'in_review'])
    await ada.post(`/tablos/${id}/tasks`, { title: 'a', status })
  assert.deepEqual((await ada.get(`/tablos/${id}/progress`)).body, { done: 1, total: 3 })
})

test('only an owner changes a Tablo; an editor and a viewer read it, and for a stranger it does not exist', async () => {
  const path = `/tablos/${tablo}`
  const attempts = (who: typeof ada) =>
    Promise.all([
      who.patch(path, { title: 'Mine' }),
      who.post(`${path}/archive`),
      who.post(`${path}/restore`),
      who.delete(path),
    ])
  const reads = (who: typeof ada) =>
    Promise.all(['', '/members', '/progress', '/activity'].map(part => who.get(path + part)))
  for (const member of [ben, vera]) {
    for (const answer of await attempts(member)) assertProblem(answer, 'forbidden')
    for (const answer of await reads(member)) assert.equal(answer.status, 200)
  }
  for (const stranger of [eve, root])
    for (const answer of [...(await attempts(stranger)), ...(await reads(stranger))]) {
      assertProblem(answer, 'not_found')
      assert.ok(!answer.text.includes('Bakery'))
    }
  assert.ok(!titlesOf(await root.all('/tablos')).includes('Bakery'))
  assert.equal((await ada.get(path)).body.title, 'Bakery')
})
