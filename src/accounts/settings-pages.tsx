import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { changeProfile } from './accounts.ts'
import type { SignInLimits } from './limits.ts'
import { addPassword, changePassword } from './new-passwords.ts'
import { passwordSchema, profileSchema, resetSchema } from './schema.ts'
import { endSession, listSessions } from './sessions.ts'
import { SettingsPage } from './settings-views.tsx'
import { forgetSession, keepSession, originOf, type SignedInEnv, signedIn } from './signed-in.ts'
import { proveAgain } from './verified.ts'
import { readWaysIn } from './ways-in.ts'

interface Shown {
  profile?: { values: FormValues; problem: Problem }
  password?: { problem: Problem }
}

/** A person's own profile, password and sessions. */
export function settingsPages({
  config,
  db,
  limits,
}: Pick<Deps, 'config' | 'db'> & { limits: SignInLimits }) {
  const app = new Hono<SignedInEnv>()
  app.use('/settings/*', signedIn)

  app.get('/settings', c => settingsPage(c))

  app.post('/settings', async c => {
    const values = await readForm(c)
    const run = async () => {
      const { name, language, time_zone: timeZone } = parse(profileSchema, values)
      const { address } = originOf(c, config)
      await changeProfile(db, c.get('person'), { name, language, timeZone }, address)
      return seeOther(c, '/settings?saved=profile')
    }
    return formResult(c, run, problem => settingsPage(c, { profile: { values, problem } }))
  })

  app.post('/settings/password', async c => {
    const values = await readForm(c)
    const run = async () => {
      keepSession(c, config, await newPassword(c, values))
      return seeOther(c, '/settings?saved=password')
    }
    return formResult(c, run, problem => settingsPage(c, { password: { problem } }))
  })
  app.get('/settings/password', c => c.redirect('/settings#password', 303))

  app.post(`/settings/sessions/:id{${ID}}/end`, async c => {
    const id = c.req.param('id')
    await endSession(db, c.get('person'), id, originOf(c, config).address)
    if (id !== c.get('session').id) return seeOther(c, '/settings#sessions')
    forgetSession(c, config)
    return seeOther(c, '/login')
  })

  /** Gives the token of the session that goes on after it. */
  async function newPassword(c: Context<SignedInEnv>, values: FormValues): Promise<string> {
    const [person, from] = [c.get('person'), originOf(c, config)]
    const { hasPassword } = await readWaysIn(db, person)
    if (hasPassword) return changePassword(db, limits, person, parse(passwordSchema, values), from)
    const { password } = parse(resetSchema, values)
    await proveAgain(db, limits, person, { current: '', session: c.get('session').id }, from)
    return addPassword(db, person, password, from)
  }

  async function settingsPage(c: Context<SignedInEnv>, shown: Shown = {}) {
    const locale = c.get('locale')
    const person = c.get('person')
    const profile = {
      name: person.name,
      language: person.language ?? '',
      time_zone: person.timeZone,
      ...shown.profile?.values,
    }
    const page = (
      <SettingsPage
        locale={locale}
        person={person}
        profile={profile}
        profileProblem={shown.profile?.problem}
        hasPassword={(await readWaysIn(db, person)).hasPassword}
        passwordProblem={shown.password?.problem}
        sessions={await listSessions(db, person)}
        current={c.get('session').id}
        saved={c.req.query('saved')}
      />
    )
    return c.render(page, { title: locale.t.accounts.settings.title, current: '/settings' })
  }

  return app
}
