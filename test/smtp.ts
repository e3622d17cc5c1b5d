// A real mail server for the tests, on a port of its own, and the mails that it took.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { root } from '../src/platform/root.ts'

export interface Received {
  from: string
  to: string[]
  /** Whether it came over TLS, and as whom */
  secure: boolean
  user: string | undefined
  /** As it came: headers, an empty line, the body */
  raw: string
}

export interface MailServer {
  port: number
  received: Received[]
  close(): Promise<void>
}

const PEM = readFileSync(join(root, 'test/localhost.pem'))

/** Starts one that takes every mail, over TLS or not; `options` is over that. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    key: PEM,
    cert: PEM,
    logger: false,
    onAuth: ({ username, password }, _, done) =>
      done(password === 'right' ? null : new Error('Who is this?'), { user: username }),
    onData(stream, { envelope, secure, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          secure,
          user: user as string | undefined,
          raw: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
    ...options,
  })
  // What a client breaks off is no fault of the server.
  server.on('error', () => {})
  const { promise, resolve } = Promise.withResolvers<void>()
  const listening = server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = listening.address() as { port: number }
  const close = () => new Promise<void>(done => void server.close(() => done()))
  after(close)
  return { port, received, close }
}

/** The headers of a mail, unfolded and decoded, by their names in small letters. */
export function headersOf({ raw }: Received): Map<string, string[]> {
  const [head = ''] = raw.split('\r\n\r\n')
  const headers = new Map<string, string[]>()
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [name = '', ...value] = line.split(': ')
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), decoded(value.join(': '))])
  }
  return headers
}

/** RFC 2047, as far as our mails need it. */
const decoded = (value: string): string =>
  value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('latin1')
        : text
            .replaceAll('_', ' ')
            .replaceAll(/=([0-9A-F]{2})/gi, (__, hex: string) =>
              String.fromCharCode(Number.parseInt(hex, 16)),
            ),
    )
    .replaceAll(/[\x80-\xff]+/g, bytes => Buffer.from(bytes, 'latin1').toString())
