import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { formResult, parse, readForm } from '../platform/web/forms.ts'
import { localPath, seeOther } from '../platform/web/respond.ts'
import { findSecondStep } from './challenges.ts'
import type { SignInLimits } from './limits.ts'
import { PASSKEY_SCRIPT } from './passkey-parts.tsx'
import { askForPasskey, enterByPasskey } from './passkeys.ts'
import { codeSchema } from './schema.ts'
import { secondFactorsOf } from './second-factors.ts'
import { askInStep, passByCode, passByPasskey } from './second-step.ts'
import { SecondStepPage, SignInAgainPage } from './second-step-views.tsx'
import {
  type AccountEnv,
  challengeToken,
  forgetChallenge,
  keepChallenge,
  keepSession,
  originOf,
  SECURITY,
} from './signed-in.ts'
import { passkeyAnswer, relyingParty } from './webauthn.ts'

const PATH = '/login/second'
const PASSKEY = '/login/passkey'

/** The second step of a sign-in, and signing in by a passkey alone. */
export function secondStepPages({
  config,
  db,
  secret,
  limits,
}: Pick<Deps, 'config' | 'db' | 'secret'> & { limits: SignInLimits }) {
  const app = new Hono<AccountEnv>()
  const party = relyingParty(config.baseUrl)

  app.get(PATH, c => stepPage(c, localPath(c.req.query('next'), '')))

  app.post(PATH, async c => {
    const values = await readForm(c)
    const next = localPath(values.next, '')
    const run = async () => {
      const { code } = parse(codeSchema, values)
      const from = originOf(c, config)
      const token = challengeToken(c, config, 'second')
      const { session, left } = await passByCode(db, { limits, secret }, token, code, from)
      forgetChallenge(c, config, 'second')
      keepSession(c, config, session)
      // Who used a recovery code has one less, and is told before they forget it.
      if (left === undefined) return seeOther(c, next || '/')
      return seeOther(c, `${SECURITY}?used=code${next && `&next=${encodeURIComponent(next)}`}`)
    }
    const again = ({ text, fields: { code, ...fields } }: Problem) =>
      // By the field that it was typed into, of the two that there are.
      stepPage(c, next, {
        text,
        fields: code ? { ...fields, [values.by === 'recovery' ? 'recovery' : 'code']: code } : fields,
      })
    return formResult(c, run, again, 'account_disabled')
  })

  if (party) {
    app.post(`${PATH}/passkey/options`, async c =>
      c.json(await askInStep(db, party, challengeToken(c, config, 'second'))),
    )

    app.post(`${PATH}/passkey`, async c => {
      const values = await readForm(c)
      const next = localPath(values.next, '')
      const run = async () => {
        const { response } = parse(passkeyAnswer, values)
        const token = challengeToken(c, config, 'second')
        const { session } = await passByPasskey(db, party, token, response, originOf(c, config))
        forgetChallenge(c, config, 'second')
        keepSession(c, config, session)
        return seeOther(c, next || '/')
      }
      return formResult(c, run, problem => stepPage(c, next, problem), 'account_disabled')
    })
    app.get(`${PATH}/passkey`, c => c.redirect(PATH, 303))

    app.post(`${PASSKEY}/options`, async c => {
      await limits.askPasskey(originOf(c, config).address)
      const { token, request } = await askForPasskey(db, party)
      keepChallenge(c, config, 'passkey', token)
      return c.json(request)
    })

    app.post(PASSKEY, async c => {
      const values = await readForm(c)
      const next = localPath(values.next, '')
      const run = async () => {
        const { response } = parse(passkeyAnswer, values)
        const token = challengeToken(c, config, 'passkey')
        const { session } = await enterByPasskey(db, party, token, response, originOf(c, config))
        forgetChallenge(c, config, 'passkey')
        keepSession(c, config, session)
        return seeOther(c, next || '/')
      }
      return formResult(c, run, problem => signInAgain(c, next, problem), 'account_disabled')
    })
    app.get(PASSKEY, c => c.redirect('/login', 303))
  }

  async function stepPage(c: Context<AccountEnv>, next: string, problem?: Problem) {
    const locale = c.get('locale')
    const userId = await findSecondStep(db, challengeToken(c, config, 'second'))
    if (userId === undefined) {
      if (!problem) return seeOther(c, next === '' ? '/login' : `/login?next=${encodeURIComponent(next)}`)
      return signInAgain(c, next, problem.text === 'too_many_codes' ? problem : OVER)
    }
    const factors = await secondFactorsOf(db, userId)
    const page = (
      <SecondStepPage locale={locale} factors={factors} party={party} next={next} problem={problem} />
    )
    return c.render(page, { title: locale.t.secondFactor.step.title, scripts: [PASSKEY_SCRIPT] })
  }

  /** What was refused, and the way to begin anew. */
  function signInAgain(c: Context<AccountEnv>, next: string, problem: Problem) {
    const locale = c.get('locale')
    const page = <SignInAgainPage locale={locale} problem={problem} next={next} />
    return c.render(page, { title: locale.t.accounts.signIn.title })
  }

  return app
}

const OVER: Problem = { text: 'challenge_over', fields: {} }
