import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem, Program, programFor } from '../../test/api.ts'
import { testApp } from '../../test/app.ts'
import { PASSWORD, person } from '../../test/cast.ts'
import { newId } from '../platform/ids.ts'

const { database, web, pool, people, ada, eve, root, nobody, programOf } = await apiWeb()
const ben = `/users/${people.ben.id}`
beforeEach(() =>
  pool.query(
    `update users set disabled_at = null, role = (case when name = 'Root' then 'admin' else 'user' end)::user_role`,
  ),
)

test('an admin reads who there is, the newest first, and nothing secret of them', async () => {
  const users = await root.all('/users', 2)
  const newest = Object.values(people).sort((a, b) => (a.id < b.id ? 1 : -1))
  assert.deepEqual(
    users.map(({ name }) => name),
    newest.map(({ name }) => name),
  )
  const { created_at, ...rest } = users.find(({ name }) => name === 'Ben')
  assert.match(created_at, /Z$/)
  assert.deepEqual(rest, {
    id: people.ben.id,
    name: 'Ben',
    email: 'ben@example.org',
    role: 'user',
    disabled_at: null,
    email_verified_at: null,
    second_factor: false,
    sessions: 0,
    last_seen_at: null,
  })
})

test('for anybody but an admin none of it exists', async () => {
  for (const who of [ada, eve])
    for (const answer of [
      await who.get('/users'),
      await who.post(`${ben}/disable`),
      await who.post(`${ben}/enable`),
      await who.get(ben),
      await who.post(`${ben}/make-admin`),
      await who.post(`/users/${people.root.id}/remove-admin`),
      await who.post(`${ben}/end-sessions`),
      await who.post(`/users/${newId()}/enable`),
    ])
      assertProblem(answer, 'not_found')
  assert.equal((await root.all('/users')).filter(({ disabled_at }) => disabled_at).length, 0)
})

test('a disabled person is out at once: no session, no refresh, no token of their own', async () => {
  const browser = await web.browserOf(people.ben)
  const program = await programOf(people.ben)
  const { body } = await nobody.post('/auth/token', { email: people.ben.email, password: PASSWORD })
  const answer = await root.post(`${ben}/disable`)
  assert.equal(answer.status, 200)
  assert.ok(Date.parse(answer.body.disabled_at))
  assertProblem(await program.get('/me'), 'unauthenticated')
  assertProblem(await nobody.post('/auth/refresh', { refresh_token: body.refresh_token }), 'unauthenticated')
  assert.match((await browser.get('/')).location ?? '', /login/)
})

test('an access token ends within a minute, in every process that knew it as good', async context => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { body } = await nobody.post('/auth/token', { email: people.ben.email, password: PASSWORD })
  // Begun under the clock that the test moves.
  const programs = [1, 2].map(() => new Program(testApp(database), body.access_token))
  for (const program of programs) assert.equal((await program.get('/me')).status, 200)
  await root.post(`${ben}/disable`)
  context.mock.timers.tick(59_000)
  for (const program of programs) assertProblem(await program.get('/me'), 'unauthenticated')
})

test('disabling twice is once, and enabling lets them in again', async () => {
  const first = await root.post(`${ben}/disable`)
  const again = await root.post(`${ben}/disable`)
  assert.deepEqual(again.body, first.body)
  const enabled = await root.post(`${ben}/enable`)
  assert.deepEqual([enabled.status, enabled.body.disabled_at], [200, null])
  assert.equal((await (await programOf(people.ben)).get('/me')).status, 200)
})

test('an admin can’t disable their own account, and of two who disable each other one stays', async () => {
  assertProblem(await root.post(`/users/${people.root.id}/disable`), 'conflict')
  const second = await person(database, 'Second', { role: 'admin' })
  const other = await programFor(web, second)
  const answers = await Promise.all([
    root.post(`/users/${second.id}/disable`),
    other.post(`/users/${people.root.id}/disable`),
  ])
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('an admin reads one person, makes an admin of them and takes it back', async () => {
  const { status, body } = await root.get(ben)
  assert.deepEqual([status, body.id, body.role], [200, people.ben.id, 'user'])
  const program = await programOf(people.ben)
  assertProblem(await program.get('/users'), 'not_found')
  const made = await root.post(`${ben}/make-admin`)
  assert.deepEqual([made.status, made.body.role], [200, 'admin'])
  assert.equal((await program.get('/users')).status, 200, 'a personal token is what its person is')
  const taken = await root.post(`${ben}/remove-admin`)
  assert.deepEqual([taken.status, taken.body.role], [200, 'user'])
  assertProblem(await program.get('/users'), 'not_found')
  assertProblem(await root.post(`/users/${people.root.id}/remove-admin`), 'conflict')
})

test('an access token of who was an admin opens nothing of admins within a minute', async context => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  await root.post(`${ben}/make-admin`)
  const { body } = await nobody.post('/auth/token', { email: people.ben.email, password: PASSWORD })
  const program = new Program(testApp(database), body.access_token)
  assert.equal((await program.get('/users')).status, 200)
  await root.post(`${ben}/remove-admin`)
  context.mock.timers.tick(59_000)
  assertProblem(await program.get('/users'), 'unauthenticated')
})

test('an admin signs a person out everywhere, and their personal tokens stay', async () => {
  const [browser, program] = [await web.browserOf(people.ben), await programOf(people.ben)]
  const { body } = await nobody.post('/auth/token', { email: people.ben.email, password: PASSWORD })
  const ended = await root.post(`${ben}/end-sessions`)
  assert.deepEqual([ended.status, ended.body.sessions], [200, 0])
  assert.match((await browser.get('/')).location ?? '', /login/)
  assertProblem(await nobody.post('/auth/refresh', { refresh_token: body.refresh_token }), 'unauthenticated')
  assert.equal((await program.get('/me')).status, 200)
})

test('an id of nobody is not found', async () => {
  assertProblem(await root.post(`/users/${newId()}/disable`), 'not_found')
  assertProblem(await root.post('/users/x/enable'), 'not_found')
  for (const verb of ['make-admin', 'remove-admin', 'end-sessions'])
    assertProblem(await root.post(`/users/${newId()}/${verb}`), 'not_found')
  assertProblem(await root.get(`/users/${newId()}`), 'not_found')
})
