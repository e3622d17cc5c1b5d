import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, person, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { type Asked, asks, mailTo, NEW, sendMails, tokenIn, waitingMails } from '../../test/invitations.ts'
import { queues } from '../../test/jobs.ts'
import type { MailFolder } from '../platform/mail/shown.ts'
import { listInvitations } from './invitation-listing.ts'
import { mailInvitation } from './invitation-mail.ts'
import { resend, type Way, withdraw } from './invitations.ts'
import { findOffer } from './joining.ts'

const endless = new AbortController().signal

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
const mails = async () => (await (deps.mailer as MailFolder).list()).length
const isDead = (token: string | undefined) =>
  assert.rejects(findOffer(db, token ?? ''), { code: 'not_found', text: 'invitation_dead' })

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
