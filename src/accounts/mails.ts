// The mails about a person's own account, as the queue has them. Each is a job, so that a slow mail server slows no page
// and every mail is tried again; how they are made stands in mailing.ts. No token rests in the queue: a job makes its
// link when it runs.

import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { enqueue } from '../platform/jobs/enqueue.ts'
import { jobKind } from '../platform/jobs/kinds.ts'
import { languages } from '../texts/locale.ts'
import type { Origin } from './actor.ts'
import { deviceOf } from './device.ts'

/** Of the page that asked: for a person who has chosen none. */
const language = z.enum(languages)
const user = z.uuid()

export const resetMail = jobKind('reset_mail', z.strictObject({ email: z.string(), language }))

export const verificationMail = jobKind('verification_mail', z.strictObject({ user, language }))

export const emailChangeMail = jobKind(
  'email_change_mail',
  z.strictObject({ user, email: z.string(), language }),
)

export const noticeMail = jobKind(
  'notice_mail',
  z.strictObject({
    user,
    about: z.enum(['password_changed', 'password_removed', 'email_changed', 'new_device']),
    /** As it was then */
    to: z.string(),
    language,
    at: z.iso.datetime(),
    address: z.string(),
    device: z.strictObject({ browser: z.string(), system: z.string() }).optional(),
  }),
)

export type Notice = z.output<typeof noticeMail.payload>

/** A link to set a new password, for whoever has this address, if anybody has: that, the job finds out. */
export async function enqueueReset(tx: Tx, email: string, { language = 'en' }: Origin): Promise<void> {
  await enqueue(tx, resetMail, { email, language })
}

/** A link by which a person proves the address of their account. */
export async function enqueueVerification(
  tx: Tx,
  userId: string,
  { language = 'en' }: Origin,
): Promise<void> {
  await enqueue(tx, verificationMail, { user: userId, language })
}

/** A link by which a person takes a new address. */
export async function enqueueEmailChange(
  tx: Tx,
  userId: string,
  email: string,
  { language = 'en' }: Origin,
): Promise<void> {
  await enqueue(tx, emailChangeMail, { user: userId, email, language })
}

/** Tells a person what was done to their account, and from where; `to` is an address that has just stopped being theirs. */
export async function enqueueNotice(
  tx: Tx,
  about: Notice['about'],
  userId: string,
  { address, userAgent, language = 'en' }: Origin,
  to?: string,
): Promise<void> {
  const payload = {
    user: userId,
    about,
    to: to ?? (await emailOf(tx, userId)),
    language,
    at: new Date().toISOString(),
    address,
    device: deviceOf(userAgent),
  }
  await enqueue(tx, noticeMail, payload)
}

async function emailOf(tx: Tx, userId: string): Promise<string> {
  const query = tx.selectFrom('users').select('email').where('id', '=', userId)
  return (await query.executeTakeFirstOrThrow()).email
}
