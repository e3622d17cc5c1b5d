import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { MailError, type Mailer } from './mailer.ts'
import { mailFolder } from './shown.ts'
import { smtpMailer } from './smtp.ts'

/** The way out for mail that the configuration names; `patienceMs` is for each step of what a server is asked. */
export function openMailer(
  config: Pick<Config, 'smtp' | 'showsMail' | 'dataDir'>,
  patienceMs?: number,
): Mailer {
  if (config.smtp) return smtpMailer(config.smtp, patienceMs)
  return config.showsMail ? mailFolder(join(config.dataDir, 'mail')) : noMailer
}

const missing = async () => {
  throw new MailError('none', 'No mail goes out: SMTP_URL is not set.')
}

const noMailer: Mailer = { way: 'none', send: missing, check: missing, close() {} }
