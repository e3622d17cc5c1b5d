import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field, Password } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { PasskeyForm } from './passkey-parts.tsx'
import { type Offered, ProviderButtons } from './provider-views.tsx'
import type { RelyingParty } from './webauthn.ts'

interface FormPageProps {
  locale: Locale
  values?: FormValues | undefined
  problem?: Problem | undefined
}

/** Who may make an account: the first person of all, anybody, or only somebody with an invitation. */
export type Invitation = 'first' | 'open' | 'closed'

interface SignUpPageProps extends FormPageProps {
  action: string
  invitation: Invitation
  /** Who else says who people are; undefined: here nobody else can. */
  providers?: readonly Offered[] | undefined
}

export function SignUpPage(props: SignUpPageProps) {
  const { locale, action, invitation, providers, values = {}, problem } = props
  const t = locale.t.accounts.signUp
  const otherWay = (
    <p class="plain-foot">
      {t.other} <a href="/login">{t.otherLink}</a>
    </p>
  )
  const others = providers && <ProviderButtons locale={locale} providers={providers} />
  if (invitation === 'closed') {
    return (
      <>
        <PageHead title={t.title} />
        <EmptyState icon="mail" text={locale.t.errors.signup_closed} />
        {others}
        {otherWay}
      </>
    )
  }
  const errorOf = errorsBy(locale, problem)
  return (
    <>
      <PageHead title={t.title} text={invitation === 'first' ? t.firstLead : t.lead} />
      <Form action={action}>
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
          value={values.email}
          error={errorOf('email')}
          autocomplete="username"
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
          {t.submit}
        </Button>
      </Form>
      {others}
      {invitation === 'open' && otherWay}
    </>
  )
}

interface SignInPageProps extends FormPageProps {
  canSignUp: boolean
  providers: readonly Offered[]
  party: RelyingParty | undefined
}

export function SignInPage({ locale, values = {}, problem, canSignUp, providers, party }: SignInPageProps) {
  const t = locale.t.accounts.signIn
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <Form action="/login">
        <Problems locale={locale} problem={problem} />
        <Field
          name="email"
          type="email"
          label={t.email}
          value={values.email}
          autocomplete="username webauthn"
          required
          autofocus
        />
        <Password
          locale={locale}
          name="password"
          label={t.password}
          autocomplete="current-password"
          required
        />
        {values.next && <input type="hidden" name="next" value={values.next} />}
        <Button kind="primary" wide>
          {t.submit}
        </Button>
      </Form>
      {party && (
        <div class="second-way">
          <PasskeyForm
            locale={locale}
            party={party}
            does="get"
            action="/login/passkey"
            label={locale.t.secondFactor.passkeys.signIn}
            wide
            next={values.next}
            offering
          />
        </div>
      )}
      <ProviderButtons locale={locale} providers={providers} next={values.next} />
      <div class="plain-foot">
        <p>
          <a href="/forgot">{locale.t.addresses.forgot.link}</a>
        </p>
        {canSignUp && (
          <p>
            {t.other} <a href="/signup">{t.otherLink}</a>
          </p>
        )}
      </div>
    </>
  )
}

/** The form of a reset link. */
export function ResetPage({ locale, action, problem }: FormPageProps & { action: string }) {
  const t = locale.t.accounts.reset
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <Form action={action}>
        <Problems locale={locale} problem={problem} />
        <Password
          locale={locale}
          name="password"
          label={t.password}
          hint={locale.t.accounts.signUp.passwordHint}
          error={errorsBy(locale, problem)('password')}
          autocomplete="new-password"
          required
          autofocus
        />
        <Button kind="primary" wide>
          {t.submit}
        </Button>
      </Form>
    </>
  )
}
