// How mail leaves: the server is asked as for a real mail, up to the point where one would be sent.

import type { Config } from '../config.ts'
import { MailError, type MailFault } from '../platform/mail/mailer.ts'
import { openMailer } from '../platform/mail/open.ts'
import { type Finding, fault, fine, warning } from './findings.ts'

/** Milliseconds for each step: the whole check has ten seconds. */
const PATIENCE_MS = 6_000

export async function checkMail(config: Config): Promise<readonly Finding[]> {
  const mailer = openMailer(config, PATIENCE_MS)
  if (mailer.way === 'shown') return [fine('shown at /dev/mail, none leaves')]
  if (!config.smtp)
    return [
      warning(
        'No mail is sent: SMTP_URL is not set.',
        'Set SMTP_URL and MAIL_FROM, and restart web and worker.',
        'Until then, for whoever forgot a password: xtablo reset-password EMAIL prints a link to hand to them.',
      ),
    ]
  const { host } = new URL(config.smtp.url)
  const start = performance.now()
  try {
    await mailer.check()
    return [fine(`${host} takes our mail, asked in ${Math.round(performance.now() - start)} ms`)]
  } catch (error) {
    if (!(error instanceof MailError)) throw error
    return [
      fault(`${host}: ${error.message}`, ADVICE[error.fault], 'Mails wait meanwhile, and are tried again.'),
    ]
  } finally {
    mailer.close()
  }
}

const ADVICE: Record<MailFault, string> = {
  away: 'Check the host and the port in SMTP_URL, and that this machine may reach them: many hosts close port 25, and mail is handed over at 587 (smtp://) or 465 (smtps://).',
  unsafe:
    'Check that SMTP_URL has the name of the certificate, smtps:// for port 465 and smtp:// for 587. A server without TLS, on a way that is safe, takes ?requireTLS=false behind the port; one with a certificate of its own ?tls.rejectUnauthorized=false.',
  credentials:
    'Check the user and the password in SMTP_URL; what is special in them is written as a URL has it: %40 for @, %3A for :, %2F for /.',
  refused: 'Its log says why. Often it wants a user and a password in SMTP_URL.',
  none: 'Set SMTP_URL and MAIL_FROM.',
}
