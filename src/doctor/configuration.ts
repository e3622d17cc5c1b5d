// The configuration as it was given. Values of secrets are looked at and never said.

import { diff } from 'node:util'
import type { Config } from '../config.ts'
import { isLoopback, secretNames, variableNames, variableOfProvider } from '../variables.ts'
import { type Finding, fault, orFine, warning } from './findings.ts'

type Environment = Record<string, string | undefined>

/** Steps of one letter by which a variable may differ from one of ours and still be meant for it. */
const NEAR = 2

/** Bits that a secret of `openssl rand -hex 32` has in its letters alone, halved: any real one has more. */
const LEAST_BITS = 100

/** `faults` are those of parseConfig, a line each. */
export function checkConfiguration(
  environment: Environment,
  config: Config,
  faults: readonly string[],
): readonly Finding[] {
  const { env, baseUrl, s3 } = config
  const found = [
    ...faults.map(line => fault(line, 'Correct it; .env.example says what each variable is for.')),
    ...misspelt(environment),
    ...examples(environment),
    ...weakSecret(environment),
    ...(faults.length > 0 ? [] : address(config)),
    ...(config.production && config.signup === 'open'
      ? [
          warning(
            'Anybody who finds this Xtablo can make an account (SIGNUP is open).',
            'Set SIGNUP=invite, unless that is what you want.',
          ),
        ]
      : []),
  ]
  return orFine(found, `${env}, ${baseUrl.href}, files in ${s3 ? `the bucket ${s3.bucket}` : 'a folder'}`)
}

function misspelt(environment: Environment): Finding[] {
  return Object.keys(environment)
    .filter(name => !variableNames.includes(name) && !variableOfProvider(name))
    .flatMap(name => {
      if (name.startsWith('OIDC_'))
        return [
          warning(
            `There is no variable ${name}, and nothing reads it.`,
            'A provider has OIDC_<NAME>_ISSUER, OIDC_<NAME>_CLIENT_ID, OIDC_<NAME>_CLIENT_SECRET and OIDC_<NAME>_LABEL.',
          ),
        ]
      const meant = variableNames.find(ours => ours.length > 4 && distance(name, ours) <= NEAR)
      return meant
        ? [warning(`There is no variable ${name}, and nothing reads it.`, `If ${meant} is meant, rename it.`)]
        : []
    })
}

const distance = (one: string, other: string) =>
  Math.abs(one.length - other.length) > NEAR
    ? Number.POSITIVE_INFINITY
    : diff([...one], [...other]).filter(([operation]) => operation !== 0).length

function examples(environment: Environment): Finding[] {
  const ofProviders = Object.keys(environment).filter(variableOfProvider)
  return [...secretNames, ...ofProviders]
    .filter(name => /replace-this|change-?me/i.test(environment[name] ?? ''))
    .map(name =>
      fault(
        `${name} is still the example, which everybody knows.`,
        name === 'SESSION_SECRET' ? MAKE_SECRET : `Set ${name} to the real one.`,
      ),
    )
}

const MAKE_SECRET =
  'Set SESSION_SECRET to what “openssl rand -hex 32” prints; programs then get new access tokens.'

function weakSecret({ SESSION_SECRET: secret = '' }: Environment): Finding[] {
  if (secret.length < 32 || bitsOf(secret) >= LEAST_BITS) return []
  return [warning('SESSION_SECRET repeats itself so much that it may be guessed.', MAKE_SECRET)]
}

/** Shannon's entropy of its letters, in bits. */
function bitsOf(text: string): number {
  const counts = [...Map.groupBy(text, letter => letter).values()].map(({ length }) => length)
  return counts.reduce((bits, count) => bits - count * Math.log2(count / text.length), 0)
}

function address({ production, baseUrl, host, trustedProxies }: Config): Finding[] {
  const secure = baseUrl.protocol === 'https:'
  if (production && !secure && !isLoopback(baseUrl.hostname))
    return [
      warning(
        `BASE_URL is ${baseUrl.href}: passwords and files go over the network for everybody to read.`,
        'Put a proxy with TLS before Xtablo, and set BASE_URL to its https address.',
      ),
    ]
  if (secure && trustedProxies.rules.length === 0)
    return [
      warning(
        'BASE_URL is https, so a proxy stands before Xtablo, but TRUST_PROXY names none: everybody seems to come from its address, and shares one limit of failed sign-ins.',
        `Set TRUST_PROXY to the address of the proxy${isLoopback(host) ? ': TRUST_PROXY=127.0.0.1' : '.'}`,
      ),
    ]
  return []
}
