// How the mails about a person's own account are made and sent. A later attempt at a mail replaces the link of the one
// before it, which may have been lost on its way: a link bears the id of its job. Words that a person typed stand in a
// mail to an address only once that address is known to be theirs, so that no mail carries them to strangers.

import { sql } from 'kysely'
import { type Tx, transaction } from '../platform/database/database.ts'
import type { Deps } from '../platform/deps.ts'
import { type Attempt, type JobDefinition, job } from '../platform/jobs/kinds.ts'
import type { Mail } from '../platform/mail/mailer.ts'
import { type Language, type Locale, localeOf } from '../texts/locale.ts'
import { type Letter, mailOf } from '../ui/Mail.tsx'
import { recordAudit } from './audit.ts'
import { makeLink } from './links.ts'
import { emailChangeMail, type Notice, noticeMail, resetMail, verificationMail } from './mails.ts'

/** At a time in one worker: mail servers allow few connections from one place. */
const BATCH = 5

/** The jobs that send them. */
export function mailJobs({ config, db, mailer }: Pick<Deps, 'config' | 'db' | 'mailer'>): JobDefinition[] {
  const site = config.baseUrl
  return [
    job({
      kind: resetMail,
      batch: BATCH,
      run: ({ email, language }, attempt) => send(attempt, tx => reset(tx, site, attempt, email, language)),
    }),
    job({
      kind: verificationMail,
      batch: BATCH,
      run: ({ user, language }, attempt) =>
        send(attempt, tx => verification(tx, site, attempt, user, language)),
    }),
    job({
      kind: emailChangeMail,
      batch: BATCH,
      run: ({ user, email, language }, attempt) =>
        send(attempt, tx => emailChange(tx, site, attempt, { user, email, language })),
    }),
    job({
      kind: noticeMail,
      batch: BATCH,
      run: (notice, attempt) => send(attempt, tx => noticeOf(tx, site, notice)),
    }),
  ]

  /** Sends what is made, if anything. Where no mail goes out nothing is, and nothing is tried again. */
  async function send({ signal }: Attempt, make: (tx: Tx) => Promise<Mail | undefined>): Promise<void> {
    if (mailer.way === 'none') return
    const mail = await transaction(db, make)
    if (mail) await mailer.send(mail, signal)
  }
}

async function reset(tx: Tx, site: URL, { jobId }: Attempt, email: string, asked: Language) {
  const person = await found(tx, asked, { email })
  if (!person) return undefined
  const token = await makeLink(tx, 'reset', person.id, { id: jobId, email })
  await recordAudit(tx, { kind: 'reset_mailed', subject: person.id, by: null, address: null })
  const t = person.locale.t.mails.reset
  return letter(person, site, email, {
    subject: t.subject,
    paragraphs: [t.text(email), t.once],
    action: { label: t.action, url: `${site.href}reset/${token}` },
    foot: [t.otherwise],
  })
}

async function verification(tx: Tx, site: URL, { jobId }: Attempt, id: string, asked: Language) {
  const person = await found(tx, asked, { id })
  if (!person || person.verified) return undefined
  const { email } = person
  const token = await makeLink(tx, 'verify', id, { id: jobId, email })
  const t = person.locale.t.mails.verification
  return letter(person, site, email, {
    subject: t.subject,
    paragraphs: [t.text(email), t.once],
    action: { label: t.action, url: `${site.href}verify/${token}` },
    foot: [t.otherwise],
  })
}

async function emailChange(
  tx: Tx,
  site: URL,
  { jobId }: Attempt,
  { user, email, language }: { user: string; email: string; language: Language },
) {
  const person = await found(tx, language, { id: user })
  if (!person || person.email === email) return undefined
  const token = await makeLink(tx, 'change_email', user, { id: jobId, email })
  const t = person.locale.t.mails.emailChange
  return letter(person, site, email, {
    subject: t.subject,
    paragraphs: [t.text(email), t.once],
    action: { label: t.action, url: `${site.href}verify/${token}` },
    foot: [t.otherwise],
  })
}

async function noticeOf(tx: Tx, site: URL, { user, about, to, language, at, address, device }: Notice) {
  const person = await found(tx, language, { id: user })
  if (!person) return undefined
  const { t, dateTime, zone } = person.locale
  const { mails } = t
  const on = device ? t.accounts.settings.deviceOn(device.browser, device.system) : mails.unknownDevice
  const words = mails[about]
  return letter(person, site, to, {
    subject: words.subject,
    paragraphs: [words.text, mails.facts(dateTime(new Date(at)), zone, on, address)],
    // Who has lost the address can't have a link mailed to it.
    action: about === 'email_changed' ? undefined : { label: mails.newPassword, url: `${site.href}forgot` },
    foot: [words.otherwise],
  })
}

interface Found {
  id: string
  name: string
  email: string
  verified: boolean
  locale: Locale
}

/** Whom a mail is for, with their row held, unless they are gone or disabled. */
async function found(
  tx: Tx,
  asked: Language,
  by: { id: string } | { email: string },
): Promise<Found | undefined> {
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['email', by.email] as const)
  const row = await tx
    .selectFrom('users')
    .select(['id', 'name', 'email', 'language', 'time_zone'])
    .select(sql<boolean>`email_verified_at is not null`.as('verified'))
    .where(column, '=', value)
    .where('disabled_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const { language, time_zone, ...person } = row
  return { ...person, locale: localeOf(language ?? asked, time_zone) }
}

function letter(
  { name, email, verified, locale }: Found,
  site: URL,
  to: string,
  { subject, paragraphs, action, foot }: Omit<Letter, 'to'>,
): Mail {
  const { mails } = locale.t
  const hello = verified && to === email ? mails.hello(name) : mails.helloYou
  return mailOf(locale, {
    to,
    subject,
    paragraphs: [hello, ...paragraphs],
    action,
    foot: [...foot, mails.from(site.host)],
  })
}
