import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Password } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { QrCode } from '../ui/QrCode.tsx'
import type { AuthenticatorOffer } from './authenticators.ts'
import { PasskeyForm } from './passkey-parts.tsx'
import type { SecondFactors } from './second-factors.ts'
import { SECURITY } from './signed-in.ts'
import type { RelyingParty } from './webauthn.ts'

interface StepProps {
  locale: Locale
  problem?: Problem | undefined
}

/** The code to be read by the app, and the code of the app to prove that it was. */
export function SetUpAuthenticatorPage({
  locale,
  offer,
  problem,
}: StepProps & { offer: AuthenticatorOffer }) {
  const t = locale.t.secondFactor.app
  return (
    <>
      <PageHead title={t.setUpTitle} text={t.setUpLead} />
      <div class="set-up">
        <QrCode content={offer.uri} label={t.qr} />
        <div class="set-up-words">
          <p>{t.typed}</p>
          <p class="typed-secret">{offer.secret.replaceAll(/.{4}(?=.)/g, '$& ')}</p>
          <Form action={`${SECURITY}/authenticator/code`}>
            <Problems locale={locale} problem={problem} />
            <Field
              name="code"
              label={t.code}
              hint={t.codeHint}
              error={errorsBy(locale, problem)('code')}
              autocomplete="one-time-code"
              inputmode="numeric"
              required
            />
            <div class="form-foot">
              <Button kind="primary">{t.confirm}</Button>
              <Button href={SECURITY}>{locale.t.ui.cancel}</Button>
            </div>
          </Form>
        </div>
      </div>
    </>
  )
}

interface NewPasskeyPageProps extends StepProps {
  party: RelyingParty
  values: FormValues
}

export function NewPasskeyPage({ locale, party, values, problem }: NewPasskeyPageProps) {
  const t = locale.t.secondFactor.passkeys
  return (
    <>
      <PageHead title={t.newTitle} text={t.newLead} />
      <div class="proving">
        <Problems locale={locale} problem={problem} />
        <PasskeyForm
          locale={locale}
          party={party}
          does="create"
          action={`${SECURITY}/passkeys`}
          label={t.create}
          kind="primary"
          wide
        >
          <Field
            name="name"
            label={t.name}
            hint={t.nameHint}
            value={values.name}
            error={errorsBy(locale, problem)('name')}
            autocomplete="off"
            required
          />
        </PasskeyForm>
        <p class="unless-passkeys">{t.elsewhere(party.origin)}</p>
      </div>
      <p class="page-foot">
        <a href={SECURITY}>{t.back}</a>
      </p>
    </>
  )
}

/** Recovery codes that have just been made, in the one answer that shows them. */
export function CodesPage({ locale, codes }: { locale: Locale; codes: readonly string[] }) {
  const t = locale.t.secondFactor.codes
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <section class="made-token codes" tabindex={-1} aria-labelledby="codes-made" data-focus="">
        <div>
          <h3 id="codes-made">
            <Icon name="circle-check" />
            {t.made}
          </h3>
          <p>{t.madeLead}</p>
        </div>
        <ul class="recovery-codes" id="recovery-codes">
          {codes.map(code => (
            <li>{code}</li>
          ))}
        </ul>
        <div class="made-token-line">
          {/* Not by htmx, which would put what is to be saved into the page. */}
          <form method="post" action={`${SECURITY}/codes/download`} data-download="">
            <input type="hidden" name="codes" value={codes.join(' ')} />
            <Button icon="download">{t.download}</Button>
          </form>
          <span class="needs-script">
            <Button type="button" icon="copy" data-copy="recovery-codes" data-copied={t.copied}>
              {t.copy}
            </Button>
          </span>
        </div>
      </section>
      <p class="done">
        <Button href={SECURITY} kind="primary">
          {t.done}
        </Button>
      </p>
    </>
  )
}

interface ProvePageProps extends StepProps {
  factors: SecondFactors
  hasPassword: boolean
  party: RelyingParty | undefined
  next: string
}

/** Asks once more who it is, before something is changed that one signs in with. */
export function ProvePage({ locale, factors, hasPassword, party, next, problem }: ProvePageProps) {
  const t = locale.t.secondFactor.proving
  const errorOf = errorsBy(locale, problem)
  const passkey = factors.passkeys > 0 ? party : undefined
  const kept = <input type="hidden" name="next" value={next} />
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <div class="proving">
        <Problems locale={locale} problem={problem} />
        {passkey && (
          <PasskeyForm
            locale={locale}
            party={passkey}
            does="get"
            action={`${SECURITY}/confirm/passkey`}
            label={t.passkey}
            kind="primary"
            wide
            next={next}
          />
        )}
        {factors.authenticator && (
          <Form action={`${SECURITY}/confirm/code`}>
            <Field
              name="code"
              label={t.code}
              error={errorOf('code')}
              autocomplete="one-time-code"
              inputmode="numeric"
              required
            />
            {kept}
            <Button kind={passkey ? 'secondary' : 'primary'} wide>
              {t.byCode}
            </Button>
          </Form>
        )}
        {hasPassword && (
          <Form action={`${SECURITY}/confirm/password`}>
            <Password
              locale={locale}
              name="password"
              label={t.password}
              error={errorOf('password')}
              autocomplete="current-password"
              required
            />
            {kept}
            <Button kind={passkey || factors.authenticator ? 'secondary' : 'primary'} wide>
              {t.byPassword}
            </Button>
          </Form>
        )}
        {!hasPassword && !factors.authenticator && !passkey && (
          <>
            <p>{t.signInAgain}</p>
            <form method="post" action="/logout">
              <Button>{locale.t.ui.signOut}</Button>
            </form>
          </>
        )}
      </div>
    </>
  )
}
