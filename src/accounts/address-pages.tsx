import { type Context, Hono } from 'hono'
import { AppError } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { noReferrer } from '../platform/web/security-headers.ts'
import { EmailPage, VerifyPage } from './address-views.tsx'
import {
  addressOf,
  askEmailChange,
  askReset,
  askVerification,
  confirmAddress,
  verifiedAt,
} from './addresses.ts'
import type { AskingLimits } from './asking.ts'
import { ForgotPage } from './forgot-view.tsx'
import type { SignInLimits } from './limits.ts'
import { forgotSchema, newEmailSchema } from './schema.ts'
import { type AccountEnv, keepSession, originOf, type SignedInEnv, signedIn } from './signed-in.ts'
import { readWaysIn } from './ways-in.ts'

type AddressDeps = Pick<Deps, 'config' | 'db' | 'mailer'> & { limits: SignInLimits; asking: AskingLimits }

interface Shown {
  values?: FormValues
  problem?: Problem
}

/** What is asked for by mail: a new password, and that an address is one's own. */
export function addressPages({ config, db, mailer, limits, asking }: AddressDeps) {
  const app = new Hono<AccountEnv>()
  const mails = mailer.way

  app.get('/forgot', c => forgotPage(c))

  app.post('/forgot', async c => {
    const values = await readForm(c)
    const run = async () => {
      const { email } = parse(forgotSchema, values)
      mailsGoOut()
      await askReset(db, asking, email, originOf(c, config))
      return seeOther(c, '/forgot?sent=1')
    }
    return formResult(c, run, problem => forgotPage(c, { values, problem }))
  })

  const own = new Hono<SignedInEnv>()
  own.use('/verify/*', noReferrer(config.baseUrl), signedIn)
  own.use('/settings/email/*', signedIn)

  own.get('/verify/:token', c => verifyPage(c, c.req.param('token')))

  own.post('/verify/:token', async c => {
    const token = c.req.param('token')
    const run = async () => {
      const session = await confirmAddress(db, c.get('person'), token, originOf(c, config))
      if (session) keepSession(c, config, session)
      return seeOther(c, '/settings/email?saved=1')
    }
    return formResult(c, run, problem => verifyPage(c, token, problem))
  })

  own.get('/settings/email', c => emailPage(c))

  own.post('/settings/email', async c => {
    const values = await readForm(c)
    const run = async () => {
      const given = parse(newEmailSchema, values)
      mailsGoOut()
      const to = { ...given, session: c.get('session').id }
      await askEmailChange(db, { signIn: limits, asking }, c.get('person'), to, originOf(c, config))
      return seeOther(c, '/settings/email?sent=new')
    }
    return formResult(c, run, problem => emailPage(c, { values, problem }))
  })

  own.post('/settings/email/verify', async c => {
    const run = async () => {
      mailsGoOut()
      await askVerification(db, asking, c.get('person'), originOf(c, config))
      return seeOther(c, '/settings/email?sent=own')
    }
    return formResult(c, run, problem => emailPage(c, { problem }))
  })
  own.get('/settings/email/verify', c => c.redirect('/settings/email', 303))

  function mailsGoOut(): void {
    if (mails === 'none') throw new AppError('unavailable', 'mail_missing')
  }

  function forgotPage(c: Context<AccountEnv>, { values, problem }: Shown = {}) {
    const locale = c.get('locale')
    const sent = c.req.query('sent') !== undefined
    const page = <ForgotPage {...{ locale, mails, sent, values, problem }} />
    return c.render(page, { title: locale.t.addresses.forgot.title })
  }

  async function verifyPage(c: Context<SignedInEnv>, token: string, problem?: Problem) {
    const locale = c.get('locale')
    const person = c.get('person')
    const email = await addressOf(db, person, token)
    const page = <VerifyPage {...{ locale, action: c.req.path, email, was: person.email, problem }} />
    return c.render(page, { title: locale.t.addresses.verify.title, current: '/settings' })
  }

  async function emailPage(c: Context<SignedInEnv>, { values, problem }: Shown = {}) {
    const locale = c.get('locale')
    const person = c.get('person')
    const [verified, { hasPassword }] = await Promise.all([verifiedAt(db, person), readWaysIn(db, person)])
    const { saved, sent } = c.req.query()
    const page = (
      <EmailPage {...{ locale, person, verified, hasPassword, mails, values, problem, saved, sent }} />
    )
    return c.render(page, { title: locale.t.addresses.email.title, current: '/settings' })
  }

  app.route('/', own)
  return app
}
