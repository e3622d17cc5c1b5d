import { type Context, Hono } from 'hono'
import { isSecondFactorRequired, requireSecondFactor } from '../accounts/requirement.ts'
import { hasSecondFactor } from '../accounts/second-factors.ts'
import { justSignedIn, originOf, type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { formResult, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { adminsOnly } from './only.ts'
import { SecurityRulesPage } from './security-views.tsx'

const PATH = '/admin/security'

/** What admins decide of how everybody signs in. */
export function securityRulePages({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const app = new Hono<SignedInEnv>()
  app.use(PATH, signedIn, adminsOnly)

  app.get(PATH, c => rulesPage(c))

  app.post(PATH, justSignedIn, async c => {
    const { required } = await readForm(c)
    const run = async () => {
      await requireSecondFactor(db, c.get('person'), required === 'true', originOf(c, config).address)
      return seeOther(c, PATH)
    }
    return formResult(c, run, problem => rulesPage(c, problem))
  })

  async function rulesPage(c: Context<SignedInEnv>, problem?: Problem) {
    const locale = c.get('locale')
    const [required, protectedSelf] = await Promise.all([
      isSecondFactorRequired(db),
      hasSecondFactor(db, c.get('person').id),
    ])
    const page = <SecurityRulesPage {...{ locale, required, protectedSelf, problem }} />
    return c.render(page, { title: locale.t.secondFactor.rules.page, current: PATH })
  }

  return app
}
