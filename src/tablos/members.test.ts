import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { ADDRESS, type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { asks } from '../../test/invitations.ts'
import type { Person } from '../accounts/actor.ts'
import { recent } from '../activity/activity.ts'
import { AppError } from '../errors.ts'
import { newId } from '../platform/ids.ts'
import { create as createTask, find as findTask } from '../tasks/tasks.ts'
import { resend } from './invitations.ts'
import { findOffer } from './joining.ts'
import { changeRole, leave, removeMember, transfer } from './members.ts'
import { listMembers } from './reading.ts'
import type { Role } from './roles.ts'
import { find } from './tablos.ts'

const database = await testDatabase()
const { db, pool } = database

let people: Cast
let id: string
beforeEach(async () => {
  await pool.query('truncate users, tablos, activity, activity_heads cascade')
  people = await cast(database)
  id = await tabloOf(database, people)
})

const roles = async () =>
  Object.fromEntries((await listMembers(db, id)).map(({ name, role }) => [name, role]))
const setRole = (by: Person, of: Person, role: Role) => changeRole(db, by, id, of.id, role, ADDRESS)
const remove = (by: Person, of: Person) => removeMember(db, by, id, of.id, ADDRESS)
const go = (by: Person) => leave(db, by, id, ADDRESS)
const handOver = (by: Person, to: Person) => transfer(db, by, id, to.id, ADDRESS)

const COMMANDS = {
  changeRole: by => setRole(by, people.ben, 'viewer'),
  remove: by => remove(by, people.ben),
  transfer: by => handOver(by, people.ben),
} satisfies Record<string, (by: Person) => Promise<void>>

const LAST_OWNER = { code: 'conflict', text: 'last_owner' }
const BEFORE = { Ada: 'owner', Ben: 'editor', Vera: 'viewer' }

test('the people of a tablo that you are not in can not be changed, nor can you leave it', async () => {
  await remove(people.ada, people.vera)
  for (const outsider of [people.eve, people.root, people.vera]) {
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(outsider), { code: 'not_found' }, name)
    await assert.rejects(go(outsider), { code: 'not_found' })
  }
  assert.deepEqual(await roles(), { Ada: 'owner', Ben: 'editor' })
})

test('who edits or views may leave, and change nobody', async () => {
  for (const member of [people.ben, people.vera])
    for (const [name, command] of Object.entries(COMMANDS))
      await assert.rejects(command(member), { code: 'forbidden', text: 'owners_only' }, name)
  assert.deepEqual(await roles(), BEFORE)
  await go(people.vera)
  await go(people.ben)
  assert.deepEqual(await roles(), { Ada: 'owner' })
})

test('nobody who is not in it can be changed, removed or made its owner', async () => {
  for (const stranger of [people.eve.id, newId()]) {
    await assert.rejects(changeRole(db, people.ada, id, stranger, 'editor', ADDRESS), { code: 'not_found' })
    await assert.rejects(removeMember(db, people.ada, id, stranger, ADDRESS), { code: 'not_found' })
    await assert.rejects(transfer(db, people.ada, id, stranger, ADDRESS), { code: 'not_found' })
  }
  assert.deepEqual(await roles(), BEFORE)
})

test('a role counts from the next request on', async () => {
  await setRole(people.ada, people.vera, 'editor')
  await createTask(db, people.vera, id, { title: 'Bake', description: '', status: 'todo' })
  await setRole(people.ada, people.vera, 'viewer')
  const bake = createTask(db, people.vera, id, { title: 'Bake', description: '', status: 'todo' })
  await assert.rejects(bake, { code: 'forbidden', text: 'viewers_read' })
})

test('who was removed finds nothing there, and what they made stays', async () => {
  const { id: task } = await createTask(db, people.ben, id, {
    title: 'Bake',
    description: '',
    status: 'todo',
  })
  await remove(people.ada, people.ben)
  await assert.rejects(find(db, people.ben, id), { code: 'not_found' })
  await assert.rejects(findTask(db, people.ben, id, task), { code: 'not_found' })
  assert.equal((await findTask(db, people.ada, id, task)).title, 'Bake')
})

test('the last owner can not leave, step down or be removed, and an owner beside them makes all of it possible', async () => {
  for (const attempt of [
    () => go(people.ada),
    () => setRole(people.ada, people.ada, 'editor'),
    () => remove(people.ada, people.ada),
  ])
    await assert.rejects(attempt(), LAST_OWNER)
  assert.deepEqual(await roles(), BEFORE)
  await setRole(people.ada, people.ben, 'owner')
  await setRole(people.ada, people.ada, 'viewer')
  await assert.rejects(remove(people.ben, people.ben), LAST_OWNER)
  await setRole(people.ben, people.ada, 'owner')
  await remove(people.ada, people.ada)
  assert.deepEqual(await roles(), { Ben: 'owner', Vera: 'viewer' })
})

test('a tablo is handed over in one step: the other owns it, and you edit', async () => {
  await assert.rejects(handOver(people.ada, people.ada), { code: 'conflict', text: 'own_transfer' })
  await handOver(people.ada, people.vera)
  assert.deepEqual(await roles(), { Ada: 'editor', Ben: 'editor', Vera: 'owner' })
  await assert.rejects(handOver(people.ada, people.ben), { code: 'forbidden' })
})

