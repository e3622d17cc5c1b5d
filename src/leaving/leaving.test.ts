import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, person, sessionOf, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { send } from '../../test/files.ts'
import { asks, tokenFor } from '../../test/invitations.ts'
import type { Actor } from '../accounts/actor.ts'
import { signInLimits } from '../accounts/limits.ts'
import { disablePerson } from '../accounts/people.ts'
import { createPersonalToken } from '../accounts/personal-tokens.ts'
import { recent } from '../activity/activity.ts'
import { newId } from '../platform/ids.ts'
import { accept, findOffer } from '../tablos/joining.ts'
import type { Fate } from '../tablos/leaving.ts'
import { changeRole, transfer } from '../tablos/members.ts'
import { create, find } from '../tablos/tablos.ts'
import { create as createTask } from '../tasks/tasks.ts'
import { closeAccount } from './leaving.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const limits = signInLimits(pool, web.deps.secret)

let people: Cast
let tablo: string
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits, tablos, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
})

const proof = { password: PASSWORD, email: '', session: undefined }
const close = (actor: Actor, fates: Record<string, Fate> = {}, given: Partial<typeof proof> = {}) =>
  closeAccount(
    db,
    limits,
    actor,
    { proof: { ...proof, ...given }, fates: new Map(Object.entries(fates)) },
    from,
  )
const isThere = async ({ id }: Actor) =>
  (await pool.query('select from users where id = $1', [id])).rowCount === 1
const membersOf = async (id: string) =>
  (await pool.query('select user_id, role from members where tablo_id = $1 order by created_at', [id])).rows
const refusing = (field: string, text: string) => ({ code: 'invalid', fields: { [field]: text } })
const own = (id: string, { id: user }: Actor) =>
  pool.query(`update members set role = 'owner' where tablo_id = $1 and user_id = $2`, [id, user])

test('with an account goes every way in', async () => {
  const { eve } = people
  const callers = callersOf(web.deps)
  const browser = await web.browserOf(eve)
  const tokens = await callers.issue({ email: eve.email, password: PASSWORD }, from)
  const personal = await createPersonalToken(db, eve, { name: 'CI', scope: 'write', days: 30 }, ADDRESS)
  for (const token of [tokens.accessToken, personal]) assert.ok(await callers.find(token))
  await close(eve)
  assert.equal((await browser.get('/')).status, 303)
  assert.equal(await callers.find(personal), undefined)
  await assert.rejects(callers.refresh(tokens.refreshToken), { code: 'unauthenticated' })
  // Nobody is left to be asked, so that it is known by its family.
  callers.pass(30)
  assert.equal(await callers.find(tokens.accessToken), undefined)
  const { rows } = await pool.query(
    `select table_name from information_schema.columns
     where column_name = 'user_id' and table_schema = 'public' and table_name <> 'token_families'`,
  )
  for (const { table_name } of rows) {
    const left = await pool.query(`select from ${table_name} where user_id = $1`, [eve.id])
    assert.equal(left.rowCount, 0, table_name)
  }
})

test('what they made in Tablos of others stays, without their name', async () => {
  const { ada, ben } = people
  const task = await createTask(db, ben, tablo, { title: 'Order flour', description: '', status: 'todo' })
  await send(web.deps, ben, tablo, { name: 'Quote', bytes: 'x' })
  await close(ben)
  assert.deepEqual(
    (await membersOf(tablo)).map(({ user_id }) => user_id),
    [ada.id, people.vera.id],
  )
  const { rows } = await pool.query('select title, created_by from tasks where id = $1', [task.id])
  assert.deepEqual(rows, [{ title: 'Order flour', created_by: null }])
  const files = await pool.query('select name, uploaded_by, state from files')
  assert.deepEqual(files.rows, [{ name: 'Quote', uploaded_by: null, state: 'stored' }])
  const [last, ...before] = await recent(db, { tablo }, 10)
  assert.deepEqual([last?.change, last?.actorName], [{ kind: 'account_closed', payload: {} }, null])
  assert.equal(JSON.stringify(before).includes('Ben'), false)
  const page = await (await web.browserOf(ada)).get(`/tablos/${tablo}`)
  assert.match(page.text, /Someone closed their account/)
  assert.doesNotMatch(page.text, /Ben/)
})

test('the audit keeps who it was, and what became of their Tablos', async () => {
  const { ada, ben } = people
  const other = await create(db, ada, { title: 'Shop', description: '', color: 'red' })
  await close(ada, { [tablo]: { handTo: ben.id }, [other]: 'delete' })
  const { rows } = await pool.query(
    'select kind, actor_name, subject_name, address, details from audit order by at, id',
  )
  const name = 'Ada <ada@example.org>'
  const role = { tablo, from: 'editor', to: 'owner' }
  assert.deepEqual(rows, [
    {
      kind: 'member_role_changed',
      actor_name: name,
      subject_name: 'Ben <ben@example.org>',
      address: ADDRESS,
      details: role,
    },
    {
      kind: 'account_closed',
      actor_name: name,
      subject_name: name,
      address: ADDRESS,
      details: { tablos_deleted: '1', tablos_handed: '1' },
    },
  ])
})

