// The environment, parsed once at start. Every fault is reported together, by the variable's name and what it expects;
// a value is shown only where it can't be a secret.

import { existsSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import { z } from 'zod'

export class ConfigError extends Error {
  override name = 'ConfigError'
}

const wholeNumber = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine(n => n >= lowest && n <= highest)

const baseUrl = z.string().refine(text => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
})

const postgresUrl = z
  .string()
  .refine(text => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol))

/** Of the kind that is pasted, often with a space or a line end at its side. */
const key = z.string().regex(/^\S+$/)

/** Bytes in a MiB. */
const MIB = 1_048_576

/** What each variable expects, in the words of the message, with its parser. */
const VARIABLES = {
  ENV: ['development or production', z.enum(['development', 'production']).default('development')],
  DATABASE_URL: ['a URL such as postgres://user:password@host:5432/xtablo', postgresUrl.optional()],
  DATA_DIR: ['the path of a folder', z.string().min(1).default('./data')],
  HOST: [
    'an address to listen on, such as 127.0.0.1',
    z
      .string()
      .refine(host => isIP(host) === 6 || (/^[\w.-]+$/.test(host) && URL.canParse(`http://${host}`)))
      .default('127.0.0.1'),
  ],
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
  CORS_ORIGINS: [
    'exact origins, separated by commas, such as https://app.example.org,http://localhost:5173, without a path and without *',
    z.string().default('').transform(origins),
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

/** Every variable there is. */
export const variableNames = Object.keys(VARIABLES)

const SECRET = new Set(['DATABASE_URL', 'SESSION_SECRET', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'])

type Environment = Record<string, string | undefined>
/** Reads one variable; what is malformed is added to the faults. */
type Read = <K extends keyof typeof VARIABLES>(name: K) => z.output<(typeof VARIABLES)[K][1]>

export type Config = ReturnType<typeof parseConfig>

/** Parses the environment. Throws a ConfigError that lists every fault, a line each. */
export function parseConfig(environment: Environment) {
  const faults: string[] = []
  const read: Read = name => {
    const [expected, parser] = VARIABLES[name]
    const given = environment[name] === '' ? undefined : environment[name]
    const parsed = parser.safeParse(given)
    if (!parsed.success)
      faults.push(
        `${name}: expected ${expected}${SECRET.has(name) ? '' : `, got “${withoutPassword(given)}”`}.`,
      )
    return parsed.data as z.output<(typeof VARIABLES)[typeof name][1]>
  }
  const env = read('ENV')
  const host = read('HOST')
  const port = read('PORT')
  const sessionSecret = read('SESSION_SECRET')
  if (env === 'production' && !environment.SESSION_SECRET) {
    faults.push(`SESSION_SECRET: needed in production, expected ${VARIABLES.SESSION_SECRET[0]}.`)
  }
  const databaseUrl = read('DATABASE_URL')
  const dataDir = read('DATA_DIR')
  const baseUrl = read('BASE_URL')
  const trustedProxies = read('TRUST_PROXY')
  const signup = read('SIGNUP') ?? (env === 'production' ? 'invite' : 'open')
  const maxUploadMib = read('MAX_UPLOAD_SIZE_MB')
  const tabloQuotaMib = read('TABLO_QUOTA_MB')
  const s3 = parseS3(environment, read, faults)
  const corsOrigins = read('CORS_ORIGINS')
  const healthSocket = read('HEALTH_SOCKET')
  const logLevel = read('LOG_LEVEL')
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return {
    env,
    production: env === 'production',
    databaseUrl,
    dataDir: resolve(dataDir),
    host,
    port,
    baseUrl: new URL(baseUrl ?? `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`),
    trustedProxies,
    signup,
    sessionSecret,
    /** Bytes */
    maxUploadBytes: maxUploadMib * MIB,
    /** Bytes; undefined: no limit. */
    tabloQuotaBytes: tabloQuotaMib === undefined ? undefined : tabloQuotaMib * MIB,
    /** Undefined: files are kept in a folder of the data directory. */
    s3,
    /** Other sites whose scripts may call the API */
    corsOrigins,
    /** Where `xtablo healthcheck` asks; undefined: nowhere. */
    healthSocket,
    logLevel,
  }
}

/** Malformed values are told first: whether what is there fits together can be said only of what is well formed. */
function parseS3(environment: Environment, read: Read, faults: string[]) {
  const before = faults.length
  const bucket = read('S3_BUCKET')
  const endpoint = read('S3_ENDPOINT')
  const region = read('S3_REGION')
  const accessKey = read('S3_ACCESS_KEY')
  const secretKey = read('S3_SECRET_KEY')
  const pathStyle = read('S3_USE_PATH_STYLE')
  const publicEndpoint = read('S3_PUBLIC_ENDPOINT')
  if (faults.length > before) return undefined
  if (bucket === undefined) {
    const given = variableNames.filter(name => name.startsWith('S3_') && environment[name])
    if (given.length > 0)
      faults.push(`S3_BUCKET: needed with ${given.join(', ')}, expected ${VARIABLES.S3_BUCKET[0]}.`)
    return undefined
  }
  if (accessKey === undefined || secretKey === undefined) {
    for (const name of ['S3_ACCESS_KEY', 'S3_SECRET_KEY'] as const)
      if (!environment[name]) faults.push(`${name}: needed with S3_BUCKET, expected ${VARIABLES[name][0]}.`)
    return undefined
  }
  // Amazon puts the bucket before the host; what else speaks like S3 often has a certificate for one name alone.
  const amazon = endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname)
  return {
    bucket,
    endpoint,
    region,
    accessKey,
    secretKey,
    pathStyle: pathStyle === undefined ? !amazon : pathStyle === 'true',
    publicEndpoint,
  }
}

/**
 * Reads `.env` in the working folder, in development only, under what the environment already says. Throws a ConfigError
 * for a `.env` that asks for production, in which only the environment counts.
 */
export function loadDotEnv(): void {
  if (process.env.ENV === 'production' || !existsSync('.env')) return
  loadEnvFile('.env')
  if (process.env.ENV !== 'production') return
  throw new ConfigError(
    'ENV=production belongs into the environment, not into .env, which is for development.',
  )
}

const withoutPassword = (text = '') => text.replace(/\/\/[^/]*@/, '//…@')

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
