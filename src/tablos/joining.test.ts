import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, person, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { type Asked, asks, NEW, tokenFor } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import type { Person } from '../accounts/actor.ts'
import { newId } from '../platform/ids.ts'
import { listInvitations } from './invitation-listing.ts'
import { resend, type Way } from './invitations.ts'
import { accept, findOffer } from './joining.ts'
import { removeMember } from './members.ts'
import { listMembers } from './reading.ts'
import type { Role } from './roles.ts'

const database = await testDatabase()
const { db, pool } = database
const { deps } = testApp(database)
await queues(database, deps)

let people: Cast
let id: string
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads, audit, pgboss.job cascade')
  people = await cast(database)
  id = await tabloOf(database, people)
})

const ask = (more: Partial<Asked> = {}) => asks(db, { by: people.ada, to: id, ...more })
const again = (invitation: string, by = people.ada, way: Way = 'mail') =>
  resend(db, by, id, invitation, { address: ADDRESS, way })
const take = (by: Person, token = '') => accept(db, by, token, ADDRESS)
const pending = async () => (await listInvitations(db, id)).map(({ email, role }) => [email, role])
const isDead = (token: string | undefined) =>
  assert.rejects(findOffer(db, token ?? ''), { code: 'not_found', text: 'invitation_dead' })

test('who is invited joins with the role, and the tablo is told by name and not by address', async () => {
  const token = await asked(people.eve.email, 'viewer')
  assert.equal(await take(people.eve, token), id)
  const members = await listMembers(db, id)
  assert.deepEqual(members.at(-1), { id: people.eve.id, name: 'Eve', role: 'viewer' })
  assert.deepEqual(await pending(), [])
  const { rows } = await pool.query(
    'select kind, actor_id, payload::text from activity order by version desc limit 1',
  )
  assert.deepEqual([rows[0].kind, rows[0].actor_id], ['member_joined', people.eve.id])
  assert.ok(!rows[0].payload.includes('@'))
})

test('following the mailed link proves the address; a link that was shown, or is open, proves nothing', async () => {
  const proved = async () =>
    (await pool.query('select email_verified_at from users where id = $1', [people.eve.id])).rows[0]
      .email_verified_at
  const out = () => pool.query('delete from members where user_id = $1', [people.eve.id])
  await take(people.eve, (await ask({ email: people.eve.email, way: 'hand' })).token)
  assert.equal(await proved(), null)
  await out()
  await ask({ email: people.eve.email, open: true })
  await take(people.eve, await tokenFor(deps, people.eve.email))
  assert.equal(await proved(), null)
  await out()
  await take(people.eve, await asked(people.eve.email))
  assert.ok(await proved())
})

test('a link that was mailed and is then shown to the owner proves nothing any more', async () => {
  const { id: invitation } = await ask({ email: people.eve.email })
  const mailed = await tokenFor(deps, people.eve.email)
  assert.ok((await findOffer(db, mailed)).proves)
  const { token = '' } = await again(invitation, people.ada, 'hand')
  await isDead(mailed)
  assert.equal((await findOffer(db, token)).proves, false)
})

test('an invitation is bound to its address, unless it is open', async () => {
  const token = await asked(NEW)
  await assert.rejects(take(people.eve, token), { code: 'forbidden', text: 'invitation_other_address' })
  await ask({ open: true })
  await isDead(token)
  assert.equal(await take(people.eve, await tokenFor(deps, NEW)), id)
})

test('it is taken once: by the same person again it leads into the tablo, by anybody else it is gone', async () => {
  await ask({ open: true })
  const token = await tokenFor(deps, NEW)
  await take(people.eve, token)
  assert.equal(await take(people.eve, token), id)
  await assert.rejects(take(people.root, token), { code: 'not_found', text: 'invitation_dead' })
  await pool.query('delete from members where user_id = $1', [people.eve.id])
  await assert.rejects(take(people.eve, token), { code: 'not_found' }, 'it lets nobody back in')
})

test('of many who take an open one at the same moment one is in', async () => {
  for (let round = 0; round < 5; round++) {
    const { token } = await ask({ open: true, way: 'hand', email: `${newId()}@example.org` })
    const crowd = await Promise.all([1, 2, 3, 4, 5].map(n => person(database, `Guest ${round} ${n}`)))
    const outcomes = await Promise.allSettled(crowd.map(each => take(each, token)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await listMembers(db, id)).length, 4 + round)
  }
})

test('a member keeps their role, whatever link they follow, and uses nothing up', async () => {
  const { token } = await ask({ open: true, way: 'hand', role: 'owner' })
  for (const member of [people.vera, people.ada]) assert.equal(await take(member, token), id)
  assert.equal((await listMembers(db, id)).find(({ name }) => name === 'Vera')?.role, 'viewer')
  assert.equal(await take(people.eve, token), id)
})

test('nobody joins whose account was disabled', async () => {
  const token = await asked(people.eve.email)
  await pool.query('update users set disabled_at = now() where id = $1', [people.eve.id])
  await assert.rejects(take(people.eve, token), { code: 'forbidden', text: 'account_disabled' })
})

test('an invitation lets nobody in while whoever sent it is disabled', async () => {
  const { token } = await ask({ open: true, way: 'hand' })
  const disable = (at: string) =>
    pool.query(`update users set disabled_at = ${at} where id = $1`, [people.ada.id])
  await disable('now()')
  await isDead(token)
  await disable('null')
  assert.equal(await take(people.eve, token), id)
})

test('who is removed is not let back in: by their own invitation, or by one that they sent', async () => {
  await pool.query(`update members set role = 'owner' where user_id = $1`, [people.ben.id])
  const { token } = await ask({ by: people.ben, email: 'dora@example.org', open: true, way: 'hand' })
  // He reads that address by now.
  const { token: own } = await ask({ way: 'hand' })
  await pool.query('update users set email = $2 where id = $1', [people.ben.id, NEW])
  await removeMember(db, people.ada, id, people.ben.id, ADDRESS)
  for (const each of [token, own]) await isDead(each)
  assert.deepEqual(await pending(), [])
})

/** The token that somebody gets by mail who is asked for the first time. */
async function asked(email: string, role: Role = 'editor'): Promise<string> {
  await ask({ email, role })
  return tokenFor(deps, email)
}
