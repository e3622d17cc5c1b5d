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
  LOG_LEVEL: [
    'one of trace, debug, info, warn, error, fatal, silent',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ],
} as const satisfies Record<string, readonly [string, z.ZodType]>

/** Every variable there is. */
export const variableNames = Object.keys(VARIABLES)

const SECRET = new Set(['DATABASE_URL', 'SESSION_SECRET'])

export type Config = ReturnType<typeof parseConfig>

/** Parses the environment. Throws a ConfigError that lists every fault, a line each. */
export function parseConfig(environment: Record<string, string | undefined>) {
  const faults: string[] = []
  const read = <K extends keyof typeof VARIABLES>(name: K) => {
    const [expected, parser] = VARIABLES[name]
    const given = environment[name] === '' ? undefined : environment[name]
    const parsed = parser.safeParse(given)
    if (!parsed.success)
      faults.push(
        `${name}: expected ${expected}${SECRET.has(name) ? '' : `, got “${withoutPassword(given)}”`}.`,
      )
    return parsed.data as z.output<(typeof VARIABLES)[K][1]>
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
    logLevel,
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
