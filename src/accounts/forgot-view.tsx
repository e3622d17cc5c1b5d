import type { Mailer } from '../platform/mail/mailer.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'

interface ForgotPageProps {
  locale: Locale
  /** How mail leaves, if it does */
  mails: Mailer['way']
  /** Asked for: what the page says then is the same for every address */
  sent: boolean
  values?: FormValues | undefined
  problem?: Problem | undefined
}

/** Where a link to set a new password is asked for. */
export function ForgotPage({ locale, mails, sent, values = {}, problem }: ForgotPageProps) {
  const t = locale.t.addresses.forgot
  const back = (
    <p class="plain-foot">
      <a href="/login">{t.back}</a>
    </p>
  )
  if (mails === 'none') {
    return (
      <>
        <PageHead title={t.title} />
        <EmptyState icon="mail" text={t.none} />
        {back}
      </>
    )
  }
  if (sent) {
    return (
      <>
        <PageHead title={t.sentTitle} text={t.sent} />
        <p class="mail-hint">{t.sentHint}</p>
        {mails === 'shown' && <Button href="/dev/mail">{locale.t.addresses.shown.open}</Button>}
        <p class="plain-foot">
          <a href="/forgot">{t.again}</a> · <a href="/login">{t.back}</a>
        </p>
      </>
    )
  }
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <Form action="/forgot">
        <Problems locale={locale} problem={problem} />
        <Field
          name="email"
          type="email"
          label={t.email}
          value={values.email}
          error={errorsBy(locale, problem)('email')}
          autocomplete="username"
          required
          autofocus
        />
        <Button kind="primary" wide>
          {t.submit}
        </Button>
      </Form>
      {back}
    </>
  )
}
