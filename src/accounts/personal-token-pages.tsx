import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import { ID, newId } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { type MadeToken, PersonalTokensPage } from './personal-token-views.tsx'
import { createPersonalToken, endPersonalToken, listPersonalTokens } from './personal-tokens.ts'
import { personalTokenSchema } from './schema.ts'
import { originOf, type SignedInEnv, signedIn } from './signed-in.ts'

interface Shown {
  values?: FormValues
  problem?: Problem
  made?: MadeToken
}

/** A person's own tokens for programs. */
export function personalTokenPages({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const app = new Hono<SignedInEnv>()
  app.use('/settings/tokens/*', signedIn)

  app.get('/settings/tokens', c => tokensPage(c))

  app.post('/settings/tokens', async c => {
    const values = await readForm(c)
    const run = async () => {
      const given = parse(personalTokenSchema, values)
      const { address } = originOf(c, config)
      const token = await createPersonalToken(db, c.get('person'), given, address)
      // Nowhere else than in this answer: not by a redirect, and in nobody's cache.
      c.header('Cache-Control', 'no-store')
      // Morphed, the form would keep what was typed, which was for this token and not for the next one.
      c.header('HX-Reswap', 'innerHTML')
      return tokensPage(c, { made: { token, name: given.name } })
    }
    return formResult(c, run, problem => tokensPage(c, { values, problem }))
  })

  app.post(`/settings/tokens/:id{${ID}}/end`, async c => {
    await endPersonalToken(db, c.get('person'), c.req.param('id'), originOf(c, config).address)
    return seeOther(c, '/settings/tokens')
  })

  async function tokensPage(c: Context<SignedInEnv>, { values, problem, made }: Shown = {}) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const page = (
      <PersonalTokensPage
        locale={locale}
        person={person}
        tokens={await listPersonalTokens(db, person)}
        values={{ name: '', scope: 'read', days: '30', ...values, id: newFormId(values, problem) }}
        problem={problem}
        made={made}
      />
    )
    const title = locale.t.accounts.tokens.title
    return c.render(page, { title, current: '/settings', scripts: ['copy.js'] })
  }

  return app
}

/** A form that is shown again keeps its id, unless that has made its token: what is sent next is another. */
function newFormId(values: FormValues | undefined, problem: Problem | undefined): string {
  return problem?.text === 'personal_token_made' ? newId() : (values?.id ?? newId())
}
