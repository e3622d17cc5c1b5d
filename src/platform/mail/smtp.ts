import type { Transporter } from 'nodemailer'
import { isLoopback } from '../../variables.ts'
import { MailError, type Mailer, type MailFault } from './mailer.ts'

/** Milliseconds for each step of a delivery. */
const PATIENCE_MS = 15_000

/**
 * Sends by a mail server. `url` is smtp:// (TLS as soon as the server offers it) or smtps://, with user and password in
 * it; what nodemailer takes as a query is passed on. A password goes to another machine over TLS alone, so that nobody
 * between can talk us out of it: `?requireTLS=false` says that the way there is safe.
 */
export function smtpMailer({ url, from }: { url: string; from: string }, patienceMs = PATIENCE_MS): Mailer {
  const { username, hostname, searchParams } = new URL(url)
  const needsTls = username !== '' && !isLoopback(hostname) && !searchParams.has('requireTLS')
  const options = {
    url,
    ...(needsTls && { requireTLS: true }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    dnsTimeout: patienceMs,
    // What a mail is made of is ours: nothing is fetched or read for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  // Loaded by the first mail: it takes ten megabytes, and a process that only serves pages sends none.
  let opened: Promise<Transporter> | undefined
  const transport = () => {
    opened ??= import('nodemailer').then(({ createTransport }) => createTransport(options))
    return opened
  }
  return {
    way: 'smtp',
    async send({ to, subject, text, html }, signal) {
      const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }
      // As an object, so that no address can name others.
      const message = { from, to: { name: '', address: to }, subject, text, html, headers, signal }
      await (await transport()).sendMail(message).catch(failed)
    },
    check: async () => void (await (await transport()).verify().catch(failed)),
    close: () => void opened?.then(made => made.close()),
  }
}

const FAULTS: Record<string, MailFault> = {
  ECONNECTION: 'away',
  ETIMEDOUT: 'away',
  EDNS: 'away',
  ETLS: 'unsafe',
  EREQUIRETLS: 'unsafe',
  EAUTH: 'credentials',
  ENOAUTH: 'credentials',
}

const SAID: Record<MailFault, string> = {
  away: 'The mail server can’t be reached, or stopped answering',
  unsafe: 'There is no safe connection to the mail server',
  credentials: 'The mail server does not take the user and password',
  refused: 'The mail server did not take the mail',
  none: 'There is no mail server',
}

interface Failure {
  code?: string
  responseCode?: number
  command?: string
  message?: string
}

/** Codes alone of what the server said, for it may repeat the address and what was sent. */
function failed(error: unknown): never {
  const { code = '', responseCode, command, message = '' } = error as Failure
  const fault = FAULTS[code] ?? faultOfSocket(code, message)
  const codes = [code, command, responseCode].filter(Boolean).join(' ')
  throw new MailError(fault, `${SAID[fault]} (${codes || 'no reason was given'}).`)
}

/** A certificate that is not trusted breaks the socket like a cable does. */
function faultOfSocket(code: string, message: string): MailFault {
  if (code !== 'ESOCKET') return 'refused'
  return /certificate|SSL|TLS|altnames/i.test(message) ? 'unsafe' : 'away'
}
