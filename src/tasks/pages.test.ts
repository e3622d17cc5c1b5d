import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, formOf } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { columnsOf, countsOf } from '../../test/kanban.ts'
import { newId } from '../platform/ids.ts'
import { create, find } from './tasks.ts'

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

test('a task is added with the form at the foot of its column', async () => {
  const fields = formOf(await ada.get(kanban), kanban)
  assert.deepEqual({ ...fields, id: '' }, { id: '', status: 'todo', title: '' })
  const answer = await ada.post(kanban, { ...fields, title: ' Bake  bread ' })
  assert.deepEqual([answer.status, answer.location], [303, `${kanban}#t-${fields.id}`])
  const page = await ada.get(kanban)
  assert.deepEqual(columnsOf(page), [['Bake bread'], [], [], []])
  assert.deepEqual(countsOf(page), ['1', '0', '0', '0'])
})

test('each form of a page carries an id of its own, and no two versions of a page share one', async () => {
  const ids = (text: string) => [...text.matchAll(/name="id" value="([^"]*)"/g)].map(([, id = '']) => id)
  const first = ids((await ada.get(kanban)).text)
  await add('Bake')
  const second = ids((await ada.get(kanban)).text)
  assert.equal(first.length, 4)
  assert.equal(new Set([...first, ...second]).size, 8)
})

test('the same form sent twice makes one task', async () => {
  const fields = { ...formOf(await ada.get(kanban), kanban), title: 'Once' }
  const answers = await Promise.all([ada.post(kanban, fields), ada.post(kanban, fields)])
  assert.deepEqual(new Set(answers.map(({ location }) => location)).size, 1)
  assert.deepEqual(columnsOf(await ada.get(kanban))[0], ['Once'])
})

test('only the title is required, and the column is To do unless it is said', async () => {
  assert.equal((await ada.post(kanban, { title: 'Plain' })).status, 303)
  assert.equal((await ada.post(kanban, { title: 'Elsewhere', status: 'in_review' })).status, 303)
  assert.deepEqual(columnsOf(await ada.get(kanban)), [['Plain'], [], ['Elsewhere'], []])
})

test('a title has 1 to 500 characters, a description 20,000 at most, and a status is one of four', async () => {
  const path = `${kanban}/${await add('Task')}`
  const fields = { title: 'x', description: '', status: 'todo', version: '1' }
  const cases: [wrong: Record<string, string>, field: string | undefined][] = [
    [{ title: '' }, 'title'],
    [{ title: ' \n ' }, 'title'],
    [{ title: 'a\0b' }, 'title'],
    [{ title: 'a'.repeat(501) }, 'title'],
    [{ title: '🦊'.repeat(500) }, undefined],
    [{ description: 'a'.repeat(20_001) }, 'description'],
    [{ status: 'open' }, 'status'],
    [{ status: '' }, 'status'],
  ]
  for (const [wrong, field] of cases) {
    const version = String((await find(db, people.ada, tablo, path.slice(-36))).version)
    const saved = await ada.post(path, { ...fields, version, ...wrong })
    const added = await ada.post(kanban, { ...fields, ...wrong })
    assert.deepEqual(
      [saved.status, added.status],
      field ? [422, 422] : [303, 303],
      JSON.stringify(wrong).slice(0, 40),
    )
    if (field) assert.match(saved.text, new RegExp(`id="f-${field}-error"`))
  }
})

test('a task that can’t be added leaves its form as it was, in its column', async () => {
  const fields = { id: newId(), title: ' ', status: 'done' }
  const answer = await ada.post(kanban, fields)
  assert.equal(answer.status, 422)
  const [, form = ''] = answer.text.split('id="add-done"')
  assert.match(form, /Enter a title/)
  assert.deepEqual(formOf({ text: form }, kanban), fields)
})

test('a task is shown and saved as its page fills it in', async () => {
  const path = `${kanban}/${await add('Bake', 'todo', '\nTwo **loaves**')}`
  const fields = formOf(await ada.get(path), path)
  assert.deepEqual(fields, { title: 'Bake', description: '\nTwo **loaves**', status: 'todo', version: '1' })
  const answer = await ada.post(path, { ...fields, title: 'Bake bread', status: 'done' })
  assert.deepEqual([answer.status, answer.location], [303, path])
  const { text } = await ada.get(path)
  assert.match(text, /<h1[^>]*>Bake bread</)
  assert.match(text, /Ada renamed “Bake” to “Bake bread”/)
  assert.deepEqual(columnsOf(await ada.get(kanban)), [[], [], [], ['Bake bread']])
})

