// The web application: what every request passes through, then every feature's routes. The table of contents.

import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { addressPages } from './accounts/address-pages.tsx'
import { askingLimits } from './accounts/asking.ts'
import { callers } from './accounts/callers.ts'
import { jwksRoutes } from './accounts/jwks.ts'
import { signInLimits } from './accounts/limits.ts'
import { linkPages } from './accounts/link-pages.tsx'
import { accountPages } from './accounts/pages.tsx'
import { personalTokenPages } from './accounts/personal-token-pages.tsx'
import { providerPages } from './accounts/provider-pages.tsx'
import { providerSettingsPages } from './accounts/provider-settings-pages.tsx'
import { openProviders } from './accounts/providers.ts'
import { secondStepPages } from './accounts/second-step-pages.tsx'
import { securityPages } from './accounts/security-pages.tsx'
import { setUpPages } from './accounts/set-up-pages.tsx'
import { settingsPages } from './accounts/settings-pages.tsx'
import { type AccountEnv, sessions } from './accounts/signed-in.ts'
import { auditPages } from './admin/audit-pages.tsx'
import { debugRoutes } from './admin/debug.ts'
import { adminPages } from './admin/pages.tsx'
import { peoplePages } from './admin/people-pages.tsx'
import { securityRulePages } from './admin/security-pages.tsx'
import { createApi } from './api.ts'
import { apiDocs } from './api-docs.tsx'
import { mailPages } from './demo/mails.tsx'
import { demoPages } from './demo/pages.tsx'
import { isUpload } from './files/arriving.ts'
import { filePages } from './files/pages.tsx'
import { leavingPages } from './leaving/pages.tsx'
import { answer } from './platform/api/problems.ts'
import type { ServingDeps } from './platform/deps.ts'
import { newId } from './platform/ids.ts'
import { shownBy } from './platform/mail/shown.ts'
import { assetRoutes } from './platform/web/assets.ts'
import { drained, limitBody } from './platform/web/bodies.ts'
import { healthRoutes } from './platform/web/health.ts'
import { sameOriginOnly } from './platform/web/same-origin.ts'
import { securityHeaders } from './platform/web/security-headers.ts'
import { watchRequests } from './platform/web/watching.ts'
import { errorPage, faultPage, notFoundPage, shell } from './shell.tsx'
import { invitationPages } from './tablos/invitation-pages.tsx'
import { memberPages } from './tablos/member-pages.tsx'
import { tabloPages } from './tablos/pages.tsx'
import { visits } from './tablos/visit.ts'
import { taskPages } from './tasks/pages.tsx'
import { localeOf, preferredLanguage } from './texts/locale.ts'

/** Every route on these dependencies, ready to be served. It opens nothing by itself, so there is nothing to close. */
export function createApp(deps: ServingDeps): Hono<AccountEnv> {
  const { config, pool, probe, log, secret } = deps
  const limits = signInLimits(pool, secret, { mailed: deps.mailer.way !== 'none' })
  const asking = askingLimits(pool, secret)
  const providers = openProviders(config, log)
  const app = new Hono<AccountEnv>()

  app.onError(errorPage)
  app.notFound(c => (/^\/api(\/|$)/.test(c.req.path) ? answer(c, 'not_found') : notFoundPage(c)))
  app.use(async (c, next) => {
    c.set('log', log)
    // Until the session tells whose page it is: a fault can come before.
    c.set('locale', localeOf(preferredLanguage(c.req.header('Accept-Language')), 'UTC'))
    await next()
  })
  app.use(requestId({ generator: newId }))
  app.use(watchRequests(deps))
  app.use(securityHeaders(config.baseUrl, deps.storage.origin))
  app.route(
    '/',
    healthRoutes({ database: () => probe.query('select 1'), migrationsPending: deps.migrationsPending }),
  )
  app.route('/', assetRoutes())
  const asks = callers({ ...deps, limits })
  app.route('/', jwksRoutes(asks))
  app.route('/', createApi({ ...deps, callers: asks, limits }).api)
  app.use(shell(deps))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return faultPage(c, 405)
      },
    }),
  )
  app.use(sameOriginOnly(config.baseUrl))
  const refusedUpload = drained(2 * config.maxUploadBytes)
  app.use((c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    return isUpload(c) ? refusedUpload(c, next) : limitBody(c, next)
  })
  app.use(sessions(deps, visits(deps)))

  app.route('/', accountPages({ ...deps, limits, asking }))
  app.route('/', linkPages({ ...deps, limits }))
  app.route('/', addressPages({ ...deps, limits, asking }))
  app.route('/', providerPages({ ...deps, limits, providers }))
  app.route('/', secondStepPages({ ...deps, limits }))
  app.route('/', securityPages(deps))
  app.route('/', setUpPages({ ...deps, limits }))
  app.route('/', settingsPages({ ...deps, limits }))
  app.route('/', providerSettingsPages({ ...deps, limits, providers }))
  app.route('/', personalTokenPages(deps))
  app.route('/', tabloPages(deps))
  app.route('/', memberPages(deps))
  app.route('/', invitationPages({ ...deps, limits }))
  app.route('/', taskPages(deps))
  app.route('/', filePages(deps))
  app.route('/', leavingPages({ ...deps, limits }))
  app.route('/', adminPages(deps))
  app.route('/', securityRulePages(deps))
  app.route('/', peoplePages(deps))
  app.route('/', auditPages(deps))
  app.route('/', debugRoutes(deps))
  app.route('/', apiDocs())
  if (!config.production)
    app.route(
      '/',
      demoPages(c => c.get('locale')),
    )
  const shownMails = config.showsMail ? shownBy(deps.mailer) : undefined
  if (shownMails)
    app.route(
      '/',
      mailPages(shownMails, c => c.get('locale')),
    )
  return app
}
