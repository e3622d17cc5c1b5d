// The mail of an invitation. The job makes the link when it runs, so that none rests in the queue; tried again, it makes
// another, and the one before is worth nothing.

import { sql } from 'kysely'
import type { z } from 'zod'
import { hashToken, newToken } from '../accounts/tokens.ts'
import { type Db, type Tx, transaction } from '../platform/database/database.ts'
import type { Deps } from '../platform/deps.ts'
import type { Mail } from '../platform/mail/mailer.ts'
import { localeOf } from '../texts/locale.ts'
import { mailOf } from '../ui/Mail.tsx'
import { linkTo, type sendInvitation } from './inviting.ts'

type Sending = z.output<(typeof sendInvitation)['payload']>

/** Sends the mail of an invitation, unless it has been sent or is not wanted any more. Throws a MailError. */
export async function mailInvitation(
  { config, db, mailer }: Pick<Deps, 'config' | 'db' | 'mailer'>,
  sending: Sending,
  signal: AbortSignal,
): Promise<void> {
  const mail = await transaction(db, tx => write(tx, sending, config.baseUrl))
  if (!mail) return
  await mailer.send(mail, signal)
  await noteSent(db, sending)
}

/** Makes the link, and the mail that carries it. */
async function write(tx: Tx, { invitation, mailing }: Sending, baseUrl: URL): Promise<Mail | undefined> {
  const token = newToken()
  const row = await tx
    .updateTable('invitations')
    .set({ token_hash: hashToken(token), mailed: true })
    .where('id', '=', invitation)
    .where('mailing', '=', mailing)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['tablo_id', 'email', 'role', 'language', 'open', 'invited_by', 'expires_at'])
    .executeTakeFirst()
  if (!row) return undefined
  const { title } = await tx
    .selectFrom('tablos')
    .select('title')
    .where('id', '=', row.tablo_id)
    .executeTakeFirstOrThrow()
  const inviter = await tx
    .selectFrom('users')
    .select('name')
    .where('id', '=', row.invited_by)
    .executeTakeFirst()
  const reader = await tx
    .selectFrom('users')
    .select(['language', 'time_zone'])
    .where('email', '=', row.email)
    .executeTakeFirst()
  const locale = localeOf(reader?.language ?? row.language ?? 'en', reader?.time_zone ?? 'UTC')
  const t = locale.t.members.mail
  const who = inviter?.name ?? locale.t.activity.someone
  return mailOf(locale, {
    to: row.email,
    subject: t.subject(who, title),
    paragraphs: [t.lead(who, title), t.roles[row.role], t.ends(locale.date(row.expires_at))],
    action: { label: t.action, url: linkTo(baseUrl, token) },
    foot: [row.open ? t.footOpen : t.foot(row.email)],
  })
}

async function noteSent(db: Db, { invitation, mailing }: Sending): Promise<void> {
  await transaction(db, tx =>
    tx
      .updateTable('invitations')
      .set({ sent_at: sql`now()`, mailing: null })
      .where('id', '=', invitation)
      .where('mailing', '=', mailing)
      .execute(),
  )
}
