import { type Context, Hono } from 'hono'
import { hasPassword } from '../accounts/closing.ts'
import type { SignInLimits } from '../accounts/limits.ts'
import { forgetSession, originOf, type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { streamed } from '../platform/web/streaming.ts'
import { ownedAlone } from '../tablos/leaving.ts'
import { exportOf } from './exporting.ts'
import { closeAccount } from './leaving.ts'
import { fatesOf } from './schema.ts'
import { AccountPage, GonePage } from './views.tsx'

const PATH = '/settings/account'

/** One's own account: to take all of it along, and to close it. */
export function leavingPages({
  config,
  db,
  log,
  limits,
}: Pick<Deps, 'config' | 'db' | 'log'> & { limits: SignInLimits }) {
  const app = new Hono<SignedInEnv>()
  app.use(`${PATH}/*`, signedIn)

  app.get(PATH, c => accountPage(c))

  app.get(`${PATH}/export`, async c => {
    const body = await streamed(c, log, exportOf(db, c.get('person')))
    const day = new Date().toISOString().slice(0, 10)
    c.header('Content-Type', 'application/json')
    c.header('Content-Disposition', `attachment; filename="xtablo-export-${day}.json"`)
    c.header('Cache-Control', 'no-store')
    return c.body(body)
  })

  app.post(`${PATH}/close`, async c => {
    const values = await readForm(c)
    const run = async () => {
      const { password = '', email = '' } = values
      const proof = { password, email, session: c.get('session').id }
      await closeAccount(db, limits, c.get('person'), { proof, fates: fatesOf(values) }, originOf(c, config))
      forgetSession(c, config)
      return seeOther(c, '/goodbye')
    }
    return formResult(c, run, problem => accountPage(c, values, problem))
  })
  app.get(`${PATH}/close`, c => c.redirect(`${PATH}#close`, 303))

  // For somebody who has no account any more.
  app.get('/goodbye', c => {
    const locale = c.get('locale')
    return c.render(<GonePage locale={locale} />, { title: locale.t.leaving.gone })
  })

  async function accountPage(c: Context<SignedInEnv>, values: FormValues = {}, problem?: Problem) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const [owned, byPassword] = await Promise.all([ownedAlone(db, person), hasPassword(db, person)])
    const page = <AccountPage {...{ locale, person, owned, byPassword, values, problem }} />
    return c.render(page, { title: locale.t.leaving.title, current: '/settings' })
  }

  return app
}
