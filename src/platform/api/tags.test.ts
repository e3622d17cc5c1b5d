import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { apiWeb, assertProblem, type Program } from '../../../test/api.ts'
import { tabloOf } from '../../../test/cast.ts'
import { send } from '../../../test/files.ts'
import { TestStorage } from '../../../test/storage.ts'

const { database, web, people, ada, ben, vera } = await apiWeb({}, { storage: new TestStorage() })
let tablo: string
before(async () => {
  tablo = await tabloOf(database, people)
})

const newTask = async () => (await ada.post(`/tablos/${tablo}/tasks`, { title: 'Flour' })).body.id as string
const newFile = async () => (await send(web.deps, people.ada, tablo, { name: 'a' }))[0]?.id ?? ''
const tagOf = async (path: string, program: Program = ada) =>
  (await program.get(path)).headers.get('ETag') ?? ''

/** Every change that can be held to a tag: what it changes, and how to make that. */
const changes: Record<
  string,
  () => Promise<{ path: string; change: (tag: string) => ReturnType<Program['get']> }>
> = {
  changeMe: async () => ({
    path: '/me',
    change: tag => ada.patch('/me', { name: `Ada ${tag}` }, { 'If-Match': tag }),
  }),
  changeTablo: async () => on(`/tablos/${await newTablo()}`, 'PATCH', '', { color: 'red' }),
  archiveTablo: async () => on(`/tablos/${await newTablo()}`, 'POST', '/archive'),
  restoreTablo: async () => {
    const path = `/tablos/${await newTablo()}`
    await ada.post(`${path}/archive`)
    return on(path, 'POST', '/restore')
  },
  deleteTablo: async () => on(`/tablos/${await newTablo()}`, 'DELETE'),
  changeTask: async () => on(`/tasks/${await newTask()}`, 'PATCH', '', { title: 'Rye' }),
  moveTask: async () => on(`/tasks/${await newTask()}`, 'POST', '/move', { status: 'done', after: null }),
  deleteTask: async () => on(`/tasks/${await newTask()}`, 'DELETE'),
  deleteFile: async () => on(`/files/${await newFile()}`, 'DELETE'),
}

const newTablo = () => tabloOf(database, people, 'Shop')
const on = (path: string, method: string, verb = '', body?: unknown) => ({
  path,
  change: (tag: string) => ada.sendJson(method, path + verb, body, { 'If-Match': tag }),
})

test('every operation that documents 412 is held to a tag here', async () => {
  const { body } = await ada.get('/openapi.json')
  const held = Object.values<Record<string, { operationId: string; responses: object }>>(body.paths)
    .flatMap(path => Object.values(path))
    .filter(({ responses }) => '412' in responses)
  assert.deepEqual(held.map(({ operationId }) => operationId).sort(), Object.keys(changes).sort())
})

for (const [operation, make] of Object.entries(changes))
  test(`${operation} is done under the tag that was read, and refused under any other`, async () => {
    const { path, change } = await make()
    const tag = await tagOf(path)
    assert.match(tag, /^"[^"]+"$/)
    for (const other of ['"x"', '"x", "y"', `W/${tag}`, '""', '"*"'])
      assertProblem(await change(other), 'precondition_failed')
    for (const none of [tag.slice(1, -1), 'W/*', ','])
      assertProblem(await change(none), 'invalid', ['If-Match'])
    assert.equal(await tagOf(path), tag)
    const done = await change(`"x", ${tag} ,W/"y"`)
    assert.ok([200, 204].includes(done.status), done.text)
  })

for (const [operation, make] of Object.entries(changes))
  test(`${operation} under * is done on what is there, whatever it is`, async () => {
    const { path, change } = await make()
    assert.ok([200, 204].includes((await change(' * ')).status))
    if ((await ada.get(path)).status === 404) assertProblem(await change('*'), 'not_found')
  })

test('of those who change at once under one tag exactly one wins', async () => {
  for (const path of [`/tasks/${await newTask()}`, `/tablos/${tablo}`]) {
    const headers = { 'If-Match': await tagOf(path) }
    const titles = Array.from({ length: 8 }, (_, n) => `Title ${n}`)
    const answers = await Promise.all(titles.map(title => ada.patch(path, { title }, headers)))
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1, path)
    for (const answer of answers) if (answer !== won[0]) assertProblem(answer, 'precondition_failed')
    assert.equal((await ada.get(path)).body.title, won[0]?.body.title)
  }
})

test('a change gives the tag that the next one is held to, and the one that reading gives', async () => {
  const made = await ada.post(`/tablos/${tablo}/tasks`, { title: 'Salt' })
  const path = `/tasks/${made.body.id}`
  assert.equal(made.headers.get('ETag'), await tagOf(path))
  const changed = await ada.patch(path, { title: 'Sea salt' }, { 'If-Match': made.headers.get('ETag') ?? '' })
  assert.equal(changed.headers.get('ETag'), await tagOf(path))
  assert.notEqual(changed.headers.get('ETag'), made.headers.get('ETag'))
  const moved = await ada.post(
    `${path}/move`,
    { status: 'done', after: null },
    { 'If-Match': await tagOf(path) },
  )
  assert.equal(moved.headers.get('ETag'), await tagOf(path))
})

test('the role comes before the tag: a viewer may not, whatever they hold it to', async () => {
  for (const path of [`/tasks/${await newTask()}`, `/files/${await newFile()}`])
    assertProblem(await vera.delete(path, { 'If-Match': '"x"' }), 'forbidden')
})

test('what the caller has already is not sent again', async () => {
  const paths = [
    '/me',
    '/tablos',
    `/tablos/${tablo}`,
    `/tablos/${tablo}/tasks`,
    '/tasks',
    `/tasks/${await newTask()}`,
  ]
  paths.push(`/tablos/${tablo}/activity`, `/tablos/${tablo}/members`, `/tablos/${tablo}/progress`)
  paths.push(`/tablos/${tablo}/files`, `/files/${await newFile()}`, '/openapi.json')
  for (const path of paths) {
    const tag = await tagOf(path)
    for (const known of [tag, `W/${tag.replace('W/', '')}`, `"x", ${tag}`, '*', ' * ']) {
      const again = await ada.get(path, { 'If-None-Match': known })
      assert.deepEqual(
        [again.status, again.text, again.headers.get('ETag')],
        [304, '', tag],
        `${path} ${known}`,
      )
    }
    for (const other of ['"x"', 'x', '"*"'])
      assert.equal((await ada.get(path, { 'If-None-Match': other })).status, 200)
    const head = await ada.send('HEAD', path)
    assert.deepEqual([head.status, head.text, head.headers.get('ETag')], [200, '', tag], path)
  }
})

test('a list that has changed has another tag', async () => {
  const before = await tagOf(`/tablos/${tablo}/tasks`)
  await newTask()
  assert.notEqual(await tagOf(`/tablos/${tablo}/tasks`), before)
  assert.notEqual(await tagOf('/tablos', ben), await tagOf('/tablos'))
})

test('If-None-Match says nothing about changes', async () => {
  const path = `/tasks/${await newTask()}`
  const headers = { 'If-None-Match': await tagOf(path) }
  assert.equal((await ada.patch(path, { title: 'New' }, headers)).body.title, 'New')
})

test('an answer is for its caller alone, and says what it depends on', async () => {
  const { headers } = await ada.get('/tablos')
  assert.equal(headers.get('Cache-Control'), 'private, no-cache')
  for (const each of ['Authorization', 'Accept-Language', 'Accept-Encoding'])
    assert.ok(headers.get('Vary')?.includes(each), each)
})
