// The Kanban is kept by its Tablo's version. Whatever changes something that it shows must be seen in the next answer,
// and nobody may get what was drawn for somebody else.

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { changeProfile } from '../accounts/accounts.ts'
import { archive, change, restore } from '../tablos/tablos.ts'
import { move } from './ordering.ts'
import { create, edit, remove } from './tasks.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)

let people: Cast
let tablo: string
let task: string
let browsers: Record<'ada' | 'ben' | 'vera' | 'eve', Client>
before(async () => {
  people = await cast(database)
  tablo = await tabloOf(database, people)
  task = (await create(db, people.ada, tablo, { title: 'Bake', description: '', status: 'todo' })).id
  const [ada, ben, vera, eve] = await Promise.all(
    [people.ada, people.ben, people.vera, people.eve].map(person => web.browserOf(person)),
  )
  assert.ok(ada && ben && vera && eve)
  browsers = { ada, ben, vera, eve }
})

const kanban = async (client: Client, headers = {}) => client.get(`/tablos/${tablo}/tasks`, headers)
const column = (text: string, status: string) =>
  text.split(`id="column-${status}"`)[1]?.split('</section>')[0] ?? ''
const seen = async (client: Client) => unescaped((await kanban(client)).text)

test('everything that changes what the Kanban shows is in the very next answer', async () => {
  const { ada, ben } = people
  // What is done, and what must be on the page afterwards that was not before.
  const changes: [what: string, act: () => Promise<unknown>, shows: (text: string) => boolean][] = [
    ['a title', () => save({ title: 'Bake bread' }), text => text.includes('>Bake bread<')],
    [
      'a first description',
      () => save({ description: 'At five' }),
      text => text.includes('Has a description'),
    ],
    ['no description', () => save({ description: '' }), text => !text.includes('Has a description')],
    [
      'a status',
      () => save({ status: 'in_review' }),
      text => column(text, 'in_review').includes('Bake bread'),
    ],
    [
      'a move',
      () => move(db, ben, tablo, task, { status: 'done', after: null }),
      text => column(text, 'done').includes('Bake bread') && column(text, 'in_review').includes('>0<'),
    ],
    [
      'another task',
      () => create(db, ben, tablo, { title: 'Sell', description: '', status: 'done' }),
      text => column(text, 'done').includes('>Sell<') && column(text, 'done').includes('>2<'),
    ],
    [
      'the order',
      async () => {
        const last = await pool.query(`select id from tasks where title = 'Sell'`)
        await move(db, ada, tablo, task, { status: 'done', after: last.rows[0].id })
      },
      text => column(text, 'done').indexOf('Sell') < column(text, 'done').indexOf('Bake bread'),
    ],
    [
      'the title of the tablo',
      () => change(db, ada, tablo, { title: 'Boulangerie', description: '', color: 'teal' }),
      text => text.includes('<h1>Boulangerie'),
    ],
    [
      'its description and colour',
      () => change(db, ada, tablo, { title: 'Boulangerie', description: 'Since 1902', color: 'pink' }),
      text => text.includes('Since 1902') && /page-head tone-pink/.test(text),
    ],
    ['the archive', () => archive(db, ada, tablo), text => text.includes('This Tablo is archived')],
    ['its end', () => restore(db, ada, tablo), text => !text.includes('This Tablo is archived')],
    ['a deleted task', () => remove(db, ada, tablo, task), text => !text.includes('Bake bread')],
  ]
  for (const [what, act, shows] of changes) {
    assert.ok(!shows(await seen(browsers.ben)), `${what}: not before`)
    await act()
    assert.ok(shows(await seen(browsers.ben)), `${what}: at once`)
  }

  async function save(to: { title?: string; description?: string; status?: 'in_review' }) {
    const { rows } = await pool.query('select title, description, status, version from tasks where id = $1', [
      task,
    ])
    await edit(db, ada, tablo, task, { ...rows[0], ...to })
  }
})

test('a browser that has the page gets 304, until something changes', async () => {
  const first = await kanban(browsers.ada)
  const tag = first.headers.get('ETag') ?? ''
  assert.ok(tag)
  const again = await kanban(browsers.ada, { 'If-None-Match': tag })
  assert.deepEqual([again.status, again.text], [304, ''])
  assert.match(again.headers.get('Cache-Control') ?? '', /private/)
  await create(db, people.ada, tablo, { title: 'Sweep', description: '', status: 'todo' })
  assert.equal((await kanban(browsers.ada, { 'If-None-Match': tag })).status, 200)
})

test('a tag of one variant is not known for another: the fragment, the other person, their new name', async () => {
  const tag = (await kanban(browsers.ada)).headers.get('ETag') ?? ''
  const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'If-None-Match': tag }
  assert.equal((await kanban(browsers.ada, part)).status, 200)
  assert.equal((await kanban(browsers.ben, { 'If-None-Match': tag })).status, 200)
  await changeProfile(db, people.ada, { name: 'Ada L.', language: null, timeZone: 'UTC' }, '')
  const renamed = await kanban(browsers.ada, { 'If-None-Match': tag })
  assert.equal(renamed.status, 200)
  assert.match(renamed.text, /Ada L\./)
})

test('everyone gets their own name, language and rights, whoever asked before', async () => {
  assert.match((await kanban(browsers.ada)).text, /add-task/)
  const vera = (await kanban(browsers.vera)).text
  assert.doesNotMatch(vera, /add-task|data-editable/)
  assert.match(vera, />Vera</)
  assert.doesNotMatch(vera, />Ada/)
  const french = (await kanban(browsers.ben, { 'Accept-Language': 'fr' })).text
  assert.match(french, /lang="fr"/)
  assert.match(french, /À faire/)
  assert.match((await kanban(browsers.ben, { 'Accept-Language': 'en' })).text, /To do/)
})

test('a kanban of a tablo you are not in does not exist, kept or not', async () => {
  const tag = (await kanban(browsers.ada)).headers.get('ETag') ?? ''
  assert.equal((await kanban(browsers.eve)).status, 404)
  assert.equal((await kanban(browsers.eve, { 'If-None-Match': tag })).status, 404)
  await pool.query('delete from members where user_id = $1', [people.ben.id])
  assert.equal((await kanban(browsers.ben)).status, 404)
})

test('the forms at the feet of the columns have ids of their own, for each person and each version', async () => {
  const ids = async (client: Client) =>
    [...(await kanban(client)).text.matchAll(/name="id" value="([^"]+)"/g)].map(([, id]) => id)
  await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'editor')`, [
    tablo,
    people.ben.id,
  ])
  const all = [...(await ids(browsers.ada)), ...(await ids(browsers.ben))]
  await create(db, people.ada, tablo, { title: 'Mop', description: '', status: 'todo' })
  all.push(...(await ids(browsers.ada)))
  assert.equal(all.length, 12)
  assert.equal(new Set(all).size, 12)
})

test('a page is compressed for a browser that takes it', async () => {
  const { headers } = await kanban(browsers.ada, { 'Accept-Encoding': 'gzip, br' })
  assert.equal(headers.get('Content-Encoding'), 'gzip')
  assert.match(headers.get('Vary') ?? '', /Accept-Encoding/)
})
