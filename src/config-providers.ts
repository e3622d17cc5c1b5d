// The providers of identities that people can sign in with: Google by variables of its own, and any other by four that
// hold its name. One of which only a half was given stops the start, since its button would fail those who press it.

import type { z } from 'zod'
import { isLoopback, OIDC_PARTS, type VARIABLES, variableOfProvider } from './variables.ts'

type Environment = Record<string, string | undefined>

export interface Provider {
  /** In its addresses and in the database */
  readonly name: string
  /** What people call it */
  readonly label: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Where it sends people back; undefined: where BASE_URL says. */
  readonly redirectUrl: string | undefined
}

type GoogleName = 'GOOGLE_CLIENT_ID' | 'GOOGLE_CLIENT_SECRET' | 'GOOGLE_REDIRECT_URL' | 'GOOGLE_ISSUER'
type Read = <K extends GoogleName>(name: K) => z.output<(typeof VARIABLES)[K][1]>

/** Google first, if there is one, then the others by their names; what is wrong is added to the faults. */
export function parseProviders(environment: Environment, read: Read, faults: string[]): Provider[] {
  const given: Environment = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const loopback = environment.ENV !== 'production'
  const google = parseGoogle(given, read, faults, loopback)
  const named = Object.keys(given).flatMap(variable => variableOfProvider(variable)?.provider ?? [])
  const others = [...new Set(named)].sort().flatMap(name => parseOther(name, given, faults, loopback) ?? [])
  return google ? [google, ...others] : others
}

function parseGoogle(given: Environment, read: Read, faults: string[], loopback: boolean) {
  const before = faults.length
  const clientId = read('GOOGLE_CLIENT_ID')
  const clientSecret = read('GOOGLE_CLIENT_SECRET')
  const redirectUrl = read('GOOGLE_REDIRECT_URL')
  const issuer = read('GOOGLE_ISSUER')
  if (faults.length > before) return undefined
  const set = Object.keys(given).filter(name => name.startsWith('GOOGLE_') && isOfGoogle(name))
  const missing = set.length === 0 ? [] : NEEDED_OF_GOOGLE.filter(name => !given[name])
  for (const name of missing) faults.push(`${name}: needed with ${set.join(', ')}.`)
  if (!isSafe(issuer, loopback)) faults.push(unsafe('GOOGLE_ISSUER', issuer))
  if (clientId === undefined || clientSecret === undefined || faults.length > before) return undefined
  return { name: 'google', label: 'Google', issuer, clientId, clientSecret, redirectUrl }
}

const NEEDED_OF_GOOGLE = ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'] as const
const isOfGoogle = (name: string) =>
  [...NEEDED_OF_GOOGLE, 'GOOGLE_REDIRECT_URL', 'GOOGLE_ISSUER'].includes(name)

function parseOther(name: string, given: Environment, faults: string[], loopback: boolean) {
  const before = faults.length
  const variable = (part: keyof typeof OIDC_PARTS) => `OIDC_${name}_${part}`
  if (name === 'GOOGLE') {
    faults.push(
      'OIDC_GOOGLE_ISSUER: Google has variables of its own: GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET.',
    )
    return undefined
  }
  const read = (part: keyof typeof OIDC_PARTS): string => {
    const [expected, parser] = OIDC_PARTS[part]
    const value = given[variable(part)]
    const parsed = parser.safeParse(value)
    if (parsed.success) return parsed.data ?? ''
    const got = value === undefined ? `needed with ${setOf(name, given)}, ` : ''
    faults.push(`${variable(part)}: ${got}expected ${expected}.`)
    return ''
  }
  const issuer = read('ISSUER')
  const clientId = read('CLIENT_ID')
  const clientSecret = read('CLIENT_SECRET')
  const label = read('LABEL') || name
  if (faults.length === before && !isSafe(issuer, loopback)) faults.push(unsafe(variable('ISSUER'), issuer))
  if (faults.length > before) return undefined
  return { name: name.toLowerCase(), label, issuer, clientId, clientSecret, redirectUrl: undefined }
}

const setOf = (name: string, given: Environment) =>
  Object.keys(given)
    .filter(variable => variableOfProvider(variable)?.provider === name)
    .join(', ')

/** Whoever is between could say that somebody else signed in. */
const isSafe = (issuer: string, loopback: boolean) => {
  const { protocol, hostname } = new URL(issuer)
  return protocol === 'https:' || (loopback && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')))
}

const unsafe = (variable: string, issuer: string) =>
  `${variable}: expected an address with https, or in development one of this machine alone, got “${issuer}”.`
