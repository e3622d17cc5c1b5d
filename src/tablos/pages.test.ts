import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, formOf, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'

const database = await testDatabase()
const { pool } = database
const web = testApp(database)

let people: Cast
let path: string
let ada: Client
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  path = `/tablos/${await tabloOf(database, people)}`
  ada = await web.browserOf(people.ada)
})

const titles = async () =>
  (await pool.query('select title from tablos order by created_at, id')).rows.map(({ title }) => title)

test('a tablo is made with the form of the page, and shows itself', async () => {
  const fields = formOf(await ada.get('/tablos/new'), '/tablos')
  assert.deepEqual(Object.keys(fields).sort(), ['color', 'description', 'id', 'title'])
  const made = { ...fields, title: '  Spring \t catalogue ', description: 'For\r\nthe shop', color: 'pink' }
  const answer = await ada.post('/tablos', made)
  assert.deepEqual([answer.status, answer.location], [303, `/tablos/${fields.id}`])
  const { text } = await ada.get(answer.location ?? '')
  assert.match(text, /Spring catalogue/)
  assert.match(text, /Ada created this Tablo/)
  const form = formOf(await ada.get(`${answer.location}/edit`), answer.location ?? '')
  assert.deepEqual(form, { title: 'Spring catalogue', description: 'For\nthe shop', color: 'pink' })
  const again = await ada.post('/tablos', made)
  assert.equal(again.location, answer.location)
  assert.deepEqual(await titles(), ['Bakery', 'Spring catalogue'])
})

test('only the title is required', async () => {
  const answer = await ada.post('/tablos', { title: 'Short' })
  assert.equal(answer.status, 303)
  assert.equal((await ada.post('/tablos', { title: 'Short', id: 'no id' })).status, 303)
})

test('a title has 1 to 200 characters after trimming, an emoji being one, and nothing that cannot be kept', async () => {
  const cases: [title: string, status: number][] = [
    ['', 422],
    ['  \n\t ', 422],
    ['\u200b\u200d', 422],
    ['a\0b', 422],
    ['a'.repeat(200), 303],
    ['a'.repeat(201), 422],
    ['🦊'.repeat(200), 303],
    ['🦊'.repeat(201), 422],
    [`  ${'é'.repeat(200)}  `, 303],
    ['<script>alert(1)</script>', 303],
    ['مشروع جديد', 303],
    ['👩‍👩‍👧‍👦', 303],
  ]
  for (const [title, status] of cases) {
    for (const target of ['/tablos', path]) {
      const answer = await ada.post(target, { title, color: 'red' })
      assert.equal(answer.status, status, `${target} ${JSON.stringify(title.slice(0, 20))}`)
      if (status === 422) assert.match(answer.text, /id="f-title-error"/)
    }
  }
})

test('a description has 5,000 characters at most, and a colour is one of the palette', async () => {
  const fits = await ada.post(path, { title: 'x', description: '🦊'.repeat(5_000), color: 'red' })
  assert.equal(fits.status, 303)
  for (const wrong of [
    { description: 'a'.repeat(5_001) },
    { description: '\0' },
    { color: '#ff0000' },
    { color: '' },
  ])
    assert.equal(
      (await ada.post(path, { title: 'x', color: 'red', ...wrong })).status,
      422,
      JSON.stringify(wrong),
    )
})

test('a refused form keeps what was typed and its id, and says what is wrong by the field', async () => {
  const fields = formOf(await ada.get('/tablos/new'), '/tablos')
  const answer = await ada.post('/tablos', { ...fields, title: ' ', description: '\n a "b"', color: 'amber' })
  assert.equal(answer.status, 422)
  assert.match(answer.text, /Enter a title/)
  assert.deepEqual(formOf(answer, '/tablos'), {
    ...fields,
    title: ' ',
    description: '\n a "b"',
    color: 'amber',
  })
})

test('what people type is text in every page', async () => {
  const evil = `<img src=x onerror=alert(1)>"'&`
  await ada.post(path, { title: evil, description: evil, color: 'red' })
  for (const page of [path, '/', '/?view=list', `${path}/edit`, `${path}/tasks`]) {
    const { text } = await ada.get(page)
    assert.ok(!text.includes('<img src=x'), page)
    assert.ok(unescaped(text).includes(evil), page)
  }
})