test('who saves second is told, and sees both texts', async () => {
  const id = await add('Bake', 'todo', 'Old text')
  const path = `${kanban}/${id}`
  const ben = await web.browserOf(people.ben)
  const fields = formOf(await ada.get(path), path)
  await ben.post(path, { ...fields, title: 'Theirs', description: 'Their text' })
  for (const answer of [
    await ada.post(path, { ...fields, title: 'Mine', description: 'My text' }),
    await ada.htmxPost(path, { ...fields, title: 'Mine', description: 'My text' }, '#task'),
  ]) {
    assert.equal(answer.status, 409)
    assert.match(answer.text, /Somebody else changed this task/)
    const [, theirs = ''] = answer.text.split('class="theirs"')
    assert.match(theirs.split('</section>')[0] ?? '', /Theirs.*Their text/s)
    assert.deepEqual(formOf(answer, path), {
      title: 'Mine',
      description: 'My text',
      status: 'todo',
      version: '2',
    })
  }
  const merged = { ...fields, title: 'Both', description: 'Their text and mine', version: '2' }
  assert.equal((await ada.post(path, merged)).status, 303)
  assert.equal((await find(db, people.ada, tablo, id)).title, 'Both')
})

test('a save sent twice is one save', async () => {
  const path = `${kanban}/${await add('Bake')}`
  const fields = { ...formOf(await ada.get(path), path), title: 'Twice' }
  for (let n = 0; n < 2; n++) assert.equal((await ada.post(path, fields)).status, 303)
})

test('a form without a version, or with nonsense for one, is refused and changes nothing', async () => {
  const id = await add('Bake')
  const fields = { title: 'x', description: '', status: 'todo' }
  for (const version of [undefined, '', 'x', '-1', '1.5', '9'.repeat(30), '1e3']) {
    const answer = await ada.post(`${kanban}/${id}`, { ...fields, ...(version !== undefined && { version }) })
    assert.equal(answer.status, 422, String(version))
    assert.match(answer.text, /This form is not complete/)
  }
  assert.equal((await find(db, people.ada, tablo, id)).title, 'Bake')
})

test('a task of a tablo you are not in does not exist, on any page of it', async () => {
  const id = await add('Secret')
  const fields = { title: 'Mine', status: 'done', after: '', version: '1' }
  for (const outsider of [people.eve, people.root]) {
    const browser = await web.browserOf(outsider)
    for (const path of ['', `/${id}`, `/${id}/menu`])
      assert.equal((await browser.get(kanban + path)).status, 404, path)
    for (const path of ['', `/${id}`, `/${id}/move`, `/${id}/delete`]) {
      for (const sent of [fields, {}]) {
        const [page, part] = [
          await browser.post(kanban + path, sent),
          await browser.htmxPost(kanban + path, sent),
        ]
        assert.deepEqual([page.status, part.status], [404, 404], path)
        assert.ok(!(page.text + part.text).includes('Secret'))
      }
    }
  }
  assert.equal((await find(db, people.ada, tablo, id)).title, 'Secret')
})

test('who views reads all of it, sees no form, and may change nothing', async () => {
  const id = await add('Task')
  const vera = await web.browserOf(people.vera)
  for (const path of [kanban, `${kanban}/${id}`]) {
    const { status, text } = await vera.get(path)
    assert.equal(status, 200)
    assert.ok(!text.includes(`action="${kanban}`), path)
  }
  const fields = { title: 'Mine', status: 'done', after: '', version: '1' }
  for (const path of ['', `/${id}`, `/${id}/move`, `/${id}/delete`]) {
    for (const sent of [fields, { title: '' }]) {
      const answer = await vera.post(kanban + path, sent)
      assert.equal(answer.status, 403, path)
      assert.match(answer.text, /You can read this Tablo but not change it/)
    }
  }
})
