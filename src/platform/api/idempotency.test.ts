import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { queriesOf } from '../../../test/access.ts'
import { apiWeb, assertProblem, programFor } from '../../../test/api.ts'
import { testApp } from '../../../test/app.ts'
import { tabloOf } from '../../../test/cast.ts'
import { jobs } from '../../worker.ts'
import { connect } from '../database/database.ts'
import { newId } from '../ids.ts'
import { forgetKeys } from './idempotency.ts'

const { database, web, pool, people, ada, ben, eve, nobody } = await apiWeb()
let tablo: string
let tasks: string
let next = 0
/** A key that nobody has used. */
const key = (name = `key-${++next}`) => ({ 'Idempotency-Key': name })

beforeEach(async () => {
  await pool.query('truncate idempotency_keys, tasks')
  tablo = await tabloOf(database, people)
  tasks = `/tablos/${tablo}/tasks`
})

const titles = async () => (await ada.all(tasks)).map(({ title }) => title)
const kept = async () => (await pool.query('select * from idempotency_keys')).rows

test('the same request again has the same answer, and is done once', async () => {
  const once = key()
  const [first, again] = [
    await ada.post(tasks, { title: 'a' }, once),
    await ada.post(tasks, { title: 'a' }, once),
  ]
  assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text])
  for (const name of ['Content-Type', 'ETag', 'Location'])
    assert.equal(again.headers.get(name), first.headers.get(name), name)
  assert.deepEqual(
    [first, again].map(({ headers }) => headers.get('Idempotency-Replayed')),
    [null, 'true'],
  )
  assert.deepEqual(await titles(), ['a'])
  await ada.post(tasks, { title: 'a' })
  assert.deepEqual(await titles(), ['a', 'a'])
})

test('every POST that changes something takes a key, one without a body too', async () => {
  const { id } = (await ada.post(tasks, { title: 'a' })).body
  const asked: [string, object | undefined][] = [
    ['/tablos', { title: 'Shop' }],
    [`/tasks/${id}/move`, { status: 'done', after: null }],
    [`/tablos/${tablo}/archive`, undefined],
    [`/tablos/${tablo}/restore`, undefined],
  ]
  for (const [path, body] of asked) {
    const once = key()
    const first = await ada.post(path, body, once)
    const again = await ada.post(path, body, once)
    assert.deepEqual([again.text, again.headers.get('Idempotency-Replayed')], [first.text, 'true'], path)
  }
})

test('the answer is what was said then, whatever has changed since', async () => {
  const once = key()
  const first = await ada.post(tasks, { title: 'a' }, once)
  await ada.patch(`/tasks/${first.body.id}`, { title: 'b' })
  await ada.delete(`/tasks/${first.body.id}`)
  assert.equal((await ada.post(tasks, { title: 'a' }, once)).text, first.text)
  assert.deepEqual(await titles(), [])
})

test('a key that was used for anything else is refused', async () => {
  const once = key()
  await ada.post(tasks, { title: 'a' }, once)
  const others = [
    ada.post(tasks, { title: 'b' }, once),
    ada.post(tasks, { title: 'a', status: 'todo' }, once),
    ada.post('/tablos', { title: 'a' }, once),
  ]
  for (const answer of await Promise.all(others)) assertProblem(answer, 'invalid', ['Idempotency-Key'])
  assert.deepEqual(await titles(), ['a'])
})

test('keys of two people have nothing to do with each other; two tokens of one are that one', async () => {
  const once = key()
  const first = await ada.post(tasks, { title: 'a' }, once)
  const bens = await ben.post(tasks, { title: 'a' }, once)
  assert.notEqual(bens.body.id, first.body.id)
  const another = await programFor(web, people.ada)
  assert.equal((await another.post(tasks, { title: 'a' }, once)).body.id, first.body.id)
})

test('a key has 1 to 255 characters that can be seen', async () => {
  for (const wrong of ['', ' ', 'a b', 'é', 'x'.repeat(256)])
    assertProblem(await ada.post(tasks, { title: 'a' }, key(wrong)), 'invalid', ['Idempotency-Key'])
  assert.equal((await ada.post(tasks, { title: 'a' }, key('~'.repeat(255)))).status, 201)
})

test('of many at the same moment, in two processes, one makes it and all are told of that one', async () => {
  const otherPool = new pg.Pool({ ...database.config, max: 4 })
  const other = await programFor(
    testApp(database, {}, { db: connect(otherPool), pool: otherPool }),
    people.ada,
  )
  for (let round = 0; round < 3; round++) {
    const once = key()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 === 0 ? ada : other).post(tasks, { title: `${round}` }, once),
      ),
    )
    assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
    assert.equal(answers.filter(({ headers }) => !headers.has('Idempotency-Replayed')).length, 1)
  }
  assert.deepEqual(await titles(), ['0', '1', '2'])
  await otherPool.end()
})

