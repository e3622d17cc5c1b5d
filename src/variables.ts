// Every variable of the environment: what it expects, in words, and its parser. One that is left out has the default
// that its parser gives.

import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

const wholeNumber = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine(n => n >= lowest && n <= highest)

const listenHost = z
  .string()
  .refine(host => isIP(host) === 6 || (/^[\w.-]+$/.test(host) && URL.canParse(`http://${host}`)))

const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const baseUrl = z.string().refine(text => {
  if (!isHttp(text)) return false
  const url = new URL(text)
  return url.pathname === '/' && !url.search && !url.hash && !url.username
})

const postgresUrl = z
  .string()
  .refine(text => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol))

/** As OpenID Connect Discovery 1.0 has it: without query and fragment. */
const isIssuer = (text: string) => isHttp(text) && /^[^?#@\s]*$/.test(text)

/** Of the kind that is pasted, often with a space or a line end at its side. */
const key = z.string().regex(/^\S+$/)

const cron = z.string().refine(text => {
  const [minute, hour, day, month = '', weekday, more] = text.split(' ')
  // A month may not have more days, and whoever keeps the clock refuses a date that never comes.
  const days = month === '*' ? 31 : 28
  return (
    isCronField(minute, 0, 59) &&
    isCronField(hour, 0, 23) &&
    isCronField(day, 1, days) &&
    isCronField(month, 1, 12) &&
    isCronField(weekday, 0, 7) &&
    more === undefined
  )
})

/** What each variable expects, in the words of the message, with its parser. */
export const VARIABLES = {
  ENV: ['development or production', z.enum(['development', 'production']).default('development')],
  DATABASE_URL: ['a URL such as postgres://user:password@host:5432/xtablo', postgresUrl.optional()],
  DATA_DIR: ['the path of a folder', z.string().min(1).default('./data')],
  HOST: ['an address to listen on, such as 127.0.0.1', listenHost.default('127.0.0.1')],
  PORT: ['a port from 0 to 65535', wholeNumber(0, 65_535).default(8080)],
  BASE_URL: ['the address people use, such as https://tablo.example.org, without a path', baseUrl.optional()],
  TRUST_PROXY: [
    'addresses or networks, separated by commas, such as 127.0.0.1,10.0.0.0/8',
    z.string().default('').transform(networks),
  ],
  SIGNUP: ['open, invite or closed', z.enum(['open', 'invite', 'closed']).optional()],
  SESSION_SECRET: [
    'at least 32 characters, such as `openssl rand -hex 32` prints',
    z.string().min(32).optional(),
  ],
  MAX_UPLOAD_SIZE_MB: ['a whole number of MiB from 1 to 49152', wholeNumber(1, 49_152).default(25)],
  TABLO_QUOTA_MB: ['a whole number of MiB from 1 to 1000000000', wholeNumber(1, 1_000_000_000).optional()],
  S3_BUCKET: [
    'the name of a bucket, such as xtablo-files',
    z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{2,62}$/)
      .optional(),
  ],
  S3_ENDPOINT: [
    'the address of the storage, such as https://s3.example.org, without a path',
    baseUrl.optional(),
  ],
  S3_REGION: [
    'a region, such as eu-west-3, or auto',
    z
      .string()
      .regex(/^[a-z0-9-]+$/i)
      .default('us-east-1'),
  ],
  S3_ACCESS_KEY: ['the id of a key, without spaces', key.optional()],
  S3_SECRET_KEY: ['the secret of that key, without spaces', key.optional()],
  S3_USE_PATH_STYLE: ['true or false', z.enum(['true', 'false']).optional()],
  S3_PUBLIC_ENDPOINT: [
    'the address at which browsers reach the storage, such as https://files.example.org, without a path',
    baseUrl.optional(),
  ],
  SMTP_URL: [
    'the address of a mail server, such as smtp://user:password@smtp.example.org:587 or smtps://smtp.example.org',
    z.string().refine(isMailServer).optional(),
  ],
  MAIL_FROM: [
    'an address, or a name with one, such as Xtablo <xtablo@example.org>',
    z
      .string()
      .regex(/^([^<>@\p{Cc}]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u)
      .optional(),
  ],
  GOOGLE_CLIENT_ID: ['the id of a client of Google, without spaces', key.optional()],
  GOOGLE_CLIENT_SECRET: ['the secret of that client, without spaces', key.optional()],
  GOOGLE_REDIRECT_URL: [
    'an address that ends with /auth/google/callback, such as https://tablo.example.org/auth/google/callback',
    z
      .string()
      .refine(
        text => isHttp(text) && /^[^?#@]*$/.test(text) && new URL(text).pathname === '/auth/google/callback',
      )
      .optional(),
  ],
  GOOGLE_ISSUER: [
    'the issuer of identities, such as https://accounts.google.com',
    z.string().refine(isIssuer).default('https://accounts.google.com'),
  ],
  CORS_ORIGINS: [
    'exact origins, separated by commas, such as https://app.example.org,http://localhost:5173, without a path and without *',
    z.string().default('').transform(origins),
  ],
  BACKUP_DIR: ['the path of a folder', z.string().min(1).optional()],
  BACKUP_SCHEDULE: [
    'the five fields of cron in numbers, such as 30 2 * * * for every night at 2:30 UTC',
    cron.default('30 2 * * *'),
  ],
  BACKUP_KEEP: ['a whole number from 1 to 100000', wholeNumber(1, 100_000).default(14)],
  METRICS_PORT: ['a port from 0 to 65535', wholeNumber(0, 65_535).optional()],
  METRICS_HOST: ['an address to listen on, such as 127.0.0.1', listenHost.default('127.0.0.1')],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    'the address of a collector, such as http://localhost:4318',
    z.string().refine(isHttp).optional(),
  ],
  HEALTH_SOCKET: [
    'the path of a socket, such as /tmp/xtablo.sock, of at most 100 characters',
    z
      .string()
      .regex(/^\/.{1,99}$/)
      .optional(),
  ],
  LOG_LEVEL: [
    'one of trace, debug, info, warn, error, fatal, silent',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ],
} as const satisfies Record<string, readonly [string, z.ZodType]>

/** What is said of each further provider of identities, in variables such as OIDC_ACME_ISSUER. */
export const OIDC_PARTS = {
  ISSUER: ['the issuer of identities, such as https://login.example.org', z.string().refine(isIssuer)],
  CLIENT_ID: ['the id of a client of that provider, without spaces', key],
  CLIENT_SECRET: ['the secret of that client, without spaces', key],
  LABEL: [
    'what people call that provider, in 40 characters at most',
    z
      .string()
      .regex(/^[^\p{Cc}\p{Bidi_Control}]{1,40}$/u)
      .optional(),
  ],
} as const satisfies Record<string, readonly [string, z.ZodType]>

/** The provider that a variable is about; undefined for one that is about none. */
export function variableOfProvider(variable: string): { provider: string; part: string } | undefined {
  const [, provider, part] =
    /^OIDC_([A-Z0-9]+(?:_[A-Z0-9]+)*)_(ISSUER|CLIENT_ID|CLIENT_SECRET|LABEL)$/.exec(variable) ?? []
  return provider && part ? { provider, part } : undefined
}

/** Every variable there is, but for those of further providers. */
export const variableNames = Object.keys(VARIABLES)

/** Those whose values are shown nowhere. */
export const secretNames = [
  'DATABASE_URL',
  'SESSION_SECRET',
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'SMTP_URL',
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
]

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  // As a URL has it, so that 127.1 and 0:0:0:0:0:0:0:1 are known for what they are.
  const { hostname } = new URL(`http://${isIP(host) === 6 ? `[${host}]` : host}`)
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0) return address === 'localhost'
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** `*`, `5`, `1-5`, each also with a step behind `/`, and lists of these. */
function isCronField(field = '', lowest: number, highest: number): boolean {
  return field.split(',').every(part => {
    const match = /^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/0*[1-9]\d?)?$/.exec(part)
    if (!match) return false
    const [, , from = lowest, to = from] = match
    return Number(from) >= lowest && Number(from) <= Number(to) && Number(to) <= highest
  })
}

/** Its host is held to what a host can be, and user and password to what can be read back: no URL of this kind is. */
function isMailServer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host, username, password } = new URL(text)
  if (!/^smtps?:$/.test(protocol) || host === '' || !URL.canParse(`http://${host}`)) return false
  return [username, password].every(part => /^([^%]|%[0-9a-f]{2})*$/i.test(part))
}

/** Exact ones alone: a token is not to be had by whoever asks. */
function origins(text: string, context: z.RefinementCtx): string[] {
  const list = text.split(',').flatMap(part => part.trim() || [])
  if (list.every(origin => baseUrl.safeParse(origin).success && !origin.includes('*')))
    return list.map(origin => new URL(origin).origin)
  context.addIssue({ code: 'custom' })
  return z.NEVER
}

function networks(text: string, context: z.RefinementCtx): BlockList {
  const list = new BlockList()
  for (const entry of text.split(',').map(part => part.trim())) {
    if (entry === '') continue
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
    const version = isIP(address)
    const most = version === 6 ? 128 : 32
    const bits = Number(prefix ?? most)
    if (version === 0 || bits > most) {
      context.addIssue({ code: 'custom' })
      return z.NEVER
    }
    list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
