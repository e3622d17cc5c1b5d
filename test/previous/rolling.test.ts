// An upgrade while people work: the release before and this one serve the same database at once, whoever asks may meet
// one now and the other then, and in the end the old one can go on alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPersonalToken } from '../../src/accounts/personal-tokens.ts'
import { ADDRESS, cast, PASSWORD, sessionOf, tabloOf } from '../cast.ts'
import { testDatabase } from '../database.ts'
import { previousRelease } from './release.ts'
import { answered, command, json, startWeb, THIS } from './serving.ts'

interface Task {
  id: string
  title: string
  version: number
  status: string
}

const database = await testDatabase()
const people = await cast(database)
const tablo = await tabloOf(database, people)
const given = { name: 'A script', scope: 'write', days: 7 } as const
const token = await createPersonalToken(database.db, people.ada, given, ADDRESS)
const session = await sessionOf(database, people.ada)
const previous = previousRelease()
const [old, now] = await Promise.all([startWeb(previous.main, database), startWeb(THIS, database)])

/** Each way: from which release to which. */
const ways = () =>
  [
    ['from the old to the new', old, now],
    ['from the new to the old', now, old],
  ] as const

test('a session made by one release is known to the other, and so is a new account', async () => {
  for (const [way, from, to] of ways()) {
    const email = `${way.replaceAll(' ', '.')}@example.org`
    const person = { name: 'New', email, password: PASSWORD, time_zone: 'UTC' }
    const browser = from.browser()
    assert.equal((await browser.post('/signup', person)).status, 303, way)
    const other = to.browser().carry(browser.token ?? '')
    assert.equal((await other.get('/')).status, 200, way)
    const again = to.browser()
    assert.equal((await again.post('/login', { email, password: PASSWORD })).status, 303, way)
    assert.equal(
      (
        await from
          .browser()
          .carry(again.token ?? '')
          .get('/settings')
      ).status,
      200,
      way,
    )
    assert.equal((await other.post('/logout')).status, 303, way)
    assert.equal((await browser.get('/')).location, '/login', way)
  }
})

test('the tokens of a program are good with both, and refreshed by either', async () => {
  for (const [way, from, to] of ways()) {
    const signedIn = json('POST', { email: people.ben.email, password: PASSWORD })
    const made = await answered<Record<string, string>>(from.api('', '/auth/token', signedIn), 200)
    assert.equal((await to.api(made.access_token ?? '', '/me')).status, 200, way)
    const refresh = json('POST', { refresh_token: made.refresh_token })
    const next = await answered<Record<string, string>>(to.api('', '/auth/refresh', refresh), 200)
    assert.equal((await from.api(next.access_token ?? '', '/me')).status, 200, way)
  }
})

test('what was sent to one release and comes again to the other is done once', async () => {
  for (const [way, from, to] of ways()) {
    const request = json('POST', { title: way }, { 'Idempotency-Key': way.replaceAll(' ', '-') })
    const made = await answered<Task>(from.api(token, `/tablos/${tablo}/tasks`, request), 201)
    const again = await to.api(token, `/tablos/${tablo}/tasks`, request)
    assert.equal(again.headers.get('Idempotency-Replayed'), 'true', way)
    assert.deepEqual(await again.json(), made, way)
  }
})

test('a task goes to and fro between the releases, and no change is lost on the way', async () => {
  const first = await answered<Task>(
    old.api(token, `/tablos/${tablo}/tasks`, json('POST', { title: '0' })),
    201,
  )
  const path = `/tasks/${first.id}`
  let task = first
  for (let turn = 1; turn <= 6; turn++) {
    const [web, other] = turn % 2 === 0 ? [old, now] : [now, old]
    const ifMatch = { 'If-Match': `"${task.version}"` }
    const change = json('PATCH', { title: String(turn) }, ifMatch)
    const changed = await answered<Task>(web.api(token, path, change), 200)
    assert.equal((await other.api(token, path, change)).status, 412)
    const status = turn % 2 === 0 ? 'todo' : 'in_progress'
    const move = json('POST', { status, after: null })
    task = await answered<Task>(other.api(token, `${path}/move`, move), 200)
    assert.deepEqual([changed.title, task.title, task.status], [String(turn), String(turn), status])
    assert.deepEqual(await answered(web.api(token, path), 200), task)
    const page = await web.browser().carry(session).get(`/tablos/${tablo}/tasks`)
    assert.ok(page.text.includes(first.id))
  }
})

test('a file that one release took is given back by the other, byte for byte', async () => {
  for (const [way, from, to] of ways()) {
    const bytes = new Uint8Array(3_000_000).map((_, index) => (index * 31 + way.length) % 251)
    const headers = { 'Content-Type': 'application/octet-stream' }
    const upload = from.api(token, `/tablos/${tablo}/files?name=noise`, {
      method: 'POST',
      body: bytes,
      headers,
    })
    const { id } = await answered<{ id: string }>(upload, 201)
    const download = await to.api(token, `/files/${id}/content`)
    assert.ok(Buffer.from(await download.arrayBuffer()).equals(bytes), way)
    assert.equal((await to.api(token, `/files/${id}`, { method: 'DELETE' })).status, 204, way)
    assert.equal((await from.api(token, `/files/${id}`)).status, 404, way)
  }
})

test('a job that one release enqueues runs on the worker of the other', async () => {
  for (const [way, from, main] of [
    ['from the old to the new', old, THIS],
    ['from the new to the old', now, previous.main],
  ] as const) {
    const worker = command(main, database, 'worker')
    await worker.says(/worker ready/)
    const browser = from.browser().carry(session)
    const { text } = await browser.post('/debug/enqueue-test')
    const [, id] = /job id=([\w-]+)/.exec(text) ?? []
    assert.ok(id, text)
    await worker.says(new RegExp(`worker heartbeat[\\s\\S]*${id}`))
    worker.process.kill('SIGTERM')
    assert.equal(await worker.ended, 0, way)
  }
})

test('after all of that the old release goes on alone', async () => {
  assert.equal(await now.stop(), 0)
  assert.equal((await fetch(`${old.url}readyz`)).status, 200)
  await answered(old.api(token, `/tablos/${tablo}/tasks`, json('POST', { title: 'Still here' })), 201)
  assert.equal(await old.stop(), 0)
  const again = await startWeb(previous.main, database)
  const { items } = await answered<{ items: Task[] }>(again.api(token, `/tablos/${tablo}/tasks`), 200)
  assert.ok(items.some(({ title }) => title === 'Still here'))
  for (const { said } of [old, now, again]) assert.doesNotMatch(said(), /\bERROR\b|"level":50/)
})
