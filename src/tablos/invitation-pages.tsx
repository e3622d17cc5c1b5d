import { type Context, Hono } from 'hono'
import { signUpInvited } from '../accounts/accounts.ts'
import type { SignInLimits } from '../accounts/limits.ts'
import { signUpSchema } from '../accounts/schema.ts'
import { type AccountEnv, keepSession, originOf } from '../accounts/signed-in.ts'
import type { Deps } from '../platform/deps.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { accept, dead, findOffer, hasAccount, isInside, join, type Offer } from './joining.ts'
import { InvitationPage } from './offer-views.tsx'

/** The page that the link of an invitation leads to. Reading it takes nothing, since programs that look through mail do. */
export function invitationPages({
  config,
  db,
  limits,
}: Pick<Deps, 'config' | 'db'> & { limits: SignInLimits }) {
  const app = new Hono<AccountEnv>()

  app.get('/invitations/:token', async c => {
    const person = c.get('session')?.person
    const offer = await findOffer(db, c.req.param('token'))
    if (person && (await isInside(db, person, offer))) return c.redirect(`/tablos/${offer.tabloId}`, 303)
    if (!offer.taken) return invitationPage(c, offer)
    // It may be theirs who took it.
    if (!person) return c.redirect(`/login?next=${encodeURIComponent(c.req.path)}`, 303)
    throw dead()
  })

  app.post('/invitations/:token', async c => {
    const person = c.get('session')?.person
    const token = c.req.param('token')
    const from = originOf(c, config)
    const offer = await findOffer(db, token)
    const values = await readForm(c)
    const run = async () => {
      if (person) return seeOther(c, `/tablos/${await accept(db, person, token, from.address)}`)
      const { time_zone: timeZone, ...given } = parse(signUpSchema, withAddress(offer, values))
      const session = await signUpInvited(
        db,
        limits,
        { ...given, timeZone },
        config.signup,
        from,
        async (tx, made) => {
          await join(tx, made, token, from.address)
        },
      )
      keepSession(c, config, session)
      return seeOther(c, `/tablos/${offer.tabloId}`)
    }
    const explained = person ? 'invitation_other_address' : 'signup_closed'
    return formResult(c, run, problem => invitationPage(c, offer, values, problem), explained)
  })

  async function invitationPage(
    c: Context<AccountEnv>,
    offer: Offer,
    values: FormValues = {},
    problem?: Problem,
  ) {
    const locale = c.get('locale')
    const ways = await waysOf(offer)
    const page = (
      <InvitationPage
        {...{ locale, offer, ways, values, problem }}
        path={c.req.path}
        person={c.get('session')?.person}
      />
    )
    c.header('Cache-Control', 'no-store')
    return c.render(page, { title: locale.t.members.invitation.title })
  }

  /** Whether an address has an account is told only to whoever has shown that they read it. */
  async function waysOf(offer: Offer) {
    if (offer.proves && (await hasAccount(db, offer))) return 'sign-in'
    if (config.signup === 'closed') return 'sign-in-only'
    return offer.proves ? 'sign-up' : 'either'
  }

  return app
}

/** A bound invitation is for its address alone, whatever the form says. */
const withAddress = ({ open, email }: Offer, values: FormValues): FormValues =>
  open ? values : { ...values, email }