test('what was refused had no effect, and its key is free', async () => {
  const once = key()
  assertProblem(await ada.post(tasks, { title: '' }, once), 'invalid', ['title'])
  assertProblem(
    await ada.send('POST', tasks, '{', { 'Content-Type': 'application/json', ...once }),
    'malformed',
  )
  assertProblem(await eve.post(tasks, { title: 'a' }, once), 'not_found')
  assert.deepEqual(await kept(), [])
  assert.equal((await ada.post(tasks, { title: 'a' }, once)).status, 201)
})

test('after a fault of ours the same request is done under the same id', async () => {
  const once = key()
  await pool.query('alter table tasks rename to elsewhere')
  assertProblem(await ada.post(tasks, { title: 'a' }, once), 'internal')
  await pool.query('alter table elsewhere rename to tasks')
  const [{ made_id }] = await kept()
  const { status, body } = await ada.post(tasks, { title: 'a' }, once)
  assert.deepEqual([status, body.id], [201, made_id])
})

test('whoever died between the effect and the answer has done it: sent again, it is the same thing', async () => {
  for (const [path, body] of [
    [tasks, { title: 'a' }],
    ['/tablos', { title: 'Unanswered' }],
  ] as const) {
    const once = key()
    const first = await ada.post(path, body, once)
    await pool.query(`update idempotency_keys set status = null, headers = null, body = null,
      locked_until = now() - interval '1 s'`)
    const again = await ada.post(path, body, once)
    assert.deepEqual([again.status, again.body], [201, first.body])
    assert.equal(again.headers.get('Idempotency-Replayed'), null)
    assert.equal((await ada.all(path)).filter(({ title }) => title === body.title).length, 1)
  }
})

test('one that may still be at work is waited for', async () => {
  const once = key()
  const first = await ada.post(tasks, { title: 'a' }, once)
  const [{ status }] = await kept()
  await pool.query(`update idempotency_keys set status = null, locked_until = now() + interval '1 min'`)
  const waiting = ada.post(tasks, { title: 'a' }, once)
  // As soon as it has looked once.
  await new Promise(done => pool.once('release', done))
  await pool.query('update idempotency_keys set status = $1', [status])
  const { text, headers } = await waiting
  assert.deepEqual([text, headers.get('Idempotency-Replayed')], [first.text, 'true'])
})

test('who waits long asks less and less often', async () => {
  const once = key()
  await ada.post(tasks, { title: 'a' }, once)
  const [{ status }] = await kept()
  await pool.query(`update idempotency_keys set status = null, locked_until = now() + interval '1 min'`)
  const queries = await queriesOf(web.deps, async () => {
    const waiting = ada.post(tasks, { title: 'a' }, once)
    await setTimeout(700)
    await pool.query('update idempotency_keys set status = $1', [status])
    await waiting
  })
  assert.ok(queries < 10, `${queries}`)
})

test('a key past its day is as good as new, and the hourly job forgets it', async () => {
  const once = key()
  const first = await ada.post(tasks, { title: 'a' }, once)
  await age('23 hours 59 minutes')
  assert.equal((await ada.post(tasks, { title: 'a' }, once)).body.id, first.body.id)
  assert.equal(await forgetKeys(database.db), 0)
  await age('2 minutes')
  const second = await ada.post(tasks, { title: 'b' }, once)
  assert.notEqual(second.body.id, first.body.id)
  await age('25 hours')
  const hourly = jobs(web.deps).filter(({ schedule }) => /^\d+( \*){4}$/.test(schedule ?? ''))
  const attempt = { jobId: newId(), number: 1, signal: AbortSignal.timeout(60_000) }
  for (const job of hourly) await job.run({}, attempt)
  assert.deepEqual(await kept(), [])
})

const age = (by: string) =>
  pool.query('update idempotency_keys set created_at = created_at - $1::interval', [by])

test('whoever may not see it any more is not told again', async () => {
  const once = key()
  await ben.post(tasks, { title: 'Secret' }, once)
  await pool.query('delete from members where user_id = $1 and tablo_id = $2', [people.ben.id, tablo])
  const again = await ben.post(tasks, { title: 'Secret' }, once)
  assertProblem(again, 'not_found')
  assert.ok(!again.text.includes('Secret'))
})

test('nobody’s key is looked at: a token comes first', async () => {
  assertProblem(await nobody.post(tasks, { title: 'a' }, key('')), 'unauthenticated')
  assert.deepEqual(await kept(), [])
  await ada.patch(`/tablos/${tablo}`, { title: newId() }, key())
  assert.deepEqual(await kept(), [])
})
