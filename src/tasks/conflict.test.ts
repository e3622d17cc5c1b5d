import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { type Client, formOf, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { create, find } from './tasks.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)

let people: Cast
let tablo: string
let path: string
let id: string
let ada: Client
let ben: Client
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
  id = (await create(db, people.ada, tablo, { title: 'Bake', description: 'Rye', status: 'todo' })).id
  path = `/tablos/${tablo}/tasks/${id}`
  ada = await web.browserOf(people.ada)
  ben = await web.browserOf(people.ben)
})

test('a form that was refused for another reason still knows the version that it was made from', async () => {
  const opened = formOf(await ben.get(path), path)
  await ada.post(path, { ...opened, description: 'Rye and spelt' })
  const refused = await ben.post(path, { ...opened, title: '' })
  assert.equal(refused.status, 422)
  const again = await ben.post(path, { ...formOf(refused, path), title: 'Bake bread' })
  assert.equal(again.status, 409)
  assert.match(unescaped(again.text), /Rye and spelt/)
  assert.match(unescaped(again.text), /Bake bread/)
  assert.equal((await find(db, people.ada, tablo, id)).description, 'Rye and spelt')
  const chosen = await ben.post(path, formOf(again, path))
  assert.equal(chosen.status, 303)
  assert.equal((await find(db, people.ada, tablo, id)).title, 'Bake bread')
})

test('a form without a version is refused, shown what is saved, and can then be saved', async () => {
  const refused = await ben.post(path, { title: 'Mill', description: 'Rye', status: 'todo' })
  assert.equal(refused.status, 422)
  assert.match(refused.text, /Saved meanwhile/)
  assert.equal((await ben.post(path, formOf(refused, path))).status, 303)
})

test('who may not change a task gets no menu of what could be done with it', async () => {
  const vera = await web.browserOf(people.vera)
  const eve = await web.browserOf(people.eve)
  assert.equal((await ada.get(`${path}/menu`)).status, 200)
  assert.equal((await vera.get(`${path}/menu`)).status, 403)
  assert.equal((await eve.get(`${path}/menu`)).status, 404)
})

test('a save that also moves a task says so in its history', async () => {
  await ada.post(path, { ...formOf(await ada.get(path), path), title: 'Bake bread', status: 'done' })
  assert.match(
    unescaped((await ada.get(path)).text),
    /Ada renamed “Bake” to “Bake bread” and moved it to Done/,
  )
})
