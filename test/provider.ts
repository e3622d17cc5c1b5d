// A real provider of identities (OpenID Connect) on a loopback port, in Google's place. Whoever a test says is at it
// signs in there, and allows what is asked. It can be made to lie in its tokens, signed as they should be, and to fall
// silent.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { Client } from './client.ts'

export interface Account {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
}

export interface TestProvider {
  readonly issuer: string
  /** What Google would be configured by. */
  readonly environment: Record<string, string>
  /** Who signs in at it; undefined: somebody who declines. */
  who: Account | undefined
  /** Changes what the next tokens claim. */
  lie: (claims: JWTPayload) => JWTPayload
  /** Signs the next tokens by a key that is not its own. */
  forge: boolean
  /** Asks on a page of its own, for a person before a browser. */
  asks: boolean
  /** Answers everything with 503, or hangs up. */
  silent: false | 'down' | 'gone'
  /** How often it was asked what it is. */
  discoveries: number
  /** Goes where Xtablo sent a browser, signs in, and gives the address to which the browser is sent back. */
  visit(url: string): Promise<string>
  /** The first half of a sign-in of the browser: gives the address by which the provider sends it back. */
  away(browser: Client, start?: string): Promise<URL>
  /** A whole sign-in of the browser, up to Xtablo's last answer. */
  signIn(browser: Client, start?: string): ReturnType<Client['get']>
}

export const CLIENT_ID = 'xtablo-in-tests'
const CLIENT_SECRET = 'the-secret-of-that-client'
export const OTHER_CLIENT = 'another-client'

/** Starts one; `redirects` are where it may send people back, `userinfo` keeps the e-mail out of its tokens. */
export async function testProvider({
  redirects = ['http://127.0.0.1:8080/auth/google/callback', 'http://127.0.0.1:8080/auth/acme/callback'],
  userinfo = false,
}: {
  redirects?: string[]
  userinfo?: boolean
} = {}): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const { privateKey: forged } = await generateKeyPair('RS256')
  const key = { ...(await exportJWK(privateKey)), kid: 'test', alg: 'RS256', use: 'sig' }
  const client = { client_secret: CLIENT_SECRET, redirect_uris: redirects }
  const provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT_ID, ...client },
      { client_id: OTHER_CLIENT, ...client },
    ],
    jwks: { keys: [key] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: userinfo,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['of the tests'] },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...state.who, sub }) }),
    // Whoever signs in allows what is asked.
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({
        accountId: oidc.session?.accountId,
        clientId: oidc.client?.clientId,
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })

  const state: TestProvider = {
    issuer,
    environment: { GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_CLIENT_SECRET: CLIENT_SECRET, GOOGLE_ISSUER: issuer },
    who: undefined,
    lie: claims => claims,
    forge: false,
    asks: false,
    silent: false,
    discoveries: 0,
    visit: url => visit(url, issuer),
    async away(browser, start = '/auth/google/start') {
      return new URL(await visit((await browser.get(start)).location ?? '', issuer))
    },
    async signIn(browser, start) {
      return back(browser, await state.away(browser, start))
    },
  }

  provider.use(async (c: KoaContextWithOIDC, next: () => Promise<void>) => {
    if (c.path.startsWith('/interaction/')) return interact(c)
    await next()
    const body = c.body as { id_token?: string } | undefined
    if (c.path !== '/token' || !body?.id_token) return
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1] ?? '', 'base64url').toString())
    body.id_token = await new SignJWT(state.lie(claims))
      .setProtectedHeader({ alg: 'RS256', kid: 'test' })
      .sign(state.forge ? forged : privateKey)
  })
  async function interact(c: KoaContextWithOIDC): Promise<void> {
    if (state.asks && c.method === 'GET') {
      c.type = 'html'
      c.body = `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><h1>Provider</h1>
        <form method="post"><button>Allow</button><button formaction="?declined">Decline</button></form></html>`
      return
    }
    const result =
      state.who && c.search !== '?declined'
        ? { login: { accountId: state.who.sub } }
        : { error: 'access_denied', error_description: 'the person declined' }
    await provider.interactionFinished(c.req, c.res, result, { mergeWithLastSubmission: false })
    c.respond = false
  }

  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/.well-known/')) state.discoveries++
    if (state.silent === 'gone') request.socket.destroy()
    else if (state.silent === 'down') response.writeHead(503).end()
    else void answer(request, response)
  })
  after(() => stop(server))
  return state
}

/** The second half of a sign-in: the browser brings an answer back. */
export const back = (browser: Client, { pathname, search }: URL): ReturnType<Client['get']> =>
  browser.get(pathname + search)

function stop(server: Server): void {
  server.closeAllConnections()
  server.close()
}

/** As a browser does: with a new jar of cookies, from redirect to redirect, until one leads away from the provider. */
async function visit(url: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>()
  for (let address = url; ; ) {
    if (new URL(address).origin !== issuer) return address
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = answer.headers.get('Location')
    if (!location) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`)
    address = new URL(location, address).href
  }
}