test('a Tablo of which nothing was said closes no account, and each is named', async () => {
  const { ada } = people
  const other = await create(db, ada, { title: 'Shop', description: '', color: 'red' })
  const text = 'tablo_choice_missing'
  await assert.rejects(close(ada), {
    code: 'invalid',
    fields: { [`tablos.${tablo}`]: text, [`tablos.${other}`]: text },
  })
  await assert.rejects(close(ada, { [other]: 'delete' }), refusing(`tablos.${tablo}`, text))
  assert.equal((await pool.query('select from tablos')).rowCount, 2, 'nor was the one deleted')
  assert.equal(await isThere(ada), true)
})

test('a Tablo is handed to a member, who owns it then', async () => {
  const { ada, vera } = people
  await close(ada, { [tablo]: { handTo: vera.id } })
  assert.equal((await find(db, vera, tablo)).role, 'owner')
  const [last] = await recent(db, { tablo }, 1)
  assert.deepEqual(last?.change, { kind: 'account_closed', payload: { owner: 'Vera' } })
  const page = await (await web.browserOf(vera)).get(`/tablos/${tablo}`)
  assert.match(page.text, /Someone closed their account\. Vera owns this Tablo now/)
})

test('or it is deleted with everything in it', async () => {
  const { ada, ben } = people
  await createTask(db, ben, tablo, { title: 'Order flour', description: '', status: 'todo' })
  await close(ada, { [tablo]: 'delete' })
  await assert.rejects(find(db, ben, tablo), { code: 'not_found' })
  assert.equal((await pool.query('select from tasks')).rowCount, 0)
})

test('nobody gets a Tablo who is not in it, or can’t come in', async () => {
  const { ada, ben, eve, root } = people
  await disablePerson(db, root, ben.id, ADDRESS)
  for (const handTo of [eve.id, ben.id, ada.id, newId()])
    await assert.rejects(close(ada, { [tablo]: { handTo } }), refusing(`tablos.${tablo}`, 'heir_gone'))
  assert.equal(await isThere(ada), true)
})

test('what is said of a Tablo that somebody else owns too does nothing to it', async () => {
  const { ada, ben, eve } = people
  await own(tablo, ben)
  const foreign = await create(db, eve, { title: 'Secret', description: '', color: 'red' })
  await close(ada, { [tablo]: 'delete', [foreign]: 'delete' })
  assert.equal((await find(db, ben, tablo)).role, 'owner')
  assert.ok(await find(db, eve, foreign))
})

test('a wrong password closes nothing, and is counted as a failed sign-in', async () => {
  const { eve } = people
  for (let n = 0; n < 5; n++)
    await assert.rejects(close(eve, {}, { password: 'x' }), refusing('password', 'password_wrong'))
  await assert.rejects(close(eve), { code: 'too_many' })
  assert.equal(await isThere(eve), true)
})

test('without a password the address is typed, in a session that has just begun', async () => {
  const { eve, ada } = people
  await pool.query('update users set password_hash = null where id = $1', [eve.id])
  await sessionOf(database, eve)
  await sessionOf(database, ada)
  const sessionIdOf = async ({ id }: Actor) =>
    (await pool.query('select id from sessions where user_id = $1', [id])).rows[0].id
  const [session, foreign] = [await sessionIdOf(eve), await sessionIdOf(ada)]
  const closing = (email: string, session: string | undefined) =>
    closeAccount(db, limits, eve, { proof: { password: '', email, session }, fates: new Map() }, from)
  await assert.rejects(closing(eve.email, undefined), { code: 'conflict', text: 'closing_password' })
  await assert.rejects(closing(eve.email, foreign), { code: 'conflict', text: 'session_old' })
  await assert.rejects(closing(ada.email, session), refusing('email', 'closing_email'))
  await pool.query(`update sessions set created_at = now() - interval '16 minutes' where id = $1`, [session])
  await assert.rejects(closing(eve.email, session), { code: 'conflict', text: 'session_old' })
  await pool.query(`update sessions set created_at = now() - interval '14 minutes' where id = $1`, [session])
  await closing(` ${eve.email.toUpperCase()} `, session)
  assert.equal(await isThere(eve), false)
})

test('the last admin who can sign in stays', async () => {
  await assert.rejects(close(people.root), { code: 'conflict', text: 'last_admin' })
})

test('what was done to them is told without their name, too', async () => {
  const { ada } = people
  const zoe = await person(database, 'Zoe')
  await asks(db, { by: ada, to: tablo, email: zoe.email })
  await accept(db, zoe, await tokenFor(web.deps, zoe.email), ADDRESS)
  await changeRole(db, ada, tablo, zoe.id, 'viewer', ADDRESS)
  await transfer(db, ada, tablo, zoe.id, ADDRESS)
  await close(zoe, { [tablo]: { handTo: ada.id } })
  await close(ada, { [tablo]: { handTo: people.ben.id } })
  const told = JSON.stringify(await recent(db, { tablo }, 10))
  assert.doesNotMatch(told, /Zoe|Ada/)
  const page = await (await web.browserOf(people.ben)).get(`/tablos/${tablo}`)
  assert.match(page.text, /Someone joined as editor/)
  assert.match(page.text, /Someone handed this Tablo over to Someone/)
})

test('the links for anybody that they made end with them', async () => {
  const { ada, ben } = people
  const { token = '' } = await asks(db, { by: ada, to: tablo, role: 'owner', open: true, way: 'hand' })
  await close(ada, { [tablo]: { handTo: ben.id } })
  await assert.rejects(findOffer(db, token), { code: 'not_found' })
})
