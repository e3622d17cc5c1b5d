import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { jobIn, queues } from '../../test/jobs.ts'
import { newId } from '../platform/ids.ts'
import { jobStates } from '../platform/jobs/reading.ts'

const database = await testDatabase()
const { pool } = database
const web = testApp(database)
const people = await cast(database)
await queues(database, web.deps)
const root = await web.browserOf(people.root)
const eve = await web.browserOf(people.eve)

beforeEach(() => pool.query('delete from pgboss.job; truncate job_failures, audit'))

const stateOf = async (id: string) =>
  (await pool.query('select state, start_after <= now() as due from pgboss.job where id = $1', [id])).rows[0]

test('only an admin finds the jobs: for everybody else they do not exist', async () => {
  const id = await jobIn(database, 'discarded')
  const visitor = web.visitor()
  for (const path of ['/admin', '/admin/jobs', `/admin/jobs/${id}`]) {
    assert.equal((await eve.get(path)).status, 404, path)
    assert.equal((await visitor.get(path)).location, `/login?next=${encodeURIComponent(path)}`)
  }
  for (const verb of ['retry', 'cancel']) {
    assert.equal((await eve.post(`/admin/jobs/${id}/${verb}`)).status, 404, verb)
    assert.match((await visitor.post(`/admin/jobs/${id}/${verb}`)).location ?? '', /^\/login/)
  }
  assert.equal((await stateOf(id)).state, 'failed')
  assert.ok(!(await eve.get('/')).text.includes('/admin/jobs'))
  assert.match((await root.get('/')).text, /href="\/admin\/jobs"/)
})

test('the overview shows what runs, what failed with every attempt, what is on schedule, and how many of each', async () => {
  for (const state of jobStates) await jobIn(database, state)
  const { text } = await root.get('/admin/jobs')
  for (const title of ['Running now', 'Failures', 'On schedule', 'All jobs by kind'])
    assert.match(text, new RegExp(`>${title}<`))
  assert.match(text, /Attempt 25 of 25/)
  assert.match(text, /Attempts 24 to 25/)
  assert.match(text, /Attempts 2 to 3/)
  assert.match(text, /The mail server said no\./)
  assert.match(text, /Next at \d\d:\d\d/)
  for (const state of jobStates)
    assert.match(text, new RegExp(`href="/admin/jobs\\?kind=heartbeat&amp;state=${state}"|state=${state}`))
  assert.match(text, /hx-trigger="every 2s"/)
})

test('attempts that failed in different ways are told apart', async () => {
  const id = await jobIn(database, 'discarded', { stack: 'Error: no\n    at send (mail.ts:1:1)' })
  await pool.query(`update job_failures set error = 'Something else.' where attempt = 24`)
  const { text } = await root.get('/admin/jobs')
  assert.match(text, /Attempt 25 ·.*The mail server said no\..*Attempt 24 ·.*Something else\./s)
  const page = await root.get(`/admin/jobs/${id}`)
  assert.match(page.text, /at send \(mail\.ts:1:1\)/)
})

test('the page says when no worker has shown itself for over two minutes', async () => {
  const says = async () => /No worker has given a sign of life/.test((await root.get('/admin/jobs')).text)
  assert.equal(await says(), true)
  const id = await jobIn(database, 'completed')
  assert.equal(await says(), false)
  await pool.query(`update pgboss.job set completed_on = now() - interval '3 minutes' where id = $1`, [id])
  assert.equal(await says(), true)
})

test('each state has its list', async () => {
  const ids = new Map<string, string>()
  for (const state of jobStates) ids.set(state, await jobIn(database, state))
  for (const state of jobStates) {
    const { text } = await root.get(`/admin/jobs?state=${state}`)
    for (const [other, id] of ids)
      assert.equal(text.includes(`/admin/jobs/${id}`), other === state, `${other} in ${state}`)
  }
  const { text } = await root.get('/admin/jobs?kind=expire_sessions')
  assert.match(text, /There are no such jobs\./)
})

test('a filter that no database takes finds nothing', async () => {
  for (const filter of ['kind=a%00b', 'request=a%00b'])
    assert.equal((await root.get(`/admin/jobs?${filter}`)).status, 200, filter)
})

