// What the client sends, what it gives, and what it throws.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, XtabloError } from '../../client/src/index.ts'
import { line } from './line.ts'
import { served } from './served.ts'

const { baseUrl, people, tablo, tokenOf, port, pool } = await served()
const token = await tokenOf(people.ben)
const xtablo = createClient({ baseUrl, token })
const { ada } = people

const titlesOf = async (id: string) => {
  const tasks = await Array.fromAsync(xtablo.tasks(id))
  return tasks.map(({ title }) => title)
}

test('a task is made, changed, moved, read and deleted', async () => {
  const { id } = await xtablo.createTablo({ title: 'Shop' })
  const flour = await xtablo.createTask(id, { title: 'Order flour' })
  const yeast = await xtablo.createTask(id, { title: 'Order yeast', status: 'todo' })
  await xtablo.changeTask(flour.id, { title: 'Order rye flour' }, { ifVersion: flour.version })
  await xtablo.moveTask(yeast.id, { status: 'todo', after: null })
  assert.deepEqual(await titlesOf(id), ['Order yeast', 'Order rye flour'])
  const { data, response } = await xtablo.GET('/api/v1/tasks/{task_id}', {
    params: { path: { task_id: yeast.id } },
  })
  assert.equal(data.status, 'todo')
  assert.ok(response.headers.get('ETag'))
  await xtablo.deleteTask(yeast.id)
  assert.deepEqual(await titlesOf(id), ['Order rye flour'])
})

test('a list is gone over page after page, while rows come and go', async () => {
  const { id } = await xtablo.createTablo({ title: 'Long' })
  const made = []
  for (let n = 0; n < 12; n++) made.push(await xtablo.createTask(id, { title: `Task ${n}` }))
  const seen: string[] = []
  const params = { path: { tablo_id: id }, query: { limit: 5 } }
  for await (const task of xtablo.list('/api/v1/tablos/{tablo_id}/tasks', { params })) {
    seen.push(task.title)
    if (seen.length === 3) await xtablo.deleteTask(made[0]?.id ?? '')
    if (seen.length === 7) await xtablo.createTask(id, { title: 'Came later' })
  }
  assert.deepEqual(seen, [...made.map(({ title }) => title), 'Came later'])
})

test('a loop that ends early asks for no more pages', async () => {
  let pages = 0
  const counting = createClient({
    baseUrl,
    token,
    fetch: request => {
      pages++
      return fetch(request)
    },
  })
  const params = { path: { tablo_id: tablo }, query: { limit: 1 } }
  for (let n = 0; n < 3; n++) await xtablo.createTask(tablo, { title: `Task ${n}` })
  for await (const _ of counting.list('/api/v1/tablos/{tablo_id}/tasks', { params })) break
  assert.equal(pages, 1)
})

test('tasks of some statuses, and archived Tablos, can be asked for', async () => {
  const { id } = await xtablo.createTablo({ title: 'Filters' })
  for (const status of ['todo', 'in_review', 'done'] as const)
    await xtablo.createTask(id, { title: status, status })
  const found = await Array.fromAsync(xtablo.tasks(id, { status: ['todo', 'done'] }))
  assert.deepEqual(
    found.map(({ title }) => title),
    ['todo', 'done'],
  )
  await xtablo.POST('/api/v1/tablos/{tablo_id}/archive', { params: { path: { tablo_id: id } } })
  const archived = await Array.fromAsync(xtablo.tablos({ archived: true }))
  assert.deepEqual(
    archived.map(({ title }) => title),
    ['Filters'],
  )
})

test('what is refused is an error that says everything', async () => {
  const refused = await xtablo.createTask(tablo, { title: ' ' }).catch(error => error)
  assert.ok(refused instanceof XtabloError)
  assert.equal(refused.code, 'invalid')
  assert.equal(refused.type, 'urn:xtablo:problem:invalid')
  assert.equal(refused.status, 422)
  assert.equal(refused.errors[0]?.field, 'title')
  assert.match(refused.requestId ?? '', /^[\w-]{8,}$/)
  assert.match(refused.message, /title: ./)
})

test('what one may not see does not exist, and what one may not change is forbidden', async () => {
  const eve = createClient({ baseUrl, token: await tokenOf(people.eve) })
  await assert.rejects(eve.createTask(tablo, { title: 'Mine now' }), { code: 'not_found', status: 404 })
  const reader = createClient({ baseUrl, token: await tokenOf(ada, 'read') })
  await assert.rejects(reader.createTask(tablo, { title: 'No' }), { code: 'forbidden', status: 403 })
})

