import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { apiWeb, assertProblem } from '../../test/api.ts'
import { tabloOf } from '../../test/cast.ts'
import { sendMails, tokenFor } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import { newId } from '../platform/ids.ts'
import { openMailer } from '../platform/mail/open.ts'

const { database, pool, people, web, ada, ben, vera, eve, root } = await apiWeb()
let path: string
before(() => queues(database, web.deps))
beforeEach(async () => {
  await pool.query('truncate tablos, activity, activity_heads, audit, pgboss.job cascade')
  path = `/tablos/${await tabloOf(database, people)}`
})

const NEW = 'carl@example.org'
const member = (of: { id: string }) => `${path}/members/${of.id}`
const roles = async () =>
  Object.fromEntries((await ada.all(`${path}/members`)).map(({ name, role }) => [name, role]))

test('a member’s role is changed, and the answer is the member', async () => {
  const changed = await ada.patch(member(people.vera), { role: 'editor' })
  const { joined_at, ...rest } = changed.body
  assert.deepEqual([changed.status, rest], [200, { id: people.vera.id, name: 'Vera', role: 'editor' }])
  assert.ok(Date.parse(joined_at))
  assert.equal((await vera.post(`${path}/tasks`, { title: 'Bake' })).status, 201)
  for (const role of ['king', '', null])
    assertProblem(await ada.patch(member(people.vera), { role }), 'invalid', ['role'])
  assertProblem(await ada.patch(member(people.eve), { role: 'viewer' }), 'not_found')
})

test('who is removed, or leaves, gets not found at their next call, in every list', async () => {
  assert.equal((await ada.delete(member(people.ben))).status, 204)
  assert.equal((await vera.post(`${path}/leave`)).status, 204)
  for (const who of [ben, vera]) {
    for (const each of ['', '/members', '/tasks', '/files', '/activity'])
      assertProblem(await who.get(path + each), 'not_found')
    assert.deepEqual(await who.all('/tablos'), [])
    assertProblem(await who.post(`${path}/leave`), 'not_found')
  }
  assert.deepEqual(await roles(), { Ada: 'owner' })
})

test('the last owner stays one, until the tablo is handed over', async () => {
  assertProblem(await ada.post(`${path}/leave`), 'conflict')
  assertProblem(await ada.delete(member(people.ada)), 'conflict')
  assertProblem(await ada.patch(member(people.ada), { role: 'viewer' }), 'conflict')
  assertProblem(await ada.post(`${path}/transfer`, { member_id: people.ada.id }), 'conflict')
  assertProblem(await ada.post(`${path}/transfer`, { member_id: newId() }), 'not_found')
  const handed = await ada.post(`${path}/transfer`, { member_id: people.ben.id })
  assert.deepEqual([handed.status, handed.body.name, handed.body.role], [200, 'Ben', 'owner'])
  assert.deepEqual(await roles(), { Ada: 'editor', Ben: 'owner', Vera: 'viewer' })
})

test('an invitation is made, listed, sent again, withdrawn, and never answered with its link', async () => {
  const made = await ada.post(`${path}/invitations`, { email: ' Carl@example.org ' })
  const { id, sent_at, expires_at, created_at, ...rest } = made.body
  assert.deepEqual(rest, { tablo_id: path.split('/')[2], email: NEW, role: 'editor', open: false })
  assert.deepEqual([made.status, sent_at], [201, null])
  assert.ok(Date.parse(expires_at) > Date.parse(created_at))
  assert.equal(made.headers.get('Location'), `/api/v1/invitations/${id}`)
  const read = await ada.get(`/invitations/${id}`)
  assert.deepEqual([read.body, read.headers.get('ETag')], [made.body, made.headers.get('ETag')])
  const token = await tokenFor(web.deps, NEW)
  const [listed] = await ada.all(`${path}/invitations`)
  assert.ok(listed.sent_at)
  assert.ok(!JSON.stringify(listed).includes(token))
  const again = await ada.post(`/invitations/${id}/resend`)
  assert.deepEqual([again.status, again.body.id, again.body.sent_at], [200, id, null])
  await sendMails(web.deps)
  assertProblem(await eve.post('/invitations/accept', { token }), 'not_found')
  assert.equal((await ada.delete(`/invitations/${id}`)).status, 204)
  for (const call of [ada.delete(`/invitations/${id}`), ada.post(`/invitations/${id}/resend`)])
    assertProblem(await call, 'not_found')
  assert.deepEqual(await ada.all(`${path}/invitations`), [])
})

