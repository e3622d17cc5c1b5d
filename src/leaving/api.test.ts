import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem, type Program } from '../../test/api.ts'
import { PASSWORD, person, tabloOf } from '../../test/cast.ts'
import { find } from '../tablos/tablos.ts'
import { exportShape } from './schema.ts'

const { database, db, pool, people, nobody, programOf } = await apiWeb()
beforeEach(() => pool.query('truncate rate_limits'))

const close = (who: Program, body: unknown) => who.sendJson('DELETE', '/me', body)

test('a program reads all that there is of its person, and one that may only read does, too', async () => {
  const { status, body, headers } = await (await programOf(people.ada, 'read')).get('/me/export')
  assert.deepEqual([status, headers.get('Cache-Control')], [200, 'no-store'])
  assert.equal(exportShape.parse(body).profile.email, people.ada.email)
  assertProblem(await nobody.get('/me/export'), 'unauthenticated')
})

test('a program closes its person’s account by the password, with what becomes of their Tablos', async () => {
  const zoe = await person(database, 'Zoe')
  const [handed, deleted] = [
    await tabloOf(database, { ...people, ada: zoe }),
    await tabloOf(database, { ...people, ada: zoe }),
  ]
  const program = await programOf(zoe)
  const { body: signedIn } = await nobody.post('/auth/token', { email: zoe.email, password: PASSWORD })
  assertProblem(await close(program, { password: PASSWORD }), 'invalid', [
    `tablos.${deleted}`,
    `tablos.${handed}`,
  ])
  const tablos = [
    { id: deleted, action: 'delete' },
    { id: handed, action: 'hand_over', to: people.vera.id },
  ]
  assertProblem(await close(program, { password: 'x', tablos }), 'invalid', ['password'])
  assertProblem(
    await close(program, { password: PASSWORD, tablos: [tablos[0], { ...tablos[1], to: undefined }] }),
    'invalid',
    [`tablos.${handed}`],
  )
  assert.equal((await close(program, { password: PASSWORD, tablos })).status, 204)
  assertProblem(await program.get('/me'), 'unauthenticated')
  assertProblem(
    await nobody.post('/auth/refresh', { refresh_token: signedIn.refresh_token }),
    'unauthenticated',
  )
  assert.equal((await find(db, people.vera, handed)).role, 'owner')
  await assert.rejects(find(db, people.vera, deleted), { code: 'not_found' })
})

test('what a program sends in another form closes nothing', async () => {
  const eve = await programOf(people.eve)
  assertProblem(await close(eve, {}), 'invalid', ['password'])
  assertProblem(
    await close(eve, { password: PASSWORD, tablos: [{ id: 'x', action: 'delete' }] }),
    'invalid',
    ['tablos.0.id'],
  )
  assertProblem(await close(eve, { password: PASSWORD, all: true }), 'invalid', ['all'])
  assertProblem(await close(await programOf(people.eve, 'read'), { password: PASSWORD }), 'forbidden')
  assert.equal((await eve.get('/me')).status, 200)
})

test('an account without a password, or of the last admin, is closed by no program', async () => {
  await pool.query('update users set password_hash = null where id = $1', [people.eve.id])
  for (const who of [people.eve, people.root])
    assertProblem(await close(await programOf(who), { password: PASSWORD }), 'conflict')
})

test('an access token of a closed account makes nothing, even where nobody knows of it yet', async () => {
  const yan = await person(database, 'Yan')
  const { body } = await nobody.post('/auth/token', { email: yan.email, password: PASSWORD })
  const headers = { Authorization: `Bearer ${body.access_token}` }
  assert.equal((await nobody.get('/me', headers)).status, 200)
  assert.equal((await close(await programOf(yan), { password: PASSWORD })).status, 204)
  for (const answer of [
    await nobody.get('/me', headers),
    await nobody.get('/me/export', headers),
    await nobody.post('/tablos', { title: 'Late' }, headers),
    await nobody.post('/tablos', { title: 'Late' }, { ...headers, 'Idempotency-Key': 'late' }),
    await nobody.patch('/me', { name: 'Late' }, headers),
  ])
    assert.ok([401, 404].includes(answer.status), `${answer.status}`)
})
