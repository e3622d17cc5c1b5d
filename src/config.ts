// The environment, parsed once at start. Every fault is reported together, by the variable's name and what it expects;
// a value is shown only where it can't be a secret.

import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import type { z } from 'zod'
import { parseProviders } from './config-providers.ts'
import { isLoopback, secretNames, VARIABLES, variableNames } from './variables.ts'

export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Bytes in a MiB. */
const MIB = 1_048_576

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
        `${name}: expected ${expected}${secretNames.includes(name) ? '' : `, got “${withoutPassword(given)}”`}.`,
      )
    return parsed.data as z.output<(typeof VARIABLES)[typeof name][1]>
  }
  const env = read('ENV')
  const host = read('HOST')
  if (env === 'development' && host !== undefined && !isLoopback(host)) {
    faults.push(
      `HOST: expected an address of this machine alone (127.0.0.1, ::1 or localhost) in development, where anybody can sign up, got “${host}”. To serve others set ENV=production, and SESSION_SECRET with it.`,
    )
  }
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
  const smtp = parseSmtp(environment, read, faults)
  const providers = parseProviders(environment, read, faults)
  const corsOrigins = read('CORS_ORIGINS')
  const backupDir = read('BACKUP_DIR')
  const schedule = read('BACKUP_SCHEDULE')
  const keep = read('BACKUP_KEEP')
  const metricsPort = read('METRICS_PORT')
  const metricsHost = read('METRICS_HOST')
  const otlpEndpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT')
  const healthSocket = read('HEALTH_SOCKET')
  const logLevel = read('LOG_LEVEL')
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  const address = new URL(baseUrl ?? `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`)
  return {
    env,
    production: env === 'production',
    databaseUrl,
    dataDir: resolve(dataDir),
    host,
    port,
    baseUrl: address,
    trustedProxies,
    signup,
    sessionSecret,
    /** Bytes */
    maxUploadBytes: maxUploadMib * MIB,
    /** Bytes; undefined: no limit. */
    tabloQuotaBytes: tabloQuotaMib === undefined ? undefined : tabloQuotaMib * MIB,
    /** Undefined: files are kept in a folder of the data directory. */
    s3,
    /** Undefined: no mail goes out. In development on this machine alone it is shown at /dev/mail instead. */
    smtp,
    showsMail: env === 'development' && smtp === undefined && isLoopback(host ?? ''),
    /** Who else says who people are, with the address to which each sends them back. */
    providers: providers.map(each => ({
      ...each,
      redirectUrl: each.redirectUrl ?? new URL(`/auth/${each.name}/callback`, address).href,
    })),
    /** Other sites whose scripts may call the API */
    corsOrigins,
    /** Archives that the worker makes by itself: where, when (cron, UTC), and how many stay. Undefined: none. */
    backups: backupDir === undefined ? undefined : { folder: resolve(backupDir), schedule, keep },
    /** Undefined: nobody is told the metrics. */
    metrics: metricsPort === undefined ? undefined : { host: metricsHost, port: metricsPort },
    /** Where traces are sent, if they are; what else it takes, the SDK reads from the environment by itself. */
    otlpEndpoint,
    /** Where `xtablo healthcheck` asks; undefined: nowhere. */
    healthSocket,
    logLevel,
  }
}

function parseSmtp(environment: Environment, read: Read, faults: string[]) {
  const before = faults.length
  const [url, from] = [read('SMTP_URL'), read('MAIL_FROM')]
  if (faults.length > before) return undefined
  if (url !== undefined && from !== undefined) return { url, from }
  for (const [name, other] of [
    ['MAIL_FROM', 'SMTP_URL'],
    ['SMTP_URL', 'MAIL_FROM'],
  ] as const)
    if (!environment[name] && environment[other])
      faults.push(`${name}: needed with ${other}, expected ${VARIABLES[name][0]}.`)
  return undefined
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
