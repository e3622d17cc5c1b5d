import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, person, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { mailTo, sendMails, tokenFor, tokenIn, waitingMails } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import type { Person } from '../accounts/actor.ts'
import { transaction } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import type { MailFolder } from '../platform/mail/shown.ts'
import { mailInvitation } from './invitation-mail.ts'
import { forgetInvitations, invite, listInvitations, resend, type Way, withdraw } from './invitations.ts'
import { accept, findOffer } from './joining.ts'
import { removeMember } from './members.ts'
import { listMembers } from './reading.ts'
import type { Role } from './roles.ts'
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

const NEW = 'carl@example.org'
const endless = new AbortController().signal

interface Asked {
  by?: Person
  email?: string
  role?: Role
  open?: boolean
  way?: Way
  to?: string
}
const ask = ({
  by = people.ada,
  email = NEW,
  role = 'editor',
  open = false,
  way = 'mail',
  to = id,
}: Asked = {}) => invite(db, by, to, { email, role, open }, { address: ADDRESS, language: 'en', way })
const again = (invitation: string, by = people.ada, way: Way = 'mail') =>
  resend(db, by, id, invitation, { address: ADDRESS, way })
const take = (by: Person, token = '') => accept(db, by, token, ADDRESS)
const pending = async () => (await listInvitations(db, id)).map(({ email, role }) => [email, role])
const mails = async () => (await (deps.mailer as MailFolder).list()).length
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

test('the mail says who invites where, and its link is nowhere but in it', async () => {
  const { id: invitation, token: shown } = await ask({ role: 'viewer' })
  assert.equal(shown, undefined)
  assert.deepEqual(
    (await listInvitations(db, id)).map(({ sending, sentAt }) => [sending, sentAt]),
    [[true, null]],
  )
  await sendMails(deps)
  const mail = await mailTo(deps, NEW)
  assert.match(mail.subject, /Ada invites you to “Bakery”/)
  assert.match(mail.text, /You will be a viewer/)
  assert.match(mail.text, new RegExp(`${deps.config.baseUrl}invitations/[\\w-]{43}\n`))
  const token = tokenIn(mail)
  assert.ok(mail.html.includes(token))
  const [sent] = await listInvitations(db, id)
  assert.ok(sent?.sentAt && !sent.sending && sent.mailed)
  assert.equal((await findOffer(db, token)).id, invitation)
  const { rows } = await pool.query(
    `select (select string_agg(j::text, '') from pgboss.job j) || (select string_agg(i::text, '') from invitations i) as all`,
  )
  assert.ok(!String(rows[0].all).includes(token))
})

test('the mail is in the language of its reader, else in that of who invites', async () => {
  await pool.query(`update users set language = 'fr' where id in ($1, $2)`, [people.ada.id, people.eve.id])
  const { email } = await person(database, 'Emma', { language: 'en' })
  for (const each of [NEW, people.eve.email, email]) await ask({ email: each })
  await sendMails(deps)
  assert.match((await mailTo(deps, NEW)).subject, /^Ada vous invite dans «\u00a0Bakery\u00a0»/)
  assert.match((await mailTo(deps, people.eve.email)).subject, /vous invite/)
  assert.match((await mailTo(deps, email)).subject, /invites you/)
})

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

test('nobody joins whose account was disabled', async () => {
  const token = await asked(people.eve.email)
  await pool.query('update users set disabled_at = now() where id = $1', [people.eve.id])
  await assert.rejects(take(people.eve, token), { code: 'forbidden', text: 'account_disabled' })
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

test('a mail that was asked for again, withdrawn, taken or replaced by a link is not sent', async () => {
  const before = await mails()
  const { id: invitation } = await ask()
  await again(invitation)
  const { token } = await again(invitation, people.ada, 'hand')
  await sendMails(deps)
  assert.equal(await mails(), before)
  assert.ok(await findOffer(db, token ?? ''), 'the link that was shown still works')
  await again(invitation)
  await withdraw(db, people.ada, id, invitation, ADDRESS)
  await sendMails(deps)
  assert.equal(await mails(), before)
})

test('a mail that failed is tried with another link, and one that went out is not sent twice', async () => {
  await ask()
  const [sending = assert.fail()] = await waitingMails(deps)
  let tried = ''
  const failing = {
    ...deps.mailer,
    send: async (mail: { text: string }) => {
      tried = tokenIn(mail)
      throw new Error('no')
    },
  }
  await assert.rejects(mailInvitation({ ...deps, mailer: failing as never }, sending, endless))
  await mailInvitation(deps, sending, endless)
  const sent = await mails()
  const token = tokenIn(await mailTo(deps, NEW))
  assert.notEqual(token, tried)
  await isDead(tried)
  await mailInvitation(deps, sending, endless)
  assert.equal(await mails(), sent)
  assert.ok(await findOffer(db, token))
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
  assert.equal(await transaction(db, forgetInvitations), 1)
  assert.equal(await transaction(db, forgetInvitations), 0)
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

test('who is removed is not let back in: by their own invitation, or by one that they sent', async () => {
  await pool.query(`update members set role = 'owner' where user_id = $1`, [people.ben.id])
  const { token } = await ask({ by: people.ben, open: true, way: 'hand' })
  await removeMember(db, people.ada, id, people.ben.id, ADDRESS)
  await isDead(token)
  assert.deepEqual(await pending(), [])
})

test('a link goes with its tablo', async () => {
  const { token } = await ask({ way: 'hand' })
  await pool.query('delete from tablos where id = $1', [id])
  await isDead(token)
})

/** The token that somebody gets by mail who is asked for the first time. */
async function asked(email: string, role: Role = 'editor'): Promise<string> {
  await ask({ email, role })
  return tokenFor(deps, email)
}

/** As if so many invitations had been mailed. */
const send = (count: number, by: string, tablo: string) =>
  pool.query(
    `insert into audit (id, kind, actor_id, subject_id, details)
     select gen_random_uuid(), 'invitation_sent', $1, $2, '{}' from generate_series(1, $3)`,
    [by, tablo, count],
  )
