import { type Context, Hono } from 'hono'
import { notFound } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { localPath, seeOther } from '../platform/web/respond.ts'
import { beginAuthenticator, confirmAuthenticator, offeredAuthenticator } from './authenticators.ts'
import { deviceOf } from './device.ts'
import type { SignInLimits } from './limits.ts'
import { PASSKEY_SCRIPT } from './passkey-parts.tsx'
import { addPasskey, askForNewPasskey, askForPasskey, enterByPasskey } from './passkeys.ts'
import { proveByCode, proveByPassword } from './proving.ts'
import { codeSchema, passkeySchema, provingSchema } from './schema.ts'
import { secondFactorsOf } from './second-factors.ts'
import { CODES_SCRIPTS, showCodes } from './security-pages.tsx'
import { NewPasskeyPage, ProvePage, SetUpAuthenticatorPage } from './set-up-views.tsx'
import {
  challengeToken,
  forgetChallenge,
  keepChallenge,
  keepSession,
  originOf,
  SECURITY,
  type SignedInEnv,
} from './signed-in.ts'
import { readWaysIn } from './ways-in.ts'
import { newPasskeyAnswer, passkeyAnswer, relyingParty } from './webauthn.ts'

/** Setting a second factor up, and proving before it that it is still the same person. Stands behind the page of them. */
export function setUpPages({
  config,
  db,
  secret,
  limits,
}: Pick<Deps, 'config' | 'db' | 'secret'> & { limits: SignInLimits }) {
  const app = new Hono<SignedInEnv>()
  const party = relyingParty(config.baseUrl)
  const issuer = `Xtablo (${config.baseUrl.host})`

  app.get(`${SECURITY}/authenticator`, c => authenticatorPage(c))

  app.post(`${SECURITY}/authenticator`, async c => {
    await beginAuthenticator(db, secret, c.get('person'))
    return seeOther(c, `${SECURITY}/authenticator`)
  })

  app.post(`${SECURITY}/authenticator/code`, async c => {
    const values = await readForm(c)
    const run = async () => {
      const code = parse(codeSchema, values).code.replaceAll(/\s/g, '')
      const { address } = originOf(c, config)
      const codes = await confirmAuthenticator(db, secret, c.get('person'), code, address)
      return codes ? showCodes(c, codes) : seeOther(c, SECURITY)
    }
    return formResult(c, run, problem => authenticatorPage(c, problem))
  })
  app.get(`${SECURITY}/authenticator/code`, c => c.redirect(`${SECURITY}/authenticator`, 303))

  app.get(`${SECURITY}/passkeys/new`, c => newPasskeyPage(c))

  app.post(`${SECURITY}/passkeys/options`, async c => {
    if (!party) throw notFound()
    const { token, request } = await askForNewPasskey(db, party, c.get('person'))
    keepChallenge(c, config, 'register', token)
    return c.json(request)
  })

  app.post(`${SECURITY}/passkeys`, async c => {
    if (!party) throw notFound()
    const values = await readForm(c)
    const run = async () => {
      const { name } = parse(passkeySchema, values)
      const { response: answer } = parse(newPasskeyAnswer, values)
      const token = challengeToken(c, config, 'register')
      const { address } = originOf(c, config)
      const codes = await addPasskey(db, party, c.get('person'), token, { name, answer }, address)
      forgetChallenge(c, config, 'register')
      return codes ? showCodes(c, codes) : seeOther(c, SECURITY)
    }
    return formResult(c, run, problem => newPasskeyPage(c, values, problem))
  })
  app.get(`${SECURITY}/passkeys`, c => c.redirect(SECURITY, 303))

  app.get(`${SECURITY}/confirm`, c => provePage(c, localPath(c.req.query('next'), SECURITY)))

  app.post(`${SECURITY}/confirm/password`, c =>
    prove(c, values => {
      const { password } = parse(provingSchema, values)
      return proveByPassword(db, limits, c.get('person'), password, originOf(c, config))
    }),
  )

  app.post(`${SECURITY}/confirm/code`, c =>
    prove(c, values => {
      const { code } = parse(codeSchema, values)
      return proveByCode(db, { limits, secret }, c.get('person'), code, originOf(c, config))
    }),
  )

  app.post(`${SECURITY}/confirm/passkey/options`, async c => {
    if (!party) throw notFound()
    const { token, request } = await askForPasskey(db, party, c.get('person'))
    keepChallenge(c, config, 'confirm', token)
    return c.json(request)
  })

  app.post(`${SECURITY}/confirm/passkey`, c =>
    prove(c, values => {
      if (!party) throw notFound()
      const { response } = parse(passkeyAnswer, values)
      const token = challengeToken(c, config, 'confirm')
      return enterByPasskey(db, party, token, response, originOf(c, config), c.get('person'))
    }),
  )
  for (const way of ['password', 'code', 'passkey'])
    app.get(`${SECURITY}/confirm/${way}`, c => c.redirect(`${SECURITY}/confirm`, 303))

  /** Gives the browser the session that a proof has started, and leads back to what it was for. */
  async function prove(c: Context<SignedInEnv>, by: (values: FormValues) => Promise<{ session: string }>) {
    const values = await readForm(c)
    const next = localPath(values.next, SECURITY)
    const run = async () => {
      const { session } = await by(values)
      keepSession(c, config, session)
      return seeOther(c, next)
    }
    return formResult(c, run, problem => provePage(c, next, problem))
  }

  async function authenticatorPage(c: Context<SignedInEnv>, problem?: Problem) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const offer = await offeredAuthenticator(db, secret, person, issuer)
    c.header('Cache-Control', 'no-store')
    const page = <SetUpAuthenticatorPage locale={locale} offer={offer} problem={problem} />
    const title = locale.t.secondFactor.app.setUpTitle
    return c.render(page, { title, current: '/settings', scripts: CODES_SCRIPTS })
  }

  function newPasskeyPage(c: Context<SignedInEnv>, values: FormValues = {}, problem?: Problem) {
    if (!party) throw notFound()
    const locale = c.get('locale')
    const device = deviceOf(c.req.header('User-Agent') ?? '')
    const shown = { name: device?.system ?? '', ...values }
    const page = <NewPasskeyPage locale={locale} party={party} values={shown} problem={problem} />
    const title = locale.t.secondFactor.passkeys.newTitle
    return c.render(page, { title, current: '/settings', scripts: [PASSKEY_SCRIPT, ...CODES_SCRIPTS] })
  }

  async function provePage(c: Context<SignedInEnv>, next: string, problem?: Problem) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const factors = await secondFactorsOf(db, person.id)
    const { hasPassword } = await readWaysIn(db, person)
    const page = <ProvePage {...{ locale, factors, hasPassword, party, next, problem }} />
    const title = locale.t.secondFactor.proving.title
    return c.render(page, { title, current: '/settings', scripts: [PASSKEY_SCRIPT] })
  }

  return app
}
