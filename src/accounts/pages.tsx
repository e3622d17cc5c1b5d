import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { localPath, seeOther } from '../platform/web/respond.ts'
import * as accounts from './accounts.ts'
import type { AskingLimits } from './asking.ts'
import type { SignInLimits } from './limits.ts'
import { PASSKEY_SCRIPT } from './passkey-parts.tsx'
import { signInSchema, signUpSchema } from './schema.ts'
import { signIn, signOut } from './sign-in.ts'
import { type AccountEnv, forgetSession, keepSession, originOf, sessionToken } from './signed-in.ts'
import { type Invitation, SignInPage, SignUpPage } from './views.tsx'
import { relyingParty } from './webauthn.ts'
import { welcome } from './welcome.ts'

type AccountDeps = Pick<Deps, 'config' | 'db'> & { limits: SignInLimits; asking: AskingLimits }

/** Sign-up, sign-in, sign-out. */
export function accountPages({ config, db, limits, asking }: AccountDeps) {
  const app = new Hono<AccountEnv>()
  const party = relyingParty(config.baseUrl)
  const policy = { signup: config.signup, firstByLink: config.production }

  app.get('/signup', async c => (c.get('session') ? c.redirect('/', 303) : signUpPage(c)))

  app.post('/signup', async c => {
    const values = await readForm(c)
    const run = async () => {
      const { time_zone: timeZone, ...person } = parse(signUpSchema, values)
      const from = originOf(c, config)
      await asking.signUp(from.address)
      keepSession(c, config, await accounts.signUp(db, { ...person, timeZone }, policy, from))
      return seeOther(c, '/')
    }
    return formResult(c, run, problem => signUpPage(c, values, problem))
  })

  app.get('/login', async c => {
    const next = localPath(c.req.query('next'), '')
    return c.get('session') ? c.redirect(next || '/', 303) : signInPage(c, { next })
  })

  app.post('/login', async c => {
    const values = await readForm(c)
    const next = localPath(values.next, '')
    const run = async () => {
      const given = parse(signInSchema, values)
      return welcome(c, config, await signIn(db, limits, given, originOf(c, config)), next)
    }
    const again = (problem: Problem) => signInPage(c, { ...values, next }, problem)
    return formResult(c, run, again, 'account_disabled')
  })

  app.post('/logout', async c => {
    const token = sessionToken(c, config)
    if (token) await signOut(db, token)
    forgetSession(c, config)
    return seeOther(c, localPath((await readForm(c)).next, '/login'))
  })

  async function signUpPage(c: Context<AccountEnv>, values?: FormValues, problem?: Problem) {
    const locale = c.get('locale')
    const page = (
      <SignUpPage
        locale={locale}
        action="/signup"
        invitation={await invitation()}
        providers={config.providers}
        values={values}
        problem={problem}
      />
    )
    return c.render(page, { title: locale.t.accounts.signUp.title })
  }

  async function signInPage(c: Context<AccountEnv>, values: FormValues, problem?: Problem) {
    const locale = c.get('locale')
    const canSignUp = (await invitation()) !== 'closed'
    const { providers } = config
    const page = <SignInPage {...{ locale, values, problem, canSignUp, providers, party }} />
    return c.render(page, { title: locale.t.accounts.signIn.title, scripts: [PASSKEY_SCRIPT] })
  }

  /** Who can make an account on the page itself. */
  async function invitation(): Promise<Invitation> {
    if (await accounts.hasPeople(db)) return config.signup === 'open' ? 'open' : 'closed'
    return config.production ? 'closed' : 'first'
  }

  return app
}