test('members who own nothing see no invitation: the list is forbidden, one of them is not there', async () => {
  const { id } = (await ada.post(`${path}/invitations`, { email: NEW })).body
  for (const [who, list] of [
    [ben, 'forbidden'],
    [vera, 'forbidden'],
    [eve, 'not_found'],
  ] as const) {
    assertProblem(await who.get(`${path}/invitations`), list)
    assertProblem(await who.post(`${path}/invitations`, { email: NEW }), list)
    assertProblem(await who.get(`/invitations/${id}`), 'not_found')
    assertProblem(await who.delete(`/invitations/${id}`), 'not_found')
    assertProblem(await who.post(`/invitations/${id}/resend`), 'not_found')
  }
})

test('what an invitation needs is told by its fields', async () => {
  for (const [body, fields] of [
    [{}, ['email']],
    [{ email: 'x' }, ['email']],
    [{ email: NEW, role: 'king' }, ['role']],
    [{ email: NEW, open: 'yes' }, ['open']],
    [{ email: NEW, token: 'x' }, ['token']],
    [{ email: people.ben.email }, ['email']],
    [{ email: people.ada.email }, ['email']],
  ] as const)
    assertProblem(await ada.post(`${path}/invitations`, body), 'invalid', fields)
})

test('the sixth mail to an address in a day is too many, and the answer says how many there are', async () => {
  for (let n = 0; n < 5; n++)
    assert.equal((await ada.post(`${path}/invitations`, { email: NEW })).status, 201)
  const refused = await ada.post(`${path}/invitations`, { email: NEW })
  assertProblem(refused, 'too_many')
  assert.equal(refused.headers.get('RateLimit-Policy'), '"invitations-address";q=5;w=86400')
})

test('an invitation is taken by its token; twice leads to the same tablo, and another person gets nothing', async () => {
  await ada.post(`${path}/invitations`, { email: people.eve.email, role: 'viewer' })
  const token = await tokenFor(web.deps, people.eve.email)
  assertProblem(await root.post('/invitations/accept', { token }), 'forbidden')
  for (let n = 0; n < 2; n++) {
    const taken = await eve.post('/invitations/accept', { token })
    assert.deepEqual([taken.status, taken.body.id, taken.body.role], [200, path.split('/')[2], 'viewer'])
  }
  assert.equal((await roles()).Eve, 'viewer')
  assertProblem(await eve.post('/invitations/accept', { token: 'x' }), 'not_found')
  assertProblem(await eve.post('/invitations/accept', {}), 'invalid', ['token'])
})

test('where no mail goes out, programs are told to have the link made on the page', async () => {
  const mailer = openMailer({ smtp: undefined, showsMail: false, dataDir: '/nowhere' })
  const silent = await apiWeb({}, { mailer })
  await queues(silent.database, silent.web.deps)
  const tablo = await tabloOf(silent.database, silent.people)
  assertProblem(await silent.ada.post(`/tablos/${tablo}/invitations`, { email: NEW }), 'conflict')
  assertProblem(await silent.vera.post(`/tablos/${tablo}/invitations`, { email: NEW }), 'forbidden')
  assert.deepEqual(await silent.ada.all(`/tablos/${tablo}/invitations`), [])
})

test('the list of invitations comes in pages, the newest first', async () => {
  for (const name of ['a', 'b', 'c']) await ada.post(`${path}/invitations`, { email: `${name}@example.org` })
  const emails = (await ada.all(`${path}/invitations`, 1)).map(({ email }) => email[0])
  assert.deepEqual(emails, ['c', 'b', 'a'])
})
