// Asks providers of identities (OpenID Connect) who somebody is, by the authorization code flow with PKCE, state and
// nonce. What is asked of a provider is asked when somebody wants to sign in by it, and of no other page: its addresses
// and keys are kept for an hour, and go on being used while it can't be asked for newer ones. Whatever goes wrong there
// is a refusal that names no detail to the browser; the log has them.

import * as oidc from 'openid-client'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../platform/log.ts'
import { seldom } from '../platform/seldom.ts'
import { claimsSchema } from './schema.ts'

export type Provider = Config['providers'][number]

/** What the name of a provider is in an address */
export const PROVIDER = '[a-z0-9_]+'

/** Milliseconds for which what is known of a provider is fresh, and for which it is of use. */
const FRESH_MS = 3_600_000
const STALE_MS = 24 * FRESH_MS
/** How often it is asked before it counts as out of reach, and seconds for each answer. */
const ATTEMPTS = 2
const PATIENCE = 4

/** What a browser carries while its person is at the provider: the answer must fit to it. */
export interface Asked {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Whom the provider says somebody is. */
export interface Proved {
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  /** Undefined when it tells none, or none that can be one. */
  readonly email?: string | undefined
  readonly emailVerified: boolean
  readonly name?: string | undefined
}

export type Providers = ReturnType<typeof openProviders>

/** The providers of the configuration. */
export function openProviders(config: Pick<Config, 'providers'>, log: Log) {
  const clients = new Map(config.providers.map(each => [each.name, client(each, log)]))
  return {
    list: config.providers,
    find: (name: string): Provider | undefined => config.providers.find(each => each.name === name),
    /** Where to send a browser, and what it must bring back. Throws unavailable while the provider can't be reached. */
    async begin({ name, redirectUrl }: Provider): Promise<{ url: string; asked: Asked }> {
      const asked = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      }
      const url = oidc.buildAuthorizationUrl(await configurationOf(name), {
        redirect_uri: redirectUrl,
        scope: 'openid email profile',
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, asked }
    },
    /**
     * Takes the answer that a browser brought back: `query` is that of its address. Throws unauthenticated when the
     * person declined or the answer does not hold, and unavailable while the provider can't be reached.
     */
    async finish(provider: Provider, query: string, asked: Asked): Promise<Proved> {
      const configuration = await configurationOf(provider.name)
      const url = new URL(provider.redirectUrl)
      url.search = query
      try {
        return await exchange(configuration, provider, url, asked)
      } catch (error) {
        throw refusal(provider, error, log)
      }
    },
  }

  async function configurationOf(name: string): Promise<oidc.Configuration> {
    const known = clients.get(name)
    if (!known) throw new Error(`there is no provider ${name}`)
    return known()
  }
}

/** Gives what is known of the provider, asking for it when that is too old. */
function client(provider: Provider, log: Log): () => Promise<oidc.Configuration> {
  let known: { configuration: oidc.Configuration; at: number } | undefined
  const ask = seldom(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await discover(provider)
      } catch (error) {
        if (attempt < ATTEMPTS) continue
        log.warn({ provider: provider.name, reason: reasonOf(error) }, 'provider of identities unreachable')
        throw new AppError('unavailable', 'provider_unreachable', { retryAfter: 10 })
      }
    }
  })
  return async () => {
    const age = known ? performance.now() - known.at : Number.POSITIVE_INFINITY
    if (known && age < FRESH_MS) return known.configuration
    try {
      known = { configuration: await ask(), at: performance.now() }
    } catch (error) {
      if (!known || age > STALE_MS) throw error
    }
    return known.configuration
  }
}

/** Asks the provider what it is. Throws when it does not answer, or says it is somebody else. */
export async function discover({ issuer, clientId, clientSecret }: Provider): Promise<oidc.Configuration> {
  const insecure = new URL(issuer).protocol === 'http:'
  const [post, basic] = [oidc.ClientSecretPost(clientSecret), oidc.ClientSecretBasic(clientSecret)]
  const authenticate: oidc.ClientAuth = (server, ...rest) =>
    server.token_endpoint_auth_methods_supported?.includes('client_secret_post')
      ? post(server, ...rest)
      : basic(server, ...rest)
  return oidc.discovery(new URL(issuer), clientId, undefined, authenticate, {
    timeout: PATIENCE,
    // The tokens come by a connection of ours; that they are signed is looked at all the same.
    execute: [oidc.enableNonRepudiationChecks, ...(insecure ? [oidc.allowInsecureRequests] : [])],
  })
}

async function exchange(configuration: oidc.Configuration, provider: Provider, url: URL, asked: Asked) {
  const tokens = await oidc.authorizationCodeGrant(configuration, url, {
    expectedState: asked.state,
    expectedNonce: asked.nonce,
    pkceCodeVerifier: asked.verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw new Error('there is no id token')
  // Some tell the e-mail only to who asks for it; the answer must be about the same subject.
  const tellsAll = claims.email !== undefined && claims.email_verified !== undefined
  const asksMore = !tellsAll && configuration.serverMetadata().userinfo_endpoint !== undefined
  const more = asksMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
  const said = claimsSchema.parse({ ...claims, ...more })
  return { provider: provider.name, issuer: claims.iss, ...said }
}

function refusal({ name }: Provider, error: unknown, log: Log): AppError {
  const said = error instanceof oidc.AuthorizationResponseError ? error.error : undefined
  if (said === 'access_denied') return new AppError('unauthenticated', 'provider_denied')
  const reason = reasonOf(error)
  log.warn({ provider: name, reason }, 'answer of a provider of identities refused')
  return isUnreachable(error) || said === 'temporarily_unavailable' || said === 'server_error'
    ? new AppError('unavailable', 'provider_unreachable', { retryAfter: 10 })
    : new AppError('unauthenticated', 'provider_refused')
}

/** It did not answer, or by an error of its own: not that what it said was wrong. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500
  if (!(error instanceof Error)) return false
  if (/^(TimeoutError|AbortError)$/.test(error.name) || error.message === 'fetch failed') return true
  return error.cause instanceof Response ? error.cause.status >= 500 : isUnreachable(error.cause)
}

/** In one line, and without what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code =
    error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError
      ? ` (${error.error})`
      : ''
  const { cause } = error
  return `${error.message}${code}${cause instanceof Error ? `: ${cause.message}` : ''}`.slice(0, 300)
}
