import { type Context, Hono } from 'hono'
import { notFound } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { formResult, readForm } from '../platform/web/forms.ts'
import { isHtmx, localPath, seeOther } from '../platform/web/respond.ts'
import type { SignInLimits } from './limits.ts'
import { unlinkIdentity } from './linking.ts'
import { keepFlow } from './provider-flow.ts'
import { ProviderSettingsPage } from './provider-settings-views.tsx'
import { OnwardPage } from './provider-views.tsx'
import { PROVIDER, type Provider, type Providers } from './providers.ts'
import { originOf, type SignedInEnv, signedIn } from './signed-in.ts'
import { proveAgain } from './verified.ts'
import { readWaysIn } from './ways-in.ts'

type Needs = Pick<Deps, 'config' | 'db' | 'secret'> & { limits: SignInLimits; providers: Providers }

/** A person's own ways to sign in. */
export function providerSettingsPages({ config, db, secret, limits, providers }: Needs) {
  const app = new Hono<SignedInEnv>()
  const usable = providers.list.map(({ name }) => name)
  app.use('/settings/providers/*', signedIn)

  app.get('/settings/providers', c => methodsPage(c))

  app.post(`/settings/providers/:provider{${PROVIDER}}/link`, async c => {
    const provider = providers.find(c.req.param('provider'))
    if (!provider) throw notFound()
    const { current = '' } = await readForm(c)
    const run = async () => {
      await proving(c, current)
      const { url, asked } = await providers.begin(provider)
      const linking = c.get('session').id
      keepFlow(c, config, secret, { provider: provider.name, asked, next: '', linking })
      return isHtmx(c) ? seeOther(c, url) : onwardPage(c, provider, url)
    }
    return formResult(c, run, problem => methodsPage(c, { provider: provider.name, problem }))
  })

  app.post(`/settings/providers/:provider{${PROVIDER}}/unlink`, async c => {
    const provider = c.req.param('provider')
    const { current = '' } = await readForm(c)
    const run = async () => {
      await proving(c, current)
      await unlinkIdentity(db, c.get('person'), provider, usable, originOf(c, config))
      return seeOther(c, '/settings/providers?notice=unlinked')
    }
    return formResult(c, run, problem => methodsPage(c, { provider, problem }))
  })

  for (const step of ['link', 'unlink'])
    app.get(`/settings/providers/:provider{${PROVIDER}}/${step}`, c => c.redirect('/settings/providers', 303))

  const proving = (c: Context<SignedInEnv>, current: string) =>
    proveAgain(db, limits, c.get('person'), { current, session: c.get('session').id }, originOf(c, config))

  async function methodsPage(c: Context<SignedInEnv>, asked?: { provider: string; problem: Problem }) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    // By this the script knows a 503 of ours from one of a proxy.
    if (asked?.problem.text === 'provider_unreachable') c.header('HX-Retarget', '#content')
    const page = (
      <ProviderSettingsPage
        locale={locale}
        person={person}
        providers={providers.list}
        ways={await readWaysIn(db, person)}
        asked={asked}
        notice={c.req.query('notice')}
        next={localPath(c.req.query('next'), '/')}
      />
    )
    return c.render(page, { title: locale.t.providers.title, current: '/settings' })
  }

  return app
}

function onwardPage(c: Context<SignedInEnv>, provider: Provider, url: string) {
  const locale = c.get('locale')
  c.header('Cache-Control', 'no-store')
  const page = <OnwardPage locale={locale} provider={provider} url={url} />
  return c.render(page, { title: locale.t.providers.onward(provider.label), current: '/settings' })
}