test('a change of another version is refused', async () => {
  const { id, version } = await xtablo.createTask(tablo, { title: 'Once' })
  await xtablo.changeTask(id, { title: 'Twice' })
  await assert.rejects(xtablo.changeTask(id, { title: 'Thrice' }, { ifVersion: version }), {
    code: 'precondition_failed',
    status: 412,
  })
})

test('a bad token, an unknown place and a server that is not there are each told', async () => {
  await assert.rejects(createClient({ baseUrl, token: 'xtb_nothing' }).me(), {
    code: 'unauthenticated',
    status: 401,
  })
  const page = createClient({ baseUrl: `${baseUrl}/login?`, token })
  await assert.rejects(page.me(), { code: 'unknown', message: /is `baseUrl` right/ })
  const nobody = createClient({ baseUrl: 'http://127.0.0.1:2', token, retries: 0 })
  await assert.rejects(nobody.me(), { code: 'unreachable', status: 0, message: /not reached \(.+REFUSED/ })
})

test('what was made before the connection broke is not made again', async () => {
  const wire = await line(port)
  const far = createClient({ baseUrl: wire.baseUrl, token })
  const { id } = await far.createTablo({ title: 'Far away' })
  wire.loseAnswers(2)
  await far.createTask(id, { title: 'Once' })
  assert.equal(wire.broken(), 2)
  assert.deepEqual(await titlesOf(id), ['Once'])
})

test('what must not be sent twice is sent once', async () => {
  const wire = await line(port)
  const far = createClient({ baseUrl: wire.baseUrl, token })
  const { id } = await xtablo.createTask(tablo, { title: 'Gone' })
  wire.loseAnswers(1)
  await assert.rejects(far.deleteTask(id), { code: 'unreachable' })
  await assert.rejects(xtablo.deleteTask(id), { code: 'not_found' })
  wire.loseAnswers(1)
  const proud = createClient({ baseUrl: wire.baseUrl, token, retries: 0 })
  await assert.rejects(proud.me(), { code: 'unreachable' })
})

/** A client whose first answers are these, and then the server's. */
function after(...answers: Response[]) {
  const sent: number[] = []
  const client = createClient({
    baseUrl,
    token,
    fetch: request => {
      sent.push(performance.now())
      const answer = answers.shift()
      return answer ? Promise.resolve(answer) : fetch(request)
    },
  })
  return { client, sent }
}
const passing = (status: number, headers: Record<string, string> = {}) =>
  new Response('busy', { status, headers })

test('a server that is not ready is asked again after as long as it says', async () => {
  const { client, sent } = after(passing(503, { 'Retry-After': '1' }), passing(429, { 'Retry-After': '0' }))
  assert.equal((await client.me()).id, people.ben.id)
  const [first = 0, second = 0] = sent
  assert.equal(sent.length, 3)
  assert.ok(second - first >= 990, `${second - first}`)
})

test('a server that wants more than half a minute is not waited for', async () => {
  const { client, sent } = after(passing(503, { 'Retry-After': '31' }))
  await assert.rejects(client.me(), { code: 'unknown', status: 503, retryAfter: 31 })
  assert.equal(sent.length, 1)
})

test('a fault that stays is told after three more attempts, and one that no attempt mends at once', async () => {
  const stays = after(...Array.from({ length: 4 }, () => passing(502)))
  await assert.rejects(stays.client.me(), { code: 'unknown', status: 502 })
  assert.equal(stays.sent.length, 4)
  const fault = after(passing(500))
  await assert.rejects(fault.client.me(), { status: 500 })
  assert.equal(fault.sent.length, 1)
})

test('waiting to try again ends when the caller does not want it any more', async () => {
  const { client, sent } = after(passing(503, { 'Retry-After': '20' }))
  const asked = client.GET('/api/v1/me', { signal: AbortSignal.timeout(100) })
  await assert.rejects(asked, { name: 'TimeoutError' })
  assert.equal(sent.length, 1)
})

test('a key of one’s own makes one thing over two runs', async () => {
  const { id } = await xtablo.createTablo({ title: 'Runs' })
  const params = { path: { tablo_id: id }, header: { 'Idempotency-Key': 'row-1' } }
  const once = () => xtablo.POST('/api/v1/tablos/{tablo_id}/tasks', { params, body: { title: 'Row' } })
  const [{ data: first }, { data: second }] = [await once(), await once()]
  assert.equal(first.id, second.id)
  const { rowCount } = await pool.query('select from tasks where tablo_id = $1', [id])
  assert.equal(rowCount, 1)
})
