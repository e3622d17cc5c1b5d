import type { Person } from '../accounts/actor.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Password } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import type { Offer } from './joining.ts'

interface InvitationPageProps {
  locale: Locale
  offer: Offer
  /** Where the forms post to */
  path: string
  /** Who is signed in */
  person: Person | undefined
  /** What somebody who is not signed in can do: `either` where they have not shown that they read the address */
  ways: 'sign-up' | 'sign-in' | 'either' | 'sign-in-only'
  values: FormValues
  problem: Problem | undefined
}

/** What whoever follows the link of an invitation sees: who asks them where, and what they can do about it. */
export function InvitationPage(props: InvitationPageProps) {
  const { locale, offer, path, person } = props
  const t = locale.t.members.invitation
  const who = offer.inviter ?? locale.t.activity.someone
  return (
    <div class="invitation">
      <PageHead title={t.title} text={t.lead(who, offer.title)} />
      <p>{t.roles[offer.role]}</p>
      {person ? <SignedIn {...{ locale, offer, path, person }} /> : <SignedOut {...props} />}
    </div>
  )
}

type SignedInProps = Pick<InvitationPageProps, 'locale' | 'offer' | 'path'> & { person: Person }

function SignedIn({ locale, offer, path, person }: SignedInProps) {
  const t = locale.t.members.invitation
  if (!offer.open && offer.email !== person.email) {
    return (
      <>
        <p>{t.otherAddress(offer.email, person.email)}</p>
        <Form action="/logout" inline>
          <input type="hidden" name="next" value={path} />
          <Button kind="primary" icon="log-out">
            {t.signOut}
          </Button>
        </Form>
      </>
    )
  }
  return (
    <>
      <p class="meta">{t.as(person.email)}</p>
      <Form action={path} inline>
        <Button kind="primary">{t.accept}</Button>
      </Form>
    </>
  )
}

function SignedOut({ locale, offer, path, ways, values, problem }: InvitationPageProps) {
  const t = locale.t.members.invitation
  const signIn = `/login?next=${encodeURIComponent(path)}`
  if (ways === 'sign-in' || ways === 'sign-in-only') {
    return (
      <>
        <p>{ways === 'sign-in' ? t.signInLead(offer.email) : t.signInOnly}</p>
        <Button kind="primary" href={signIn} wide>
          {t.signIn}
        </Button>
      </>
    )
  }
  return (
    <>
      <h2>{t.signUp}</h2>
      <SignUpForm {...{ locale, offer, path, values, problem }} />
      <p class="plain-foot">
        {t.haveAccount} <a href={signIn}>{t.signIn}</a>
      </p>
    </>
  )
}

type SignUpFormProps = Pick<InvitationPageProps, 'locale' | 'offer' | 'path' | 'values' | 'problem'>

function SignUpForm({ locale, offer, path, values, problem }: SignUpFormProps) {
  const t = locale.t.accounts.signUp
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action={path}>
      <Problems locale={locale} problem={problem} />
      <Field
        name="name"
        label={t.name}
        value={values.name}
        error={errorOf('name')}
        autocomplete="name"
        required
        autofocus
      />
      <Field
        name="email"
        type="email"
        label={t.email}
        value={offer.open ? values.email : offer.email}
        error={errorOf('email')}
        autocomplete="username"
        readonly={!offer.open}
        required
      />
      <Password
        locale={locale}
        name="password"
        label={t.password}
        hint={t.passwordHint}
        error={errorOf('password')}
        autocomplete="new-password"
        required
      />
      <input type="hidden" name="time_zone" value={values.time_zone ?? ''} data-time-zone="" />
      <Button kind="primary" wide>
        {locale.t.members.invitation.signUpSubmit}
      </Button>
    </Form>
  )
}