test('each change is told in the tablo by names, and in the audit by whom and from where', async () => {
  await setRole(people.ada, people.ben, 'viewer')
  await setRole(people.ada, people.ben, 'viewer')
  await remove(people.ada, people.ben)
  await handOver(people.ada, people.vera)
  await go(people.ada)
  const told = (await recent(db, { tablo: id }, 4)).map(({ actorName, change }) => [actorName, change])
  assert.deepEqual(told.reverse(), [
    ['Ada', { kind: 'member_role_changed', payload: { name: 'Ben', from: 'editor', to: 'viewer' } }],
    ['Ada', { kind: 'member_removed', payload: { name: 'Ben' } }],
    ['Ada', { kind: 'tablo_transferred', payload: { name: 'Vera' } }],
    ['Ada', { kind: 'member_left', payload: { name: 'Ada' } }],
  ])
  const { rows } = await pool.query(
    `select kind, users.name, details ->> 'from' as before, details ->> 'to' as now, actor_id, host(address::inet) as address
     from audit join users on users.id = subject_id where kind like 'member%' order by audit.id`,
  )
  assert.deepEqual(
    rows.map(({ kind, name, before, now }) => [kind, name, before, now]),
    [
      ['member_role_changed', 'Ben', 'editor', 'viewer'],
      ['member_removed', 'Ben', null, null],
      ['member_role_changed', 'Vera', 'viewer', 'owner'],
      ['member_role_changed', 'Ada', 'owner', 'editor'],
      ['member_left', 'Ada', null, null],
    ],
  )
  for (const { actor_id, address } of rows) assert.deepEqual([actor_id, address], [people.ada.id, ADDRESS])
})

test('whatever owners do to each other at the same moment, the tablo keeps an owner and each change is whole', async () => {
  const names = ['ada', 'ben', 'vera'] as const
  const who = fc.constantFrom(...names)
  const act = fc.record({
    by: who,
    to: who,
    what: fc.constantFrom('leave', 'remove', 'viewer', 'editor', 'owner', 'transfer'),
  })
  const property = fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 6 }), async acts => {
    id = await tabloOf(database, people)
    await pool.query(`update members set role = 'owner' where tablo_id = $1`, [id])
    const { rows: before } = await pool.query('select count(*)::int as n from activity where tablo_id = $1', [
      id,
    ])
    const outcomes = await Promise.allSettled(
      acts.map(({ by, to, what }) => {
        const [actor, other] = [people[by], people[to]]
        if (what === 'leave') return go(actor)
        if (what === 'remove') return remove(actor, other)
        return what === 'transfer' ? handOver(actor, other) : setRole(actor, other, what as Role)
      }),
    )
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof AppError, String(outcome.reason))
    const now = await listMembers(db, id)
    assert.ok(
      now.some(({ role }) => role === 'owner'),
      JSON.stringify({ acts, now }),
    )
    const { rows: after } = await pool.query('select count(*)::int as n from activity where tablo_id = $1', [
      id,
    ])
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    // A role that somebody has already is no change.
    assert.ok(after[0].n - before[0].n <= done)
  })
  await fc.assert(property, { numRuns: 60 })
})

test('two owners who leave at the same moment leave one', async () => {
  for (let round = 0; round < 10; round++) {
    id = await tabloOf(database, people)
    await setRole(people.ada, people.ben, 'owner')
    const outcomes = await Promise.allSettled([go(people.ada), go(people.ben)])
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(Object.values(await roles()).filter(role => role === 'owner').length, 1)
  }
})

test('whoever waits for the tablo acts in the role that they have when it is their turn', async () => {
  const bake = () => createTask(db, people.ben, id, { title: 'Bake', description: '', status: 'todo' })
  await assert.rejects(whileHeld(`update members set role = 'viewer' where user_id = $1`, bake), {
    code: 'forbidden',
  })
  await setRole(people.ada, people.ben, 'owner')
  const act = () => remove(people.ben, people.vera)
  await assert.rejects(whileHeld('delete from members where user_id = $1', act), { code: 'not_found' })
  assert.deepEqual(await roles(), { Ada: 'owner', Vera: 'viewer' })
})

/** Does something that has to wait for another process, which has the Tablo and changes ben's place in it. */
async function whileHeld(sql: string, act: () => Promise<unknown>): Promise<unknown> {
  const other = await pool.connect()
  try {
    await other.query('begin')
    await other.query('select from tablos where id = $1 for no key update', [id])
    await other.query(sql, [people.ben.id])
    const acting = act()
    acting.catch(() => {})
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await pool.query(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      waiting = rows[0].n
    }
    await other.query('commit')
    return await acting
  } finally {
    other.release()
  }
}

test('who owns a Tablo no more comes back by no link for anybody that they made, or sent again', async () => {
  for (const role of ['viewer', 'gone'] as const) {
    await pool.query(`update members set role = 'owner' where user_id = $1`, [people.ben.id])
    const link = { to: id, role: 'owner', open: true, way: 'hand' } as const
    const made = await asks(db, { ...link, by: people.ben })
    const hers = await asks(db, { ...link, by: people.ada, email: 'other@example.org' })
    const again = await resend(db, people.ben, id, hers.id, { address: ADDRESS, way: 'hand' })
    const kept = await asks(db, { ...link, by: people.ada, email: 'kept@example.org' })
    if (role === 'gone') await leave(db, people.ben, id, ADDRESS)
    else await changeRole(db, people.ada, id, people.ben.id, role, ADDRESS)
    for (const { token = '' } of [made, again])
      await assert.rejects(findOffer(db, token), { code: 'not_found' })
    assert.equal((await findOffer(db, kept.token ?? '')).role, 'owner')
  }
})
