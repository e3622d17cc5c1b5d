// Invitations as they reach whom they are for: the jobs that mail them are run here, and the mail is read as it would be.

import assert from 'node:assert/strict'
import type { Deps } from '../src/platform/deps.ts'
import type { MailFolder, ShownMail } from '../src/platform/mail/shown.ts'
import { mailInvitation } from '../src/tablos/invitation-mail.ts'
import { sendInvitation } from '../src/tablos/inviting.ts'

type Mailing = Pick<Deps, 'config' | 'db' | 'mailer' | 'pool'>

const endless = new AbortController().signal

/** The jobs that wait to send an invitation, the oldest first. */
export async function waitingMails({ pool }: Pick<Deps, 'pool'>) {
  const { rows } = await pool.query(
    `select data -> 'payload' as payload from pgboss.job where name = $1 and state = 'created' order by created_on, id`,
    [sendInvitation.name],
  )
  return rows.map(({ payload }) => sendInvitation.payload.parse(payload))
}

/** Sends what waits, as a worker would. */
export async function sendMails(deps: Mailing): Promise<void> {
  for (const sending of await waitingMails(deps)) await mailInvitation(deps, sending, endless)
  await deps.pool.query('delete from pgboss.job where name = $1', [sendInvitation.name])
}

/** The newest mail to somebody. */
export async function mailTo({ mailer }: Pick<Deps, 'mailer'>, email: string): Promise<ShownMail> {
  const mail = (await (mailer as MailFolder).list()).find(({ to }) => to === email)
  return mail ?? assert.fail(`no mail to ${email}`)
}

/** The token of the link in a mail. */
export const tokenIn = ({ text }: Pick<ShownMail, 'text'>): string =>
  /\/invitations\/([\w-]+)/.exec(text)?.[1] ?? assert.fail(text)

/** Sends what waits, and gives the token that somebody got. */
export async function tokenFor(deps: Mailing, email: string): Promise<string> {
  await sendMails(deps)
  return tokenIn(await mailTo(deps, email))
}
