import { type Context, Hono } from 'hono'
import { AppError, notFound, statusOf } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import { localPath } from '../platform/web/respond.ts'
import { arriveByProvider } from './identities.ts'
import type { SignInLimits } from './limits.ts'
import { linkIdentity } from './linking.ts'
import { type Flow, keepFlow, takeFlow } from './provider-flow.ts'
import { ProviderFaultPage, startPath } from './provider-views.tsx'
import { PROVIDER, type Proved, type Provider, type Providers } from './providers.ts'
import { type AccountEnv, originOf } from './signed-in.ts'
import { welcome } from './welcome.ts'

/** Sign-in by a provider of identities: on the way there, and on the way back. */
export function providerPages({
  config,
  db,
  secret,
  limits,
  providers,
}: Pick<Deps, 'config' | 'db' | 'secret'> & { limits: SignInLimits; providers: Providers }) {
  const app = new Hono<AccountEnv>()
  const policy = { signup: config.signup, firstByLink: config.production }

  app.get(`/auth/:provider{${PROVIDER}}/start`, async c => {
    const provider = named(c.req.param('provider'))
    const next = localPath(c.req.query('next'), '')
    if (c.get('session')) return c.redirect(next || '/', 303)
    c.header('Cache-Control', 'no-store')
    return explained(c, provider, { next }, async () => {
      const { url, asked } = await providers.begin(provider)
      keepFlow(c, config, secret, { provider: provider.name, asked, next })
      return c.redirect(url, 303)
    })
  })

  app.get(`/auth/:provider{${PROVIDER}}/callback`, async c => {
    const provider = named(c.req.param('provider'))
    c.header('Cache-Control', 'no-store')
    const flow = takeFlow(c, config, secret, provider.name, c.req.query('state') ?? '')
    return explained(c, provider, flow, async () => {
      const session = c.get('session')
      // What a session asked for, it alone gets, and as the person it was then.
      if (!flow || (flow.linking !== undefined && flow.linking !== session?.id))
        throw new AppError('unauthenticated', 'provider_flow_dead')
      const from = originOf(c, config)
      const proved = await limited(from.address, () =>
        providers.finish(provider, new URL(c.req.url).search, flow.asked),
      )
      if (flow.linking === undefined || !session) return arrived(c, proved, flow.next)
      await linkIdentity(db, session, proved, from)
      return c.redirect('/settings/providers?notice=linked', 303)
    })
  })

  /** Each answer asks the provider: one that does not hold counts as a failed sign-in, unless nobody could look. */
  async function limited(address: string, finish: () => Promise<Proved>): Promise<Proved> {
    await limits.attemptFrom(address)
    try {
      const proved = await finish()
      await limits.succeededFrom(address)
      return proved
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') await limits.succeededFrom(address)
      throw error
    }
  }

  async function arrived(c: Context<AccountEnv>, proved: Proved, next: string): Promise<Response> {
    const { arrival, replaced } = await arriveByProvider(db, proved, policy, originOf(c, config))
    const told = `/settings/providers?notice=replaced&next=${encodeURIComponent(next || '/')}`
    return welcome(c, config, arrival, replaced ? told : next)
  }

  function named(name: string): Provider {
    const provider = providers.find(name)
    if (!provider) throw notFound()
    return provider
  }

  return app
}

/** Runs a step of a sign-in; what it refuses is said on a page that leads back to where it began. */
async function explained(
  c: Context<AccountEnv>,
  { name, label }: Provider,
  flow: Pick<Flow, 'next' | 'linking'> | undefined,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const locale = c.get('locale')
    const t = locale.t.providers
    c.status(statusOf[error.code])
    if (error.retryAfter !== undefined) c.header('Retry-After', String(error.retryAfter))
    const unreachable = error.text === 'provider_unreachable'
    const title = unreachable
      ? t.unreachable(label)
      : flow?.linking === undefined
        ? t.failed(label)
        : t.notLinked(label)
    const next = flow?.next ?? ''
    const again = { href: startPath(name, next), label: t.again }
    const signIn = { href: next ? `/login?next=${encodeURIComponent(next)}` : '/login', label: t.back }
    const settings = { href: '/settings/providers', label: t.backToMethods }
    const ways = flow?.linking !== undefined ? [settings] : unreachable ? [again, signIn] : [signIn]
    return c.render(<ProviderFaultPage title={title} text={error.said(locale)} ways={ways} />, { title })
  }
}
