import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { type Asked, asks, NEW, tokenFor } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import { expireSessions } from '../accounts/expiry.ts'
import { newId } from '../platform/ids.ts'
import { jobs } from '../worker.ts'
import { listInvitations } from './invitation-listing.ts'
import { resend, type Way, withdraw } from './invitations.ts'
import { findOffer } from './joining.ts'
import { archive } from './tablos.ts'

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
const pending = async () => (await listInvitations(db, id)).map(({ email, role }) => [email, role])
const isDead = (token: string | undefined) =>
  assert.rejects(findOffer(db, token ?? ''), { code: 'not_found', text: 'invitation_dead' })

test('only owners invite, send again and withdraw; for who is outside there is no tablo', async () => {
  const { id: invitation } = await ask()
  await pool.query('delete from members where user_id = $1', [people.vera.id])
  for (const [who, refusal] of [
    [people.eve, { code: 'not_found' }],
    [people.root, { code: 'not_found' }],
    // She was removed.
    [people.vera, { code: 'not_found' }],
    [people.ben, { code: 'forbidden', text: 'owners_only' }],
  ] as const) {
    await assert.rejects(ask({ by: who }), refusal)
    await assert.rejects(again(invitation, who), refusal)
    await assert.rejects(withdraw(db, who, id, invitation, ADDRESS), refusal)
  }
  assert.deepEqual(await pending(), [[NEW, 'editor']])
})

test('an invitation of another tablo is not found by its id', async () => {
  const other = await tabloOf(database, people)
  const { id: invitation } = await ask({ to: other })
  await assert.rejects(again(invitation), { code: 'not_found' })
  await assert.rejects(withdraw(db, people.ada, id, invitation, ADDRESS), { code: 'not_found' })
})

test('oneself and members are not invited; whether a stranger has an account makes no difference', async () => {
  const refused = (email: string, text: string) =>
    assert.rejects(ask({ email }), { code: 'invalid', fields: { email: text } })
  await refused(people.ada.email, 'invited_self')
  await refused(people.ben.email, 'invited_member')
  await pool.query('update users set disabled_at = now() where id = $1', [people.root.id])
  const answers = []
  for (const email of [NEW, people.eve.email, people.root.email]) {
    await ask({ email })
    const [newest] = await listInvitations(db, id)
    const { id: _, email: __, place, expiresAt, ...rest } = newest ?? assert.fail()
    answers.push(rest)
  }
  assert.deepEqual(answers[1], answers[0])
  assert.deepEqual(answers[2], answers[0])
})

test('inviting the same address again changes the role, and only the newest link works', async () => {
  const first = await ask({ role: 'owner' })
  const before = await tokenFor(deps, NEW)
  const second = await ask({ role: 'viewer' })
  assert.equal(second.id, first.id)
  await isDead(before)
  assert.deepEqual(await pending(), [[NEW, 'viewer']])
  assert.equal((await findOffer(db, await tokenFor(deps, NEW))).role, 'viewer')
})

test('many at once who invite the same address make one invitation', async () => {
  const ids = await Promise.all([1, 2, 3, 4].map(() => ask().then(made => made.id)))
  assert.equal(new Set(ids).size, 1)
  assert.deepEqual(await pending(), [[NEW, 'editor']])
})

test('withdrawn, or past its seven days, a link is dead; sent again it is good for seven more', async () => {
  const { id: invitation } = await ask({ way: 'hand' })
  const { token } = await again(invitation, people.ada, 'hand')
  await pool.query(`update invitations set expires_at = now() + interval '1 minute'`)
  const { token: longer } = await again(invitation, people.ada, 'hand')
  await isDead(token)
  const { rows } = await pool.query(
    `select expires_at > now() + interval '6 days 23 hours' as long from invitations`,
  )
  assert.ok(rows[0].long)
  await withdraw(db, people.ada, id, invitation, ADDRESS)
  await isDead(longer)
  await assert.rejects(withdraw(db, people.ada, id, invitation, ADDRESS), { code: 'not_found' })
  await assert.rejects(again(invitation), { code: 'not_found' })
  const { token: old } = await ask({ way: 'hand' })
  await pool.query(`update invitations set expires_at = now() - interval '1 second'`)
  await isDead(old)
  assert.deepEqual(await pending(), [])
  const { id: kept } = await ask({ way: 'hand', email: 'dora@example.org' })
  const hourly = jobs(deps).find(({ kind }) => kind === expireSessions)
  await hourly?.run({}, { jobId: newId(), number: 1, signal: new AbortController().signal })
  assert.deepEqual((await pool.query('select id from invitations')).rows, [{ id: kept }])
})

test('nobody is invited into an archived tablo', async () => {
  const { id: invitation } = await ask()
  await archive(db, people.ada, id)
  const refusal = { code: 'conflict', text: 'invited_archived' }
  await assert.rejects(ask({ email: 'dora@example.org' }), refusal)
  await assert.rejects(again(invitation), refusal)
})

test('200 invitations can be pending, and of those that are any can be sent again', async () => {
  await pool.query(
    `insert into invitations (id, tablo_id, email, role, expires_at)
     select gen_random_uuid(), $1, n || '@example.org', 'viewer', now() + interval '1 day' from generate_series(1, 199) n`,
    [id],
  )
  await ask({ way: 'hand' })
  await assert.rejects(ask({ email: 'dora@example.org', way: 'hand' }), {
    code: 'conflict',
    text: 'invitations_many',
  })
  await ask({ way: 'hand', role: 'viewer' })
  assert.equal((await listInvitations(db, id)).length, 200)
})

test('mails are limited for a day: to an address, by a person and in a tablo; withdrawing gives none back', async () => {
  const tooMany = { code: 'too_many', text: 'invitations_day' }
  for (let n = 0; n < 5; n++) {
    const { id: invitation } = await ask()
    await withdraw(db, people.ada, id, invitation, ADDRESS)
  }
  const other = await tabloOf(database, people)
  for (const to of [id, other]) await assert.rejects(ask({ to }), tooMany)
  assert.ok((await ask({ way: 'hand' })).token, 'a link by hand is no mail')
  await send(95, people.ada.id, id)
  await assert.rejects(ask({ email: 'dora@example.org', to: other }), tooMany)
  await pool.query(`update members set role = 'owner' where user_id = $1`, [people.ben.id])
  await ask({ by: people.ben, email: 'dora@example.org' })
  await send(99, people.vera.id, id)
  const refusal = await ask({ by: people.ben, email: 'emma@example.org' }).catch(error => error)
  assert.deepEqual(
    [refusal.text, refusal.rate.attempts, refusal.retryAfter > 86_000],
    ['invitations_day', 200, true],
  )
  await ask({ by: people.ben, email: 'emma@example.org', to: other })
})

test('a link goes with its tablo', async () => {
  const { token } = await ask({ way: 'hand' })
  await pool.query('delete from tablos where id = $1', [id])
  await isDead(token)
})

/** As if so many invitations had been mailed. */
const send = (count: number, by: string, tablo: string) =>
  pool.query(
    `insert into audit (id, kind, actor_id, subject_id, details)
     select gen_random_uuid(), 'invitation_sent', $1, $2, '{}' from generate_series(1, $3)`,
    [by, tablo, count],
  )
