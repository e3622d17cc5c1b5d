import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { noReferrer } from '../platform/web/security-headers.ts'
import { signUpFirst } from './accounts.ts'
import type { SignInLimits } from './limits.ts'
import { mustBeLive } from './links.ts'
import { resetPassword } from './new-passwords.ts'
import { resetSchema, signUpSchema } from './schema.ts'
import { type AccountEnv, keepSession, originOf } from './signed-in.ts'
import { ResetPage, SignUpPage } from './views.tsx'
import { welcome } from './welcome.ts'

/** The pages of links that work once: the first account, and a new password. */
export function linkPages({ config, db, limits }: Pick<Deps, 'config' | 'db'> & { limits: SignInLimits }) {
  const app = new Hono<AccountEnv>()
  for (const path of ['/setup/*', '/reset/*']) app.use(path, noReferrer(config.baseUrl))

  app.get('/setup/:token', async c => {
    await mustBeLive(db, 'setup', c.req.param('token'))
    return setupPage(c)
  })

  app.post('/setup/:token', async c => {
    const values = await readForm(c)
    const run = async () => {
      const { time_zone: timeZone, ...person } = parse(signUpSchema, values)
      const from = originOf(c, config)
      keepSession(c, config, await signUpFirst(db, c.req.param('token'), { ...person, timeZone }, from))
      return seeOther(c, '/')
    }
    return formResult(c, run, problem => setupPage(c, values, problem))
  })

  app.get('/reset/:token', async c => {
    await mustBeLive(db, 'reset', c.req.param('token'))
    return resetPage(c)
  })

  app.post('/reset/:token', async c => {
    const values = await readForm(c)
    const run = async () => {
      const { password } = parse(resetSchema, values)
      const from = originOf(c, config)
      const arrival = await resetPassword(db, limits, c.req.param('token'), password, from)
      return welcome(c, config, arrival, '')
    }
    return formResult(c, run, problem => resetPage(c, problem))
  })

  function setupPage(c: Context<AccountEnv>, values?: FormValues, problem?: Problem) {
    const locale = c.get('locale')
    const page = (
      <SignUpPage locale={locale} action={c.req.path} invitation="first" values={values} problem={problem} />
    )
    return c.render(page, { title: locale.t.accounts.setup.title })
  }

  function resetPage(c: Context<AccountEnv>, problem?: Problem) {
    const locale = c.get('locale')
    const page = <ResetPage locale={locale} action={c.req.path} problem={problem} />
    return c.render(page, { title: locale.t.accounts.reset.title })
  }

  return app
}
