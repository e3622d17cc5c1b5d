// Invitations as they reach whom they are for: the jobs that mail them are run here, and the mail is read as it would be.

import assert from 'node:assert/strict'
import type { Actor } from '../src/accounts/actor.ts'
import type { Db } from '../src/platform/database/database.ts'
import type { Deps } from '../src/platform/deps.ts'
import { newId } from '../src/platform/ids.ts'
import type { MailFolder, ShownMail } from '../src/platform/mail/shown.ts'
import { invite, type Way } from '../src/tablos/invitations.ts'
import { sendInvitation } from '../src/tablos/inviting.ts'
import type { Role } from '../src/tablos/roles.ts'
import { jobs } from '../src/worker.ts'
import { ADDRESS } from './cast.ts'

/** Somebody who has no account. */
export const NEW = 'carl@example.org'

export interface Asked {
  by: Actor
  /** The Tablo */
  to: string
  email: string
  role: Role
  open: boolean
  way: Way
}

/** Invites somebody: who is new, as an editor, bound to the address and by mail, unless it says otherwise. */
export const asks = (db: Db, asked: Pick<Asked, 'by' | 'to'> & Partial<Asked>) => {
  const { by, to, email = NEW, role = 'editor', open = false, way = 'mail' } = asked
  return invite(db, by, to, { email, role, open }, { address: ADDRESS, language: 'en', way })
}

/** The jobs that wait to send an invitation, the oldest first. */
export async function waitingMails({ pool }: Pick<Deps, 'pool'>) {
  const { rows } = await pool.query(
    `select data -> 'payload' as payload from pgboss.job where name = $1 and state = 'created' order by created_on, id`,
    [sendInvitation.name],
  )
  return rows.map(({ payload }) => sendInvitation.payload.parse(payload))
}

/** Sends what waits, as a worker would. */
export async function sendMails(deps: Deps): Promise<void> {
  const job = jobs(deps).find(({ kind }) => kind === sendInvitation)
  const attempt = { jobId: newId(), number: 1, signal: new AbortController().signal }
  for (const sending of await waitingMails(deps)) await job?.run(sending, attempt)
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
export async function tokenFor(deps: Deps, email: string): Promise<string> {
  await sendMails(deps)
  return tokenIn(await mailTo(deps, email))
}
