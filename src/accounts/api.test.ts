import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'

const { pool, people, ada, ben, root, programOf } = await apiWeb()

test('a person reads their own account, and nothing secret of it', async () => {
  const { status, body } = await ada.get('/me')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    id: people.ada.id,
    name: 'Ada',
    email: 'ada@example.org',
    role: 'user',
    language: null,
    time_zone: 'UTC',
  })
  assert.equal((await root.get('/me')).body.role, 'admin')
})

test('a change says only what changes', async () => {
  const first = await ben.patch('/me', { name: ' Benjamin ', time_zone: 'Europe/Paris' })
  assert.deepEqual([first.status, first.body.name, first.body.time_zone], [200, 'Benjamin', 'Europe/Paris'])
  const second = await ben.patch('/me', { language: 'fr' })
  assert.deepEqual([second.body.name, second.body.language], ['Benjamin', 'fr'])
  assert.equal((await ben.patch('/me', { language: null })).body.language, null)
  assert.equal((await ada.get('/me')).body.name, 'Ada')
})

test('what can’t be changed here is refused by its name', async () => {
  const own = { email: 'new@example.org', role: 'admin', password: 'a new password', id: people.ben.id }
  for (const [name, value] of Object.entries(own))
    assertProblem(await ada.patch('/me', { [name]: value }), 'invalid', [name])
  for (const [name, value] of [
    ['name', ''],
    ['name', 'x'.repeat(101)],
    ['language', 'de'],
    ['language', ''],
    ['time_zone', 'Mars/Olympus'],
    ['time_zone', null],
  ] as const)
    assertProblem(await ada.patch('/me', { [name]: value }), 'invalid', [name])
  assert.equal((await ada.get('/me')).body.role, 'user')
})

test('the words of a person’s errors follow the request, not their account', async () => {
  await ada.patch('/me', { language: 'fr' })
  assert.equal((await ada.patch('/me', { name: '' })).body.errors[0].message, 'Enter your name.')
  const french = await ada.patch('/me', { name: '' }, { 'Accept-Language': 'fr' })
  assert.equal(french.body.errors[0].message, 'Saisissez votre nom.')
})

test('a token that may only read reads, and changes nothing', async () => {
  const reader = await programOf(people.ada, 'read')
  assert.equal((await reader.get('/me')).status, 200)
  const answer = await reader.patch('/me', { name: 'Eve' })
  assertProblem(answer, 'forbidden')
  assert.match(answer.headers.get('WWW-Authenticate') ?? '', /error="insufficient_scope", scope="write"$/)
  assertProblem(await reader.post('/tablos', { title: 'a' }), 'forbidden')
})

test('a change is written down with the address that it came from', async () => {
  await ben.patch('/me', { name: 'Ben' })
  const { rows } = await pool.query(
    `select address from audit where subject_id = $1 order by at desc limit 1`,
    [people.ben.id],
  )
  assert.equal(rows[0]?.address, '127.0.0.1')
})