test('archiving and restoring by the buttons of the page', async () => {
  assert.ok(formOf(await ada.get(`${path}/edit`), `${path}/archive`))
  const archived = await ada.post(`${path}/archive`)
  assert.deepEqual([archived.status, archived.location], [303, '/'])
  assert.ok(!(await ada.get('/')).text.includes(path))
  assert.match((await ada.get('/')).text, /1 archived Tablo</)
  assert.ok((await ada.get('/?archived=1')).text.includes(path))
  assert.match((await ada.get(path)).text, /This Tablo is archived/)
  assert.ok(formOf(await ada.get(path), `${path}/restore`))
  const restored = await ada.post(`${path}/restore`)
  assert.deepEqual([restored.status, restored.location], [303, path])
  assert.ok((await ada.get('/')).text.includes(path))
})

test('deleting asks first, in the page, then leads home', async () => {
  const page = await ada.get(`${path}/edit`)
  assert.match(page.text, /Delete “Bakery” and everything in it\?/)
  assert.ok(formOf(page, `${path}/delete`))
  const answer = await ada.post(`${path}/delete`)
  assert.deepEqual([answer.status, answer.location], [303, '/'])
  assert.equal((await ada.get(path)).status, 404)
  assert.equal((await ada.post(`${path}/delete`)).status, 404)
  assert.match((await ada.get('/')).text, /Make your first Tablo/)
})

test('a tablo that you are not in does not exist, on any page of it', async () => {
  const before = await titles()
  for (const outsider of [people.eve, people.root]) {
    const browser = await web.browserOf(outsider)
    for (const page of ['', '/edit', '/tasks'])
      assert.equal((await browser.get(path + page)).status, 404, page)
    for (const command of ['', '/archive', '/restore', '/delete']) {
      const answer = await browser.post(path + command, { title: 'Mine', color: 'red' })
      assert.equal(answer.status, 404, command)
      assert.ok(!answer.text.includes('Bakery'))
      assert.equal((await browser.htmxPost(path + command, { title: '' })).status, 404, command)
    }
    assert.ok(!(await browser.get('/')).text.includes('Bakery'))
  }
  assert.deepEqual(await titles(), before)
})

test('who may not change a tablo is told so, and sees no button for it', async () => {
  for (const person of [people.ben, people.vera]) {
    const browser = await web.browserOf(person)
    assert.ok(!(await browser.get(path)).text.includes(`${path}/edit`))
    assert.equal((await browser.get(`${path}/edit`)).status, 403)
    for (const command of ['', '/archive', '/restore', '/delete']) {
      for (const title of ['Mine', '']) {
        const answer = await browser.post(path + command, { title, color: 'red' })
        assert.equal(answer.status, 403, command)
        assert.match(answer.text, /Only an owner/)
      }
    }
  }
  assert.deepEqual(await titles(), ['Bakery'])
})

test('htmx is sent on after a change, and gets the form again after a refusal', async () => {
  const changed = await ada.htmxPost(path, { title: 'Boulangerie', color: 'red' })
  assert.deepEqual([changed.status, changed.headers.get('HX-Redirect'), changed.text], [204, path, ''])
  const refused = await ada.htmxPost(path, { title: '', color: 'red' })
  assert.equal(refused.status, 422)
  assert.ok(!refused.text.includes('<html'))
  assert.match(refused.text, /id="f-title-error"/)
})

test('the activity of a tablo is a sentence for each change, by day', async () => {
  await ada.post(path, { title: 'Boulangerie', color: 'teal' })
  await ada.post(path, { title: 'Boulangerie', color: 'red' })
  await ada.post(`${path}/archive`)
  const text = unescaped((await ada.get(path)).text)
  for (const sentence of [
    'Ada renamed this Tablo from “Bakery” to “Boulangerie”',
    'Ada changed this Tablo',
    'Ada archived this Tablo',
    'Today',
  ])
    assert.ok(text.includes(sentence), sentence)
})

test('somebody who is gone is someone', async () => {
  await pool.query('delete from users where id = $1', [people.ada.id])
  const vera = await web.browserOf(people.vera)
  assert.match((await vera.get(path)).text, /Someone created this Tablo/)
})

test('the sidebar lists twenty tablos and says when there are more', async () => {
  for (let n = 0; n < 20; n++) await ada.post('/tablos', { title: `Tablo ${n}` })
  const { text } = await ada.get('/settings')
  assert.equal(text.match(/href="\/tablos\/[\w-]{36}"/g)?.length, 20)
  assert.match(text, /All Tablos/)
})
