// Whether Xtablo answers: where it listens, and at the address that people use.

import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Config } from '../config.ts'
import { type Finding, fault, fine, reasonOf, warning } from './findings.ts'

/** Milliseconds for an answer */
const PATIENCE_MS = 5_000
/** Days before its end at which a certificate should have been renewed. */
const RENEWED = 14
const DAY_MS = 86_400_000

/** Asks the web process of this machine whether it is ready. */
export async function checkReady({ host, port }: Pick<Config, 'host' | 'port'>): Promise<readonly Finding[]> {
  if (port === 0) return [fine('PORT is 0, so where it listens only its log says')]
  const url = `http://${authorityOf(host, port)}/readyz`
  const answer = await ask(url)
  if (answer instanceof Error)
    return [
      warning(
        `Nothing answers at ${url}: ${answer.message}.`,
        'If the web process should run on this machine, start it: xtablo web or xtablo start',
      ),
    ]
  if (answer.status === 200) return [fine(`ready at ${url}`)]
  return [
    fault(
      `${url} answers ${answer.status} ${answer.said}`,
      answer.status === 503
        ? 'See what is said of the database and the migrations above.'
        : 'Something else may listen there: set PORT to another.',
    ),
  ]
}

/** Asks at the address that people use. From here it may be out of reach for good reasons, so this only warns. */
export async function checkAddress({
  baseUrl,
  host,
  port,
}: Pick<Config, 'baseUrl' | 'host' | 'port'>): Promise<readonly Finding[]> {
  // Where it listens, it was asked already.
  if (baseUrl.port === '0' || baseUrl.host === authorityOf(host, port)) return []
  const url = new URL('healthz', baseUrl).href
  const secured = baseUrl.protocol === 'https:' ? certificateOf(baseUrl).then(found => [found]) : []
  const [answer, secure] = await Promise.all([ask(url), secured])
  if (answer instanceof Error)
    return [
      warning(
        `${url} can't be reached from here: ${answer.message}.`,
        'Open it in a browser. If that fails too, look at DNS, the firewall, and the proxy before Xtablo.',
      ),
      ...secure,
    ]
  if (answer.status === 200 && answer.said.includes('"ok"'))
    return [fine(`${baseUrl.href} leads here`), ...secure]
  return [
    warning(
      `${url} answers ${answer.status}, and not as Xtablo does.`,
      `BASE_URL must be the address that people use, and its proxy must lead to HOST and PORT.`,
    ),
    ...secure,
  ]
}

async function ask(url: string): Promise<{ status: number; said: string } | Error> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })
    return { status: answer.status, said: (await answer.text()).trim().slice(0, 200) }
  } catch (error) {
    return new Error(reasonOf(error))
  }
}

/** How long the certificate of an https address is good for, at the moment `now`. */
export function certificateOf({ hostname, port }: URL, now = Date.now()): Promise<Finding> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const { promise, resolve } = Promise.withResolvers<Finding>()
  // Whether it is trusted is looked at here, so that it can be said until when it is good.
  const socket = connect({
    host,
    port: Number(port || 443),
    ...(isIP(host) === 0 && { servername: host }),
    rejectUnauthorized: false,
  })
  const renew =
    'Look at the log of the proxy for why it was not renewed: DNS, ports 80 and 443, limits of the issuer.'
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
  socket.once('error', error =>
    resolve(
      warning(`No safe connection to ${hostname}: ${reasonOf(error)}.`, 'Look at the log of the proxy.'),
    ),
  )
  socket.once('secureConnect', () => {
    const until = Date.parse(socket.getPeerCertificate().valid_to)
    const days = Math.floor((until - now) / DAY_MS)
    const date = new Date(until).toISOString().slice(0, 10)
    if (days < 0) resolve(fault(`The certificate of ${hostname} expired on ${date}.`, renew))
    else if (days < RENEWED)
      resolve(warning(`The certificate of ${hostname} ends in ${days} days, on ${date}.`, renew))
    else if (!socket.authorized)
      resolve(
        warning(
          `The certificate of ${hostname} is not trusted here (${socket.authorizationError}).`,
          'Browsers warn people off, unless they were told to trust its issuer.',
        ),
      )
    else resolve(fine(`the certificate of ${hostname} is good for ${days} days`))
    socket.destroy()
  })
  return promise
}

/** Where a process that listens on `host` can be reached from this machine. */
function authorityOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${isIP(reached) === 6 ? `[${reached}]` : reached}:${port}`
}
