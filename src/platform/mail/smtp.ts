import { createTransport } from 'nodemailer'
import { MailError, type Mailer } from './mailer.ts'

/** Milliseconds for each step of a delivery. */
const PATIENCE_MS = 15_000

/**
 * Sends by a mail server. `url` is smtp:// (TLS as soon as the server offers it) or smtps://, with user and password in
 * it; what nodemailer takes as a query (`?requireTLS=true`) is passed on.
 */
export function smtpMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    dnsTimeout: PATIENCE_MS,
    // What a mail is made of is ours: nothing is fetched or read for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    way: 'smtp',
    async send({ to, subject, text, html }, signal) {
      const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }
      // As an object, so that no address can name others.
      const message = { from, to: { name: '', address: to }, subject, text, html, headers, signal }
      await transport.sendMail(message).catch(failed)
    },
    check: async () => void (await transport.verify().catch(failed)),
    close: () => transport.close(),
  }
}

/** The first line alone of what the server said, for it may repeat the address and what was sent. */
function failed(error: unknown): never {
  const {
    code = '',
    responseCode,
    command,
  } = error as {
    code?: string
    responseCode?: number
    command?: string
  }
  const said = [code, command, responseCode].filter(Boolean).join(' ')
  throw new MailError(`The mail server did not take the mail: ${said || 'no reason was given'}`)
}
