import { type Context, Hono } from 'hono'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import { formResult, parse, readForm } from '../platform/web/forms.ts'
import { localPath, seeOther } from '../platform/web/respond.ts'
import { removeAuthenticator } from './authenticators.ts'
import { listPasskeys, removePasskey, renamePasskey } from './passkeys.ts'
import { countCodes, renewCodes } from './recovery-codes.ts'
import { codesFile, passkeySchema } from './schema.ts'
import { secondFactorsOf } from './second-factors.ts'
import { SecurityPage } from './security-views.tsx'
import { CodesPage } from './set-up-views.tsx'
import { justSignedIn, originOf, SECURITY, type SignedInEnv, signedIn } from './signed-in.ts'
import { relyingParty } from './webauthn.ts'

/** For new codes, which htmx puts into the page that they were made from: so that one needs it, too. */
export const CODES_SCRIPTS = ['copy.js']

/** What a person signs in with besides their password: their authenticator app, passkeys and recovery codes. */
export function securityPages({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const app = new Hono<SignedInEnv>()
  const party = relyingParty(config.baseUrl)
  const usable = config.providers.map(({ name }) => name)
  const addressOf = (c: Context) => originOf(c, config).address
  app.use(`${SECURITY}/*`, signedIn)
  for (const changes of ['authenticator/*', 'passkeys/*', 'codes'])
    app.use(`${SECURITY}/${changes}`, justSignedIn)

  app.get(SECURITY, async c => {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const [factors, passkeys, codes] = await Promise.all([
      secondFactorsOf(db, person.id),
      listPasskeys(db, person),
      countCodes(db, person.id),
    ])
    const used = c.req.query('used') === 'code' ? localPath(c.req.query('next'), '/') : undefined
    const required = c.get('session').unprotected
    const { authenticator } = factors
    const page = (
      <SecurityPage {...{ locale, person, authenticator, passkeys, party, codes, required, used }} />
    )
    const title = locale.t.secondFactor.title
    return c.render(page, { title, current: '/settings', scripts: CODES_SCRIPTS })
  })

  app.post(`${SECURITY}/authenticator/remove`, async c => {
    await removeAuthenticator(db, c.get('person'), addressOf(c))
    return seeOther(c, SECURITY)
  })

  app.post(`${SECURITY}/passkeys/:id{${ID}}/rename`, async c => {
    const values = await readForm(c)
    const run = async () => {
      const { name } = parse(passkeySchema, values)
      await renamePasskey(db, c.get('person'), c.req.param('id'), name, addressOf(c))
      return seeOther(c, SECURITY)
    }
    // Without a name it keeps the one it has.
    return formResult(c, run, () => seeOther(c, SECURITY))
  })

  app.post(`${SECURITY}/passkeys/:id{${ID}}/remove`, async c => {
    await removePasskey(db, c.get('person'), c.req.param('id'), usable, addressOf(c))
    return seeOther(c, SECURITY)
  })

  app.post(`${SECURITY}/codes`, async c => {
    const codes = await renewCodes(db, c.get('person'), addressOf(c))
    return showCodes(c, codes)
  })
  app.get(`${SECURITY}/codes`, c => c.redirect(SECURITY, 303))

  // The codes come from the page that shows them: nothing here keeps any to be downloaded later.
  app.post(`${SECURITY}/codes/download`, async c => {
    const { codes } = parse(codesFile, await readForm(c))
    c.header('Cache-Control', 'no-store')
    c.header('Content-Disposition', 'attachment; filename="xtablo-recovery-codes.txt"')
    return c.text(`${config.baseUrl.host}\n\n${codes.join('\n')}\n`)
  })

  return app
}

/** Answers with codes that were made just now: nowhere else than in this answer, and in nobody's cache. */
export function showCodes(c: Context<SignedInEnv>, codes: readonly string[]) {
  const locale = c.get('locale')
  c.header('Cache-Control', 'no-store')
  c.header('HX-Reswap', 'innerHTML')
  const page = <CodesPage locale={locale} codes={codes} />
  return c.render(page, {
    title: locale.t.secondFactor.codes.title,
    current: '/settings',
    scripts: CODES_SCRIPTS,
  })
}
