import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { MailError, type Mailer } from './mailer.ts'
import { type MailFolder, mailFolder } from './shown.ts'
import { smtpMailer } from './smtp.ts'

/** The way out for mail that the configuration names. */
export function openMailer(config: Pick<Config, 'smtp' | 'showsMail' | 'dataDir'>): Mailer | MailFolder {
  if (config.smtp) return smtpMailer(config.smtp)
  return config.showsMail ? mailFolder(join(config.dataDir, 'mail')) : noMailer
}

const noMailer: Mailer = {
  way: 'none',
  send: async () => {
    throw new MailError('No mail goes out: SMTP_URL is not set.')
  },
  check: async () => {
    throw new MailError('No mail goes out: SMTP_URL is not set.')
  },
  close() {},
}