test('a job leads to its request, and a request to its jobs', async () => {
  const [asked, other] = [
    await jobIn(database, 'completed', { requestId: 'the-request' }),
    await jobIn(database, 'completed'),
  ]
  const page = await root.get(`/admin/jobs/${asked}`)
  assert.match(page.text, /href="\/admin\/jobs\?request=the-request"/)
  const { text } = await root.get('/admin/jobs?request=the-request')
  assert.ok(text.includes(asked))
  assert.ok(!text.includes(other))
})

test('a job that was given up or cancelled, or waits, is run again at once', async () => {
  for (const state of ['discarded', 'cancelled', 'retryable', 'scheduled'] as const) {
    const id = await jobIn(database, state)
    const { status, location } = await root.post(`/admin/jobs/${id}/retry`)
    assert.deepEqual([status, location], [303, '/admin/jobs'], state)
    const { state: now, due } = await stateOf(id)
    assert.match(now, /^(created|retry)$/, state)
    assert.equal(due, true)
  }
  const { rows } = await pool.query('select kind, actor_id, address from audit')
  assert.equal(rows.length, 4)
  assert.deepEqual(rows[0], { kind: 'job_retried', actor_id: people.root.id, address: '127.0.0.1' })
})

test('a job that waits or runs is cancelled', async () => {
  for (const state of ['available', 'retryable', 'scheduled', 'running'] as const) {
    const id = await jobIn(database, state)
    assert.equal((await root.post(`/admin/jobs/${id}/cancel`)).status, 303)
    assert.equal((await stateOf(id)).state, 'cancelled', state)
  }
})

test('what can’t be done to a job is said, and what is no job is not found', async () => {
  for (const [state, verb] of [
    ['completed', 'retry'],
    ['running', 'retry'],
    ['completed', 'cancel'],
    ['discarded', 'cancel'],
  ] as const) {
    const id = await jobIn(database, state)
    const answer = await root.post(`/admin/jobs/${id}/${verb}`)
    assert.equal(answer.status, 409, `${verb} ${state}`)
    assert.match(answer.text, /There is nothing to/)
  }
  assert.equal((await root.post(`/admin/jobs/${newId()}/retry`)).status, 404)
  assert.equal((await root.get(`/admin/jobs/${newId()}`)).status, 404)
  assert.equal((await root.get('/admin/jobs/not-an-id')).status, 404)
})

test('after a change the person is back where they asked for it', async () => {
  const id = await jobIn(database, 'discarded')
  const from = { Referer: 'http://127.0.0.1:8080/admin/jobs?state=discarded' }
  assert.equal((await root.post(`/admin/jobs/${id}/retry`, {}, from)).location, '/admin/jobs?state=discarded')
})

test('a test heartbeat is enqueued with the request’s id, by a signed-in person; a link does in development', async () => {
  const requestId = 'the-request'
  const answer = await eve.post('/debug/enqueue-test', {}, { 'X-Request-Id': requestId })
  const [, id = ''] = /^enqueued heartbeat job id=([0-9a-f-]{36})\n$/.exec(answer.text) ?? []
  assert.match(answer.headers.get('Content-Type') ?? '', /^text\/plain/)
  const { rows } = await pool.query('select name, state, data from pgboss.job where id = $1', [id])
  assert.deepEqual(rows, [
    { name: 'heartbeat', state: 'created', data: { payload: {}, request_id: requestId } },
  ])
  assert.match((await eve.get('/debug/enqueue-test')).text, /^enqueued heartbeat job id=/)
  assert.match((await web.visitor().post('/debug/enqueue-test')).location ?? '', /^\/login/)
})

test('in production only an admin enqueues a test heartbeat, and not by a link', async () => {
  const production = testApp(database, { ENV: 'production' })
  const [admin, stranger] = [await production.browserOf(people.root), await production.browserOf(people.eve)]
  assert.match((await admin.post('/debug/enqueue-test')).text, /^enqueued heartbeat/)
  assert.equal((await admin.get('/debug/enqueue-test')).status, 405)
  for (const answer of [
    await stranger.post('/debug/enqueue-test'),
    await stranger.get('/debug/enqueue-test'),
  ])
    assert.ok([404, 405].includes(answer.status))
  const { rows } = await pool.query('select count(*)::int from pgboss.job')
  assert.deepEqual(rows, [{ count: 1 }])
})
