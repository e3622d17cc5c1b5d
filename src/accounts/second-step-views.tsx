import type { Problem } from '../platform/web/env.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { PasskeyForm } from './passkey-parts.tsx'
import type { SecondFactors } from './second-factors.ts'
import type { RelyingParty } from './webauthn.ts'

interface SecondStepPageProps {
  locale: Locale
  factors: SecondFactors
  party: RelyingParty | undefined
  next: string
  problem: Problem | undefined
}

/** What is asked after the password: whatever the person has, and a recovery code for when they don't. */
export function SecondStepPage({ locale, factors, party, next, problem }: SecondStepPageProps) {
  const t = locale.t.secondFactor.step
  const app = factors.authenticator !== null
  const recoveryError = errorsBy(locale, problem)('recovery')
  const passkey = party && factors.passkeys > 0 ? party : undefined
  return (
    <>
      <PageHead title={t.title} text={app ? t.leadApp : t.leadPasskey} />
      <div class="proving">
        <Problems locale={locale} problem={problem} />
        {app && <CodeForm locale={locale} next={next} problem={problem} />}
        {passkey && (
          <div>
            <PasskeyForm
              locale={locale}
              party={passkey}
              does="get"
              action="/login/second/passkey"
              label={t.passkey}
              kind={app ? 'secondary' : 'primary'}
              wide
              next={next}
            />
            {!app && <p class="unless-passkeys">{t.passkeyElsewhere(passkey.origin)}</p>}
          </div>
        )}
      </div>
      <details class="plain-foot recovery" open={!!recoveryError || (!app && !passkey)}>
        <summary>{t.recovery}</summary>
        <Form action="/login/second">
          <Field
            name="code"
            id="f-recovery"
            label={t.recoveryCode}
            hint={t.recoveryHint}
            error={recoveryError}
            autocomplete="off"
            required
          />
          <input type="hidden" name="by" value="recovery" />
          {next && <input type="hidden" name="next" value={next} />}
          <Button wide>{t.submitRecovery}</Button>
        </Form>
        <p class="field-hint">{t.lost}</p>
      </details>
      <p class="plain-foot">
        <a href="/login">{t.somebodyElse}</a>
      </p>
    </>
  )
}

interface CodeFormProps {
  locale: Locale
  next: string
  problem: Problem | undefined
}

function CodeForm({ locale, next, problem }: CodeFormProps) {
  const t = locale.t.secondFactor.step
  return (
    <Form action="/login/second">
      <Field
        name="code"
        label={t.code}
        error={errorsBy(locale, problem)('code')}
        autocomplete="one-time-code"
        inputmode="numeric"
        required
        autofocus
      />
      {next && <input type="hidden" name="next" value={next} />}
      <Button kind="primary" wide>
        {t.submit}
      </Button>
    </Form>
  )
}

interface SignInAgainPageProps {
  locale: Locale
  problem: Problem
  next: string
}

/** What was refused, where only signing in anew helps. */
export function SignInAgainPage({ locale, problem, next }: SignInAgainPageProps) {
  return (
    <>
      <PageHead title={locale.t.accounts.signIn.title} />
      <Problems locale={locale} problem={problem} />
      <p class="again">
        <Button href={next === '' ? '/login' : `/login?next=${encodeURIComponent(next)}`} kind="primary" wide>
          {locale.t.secondFactor.step.again}
        </Button>
      </p>
    </>
  )
}
