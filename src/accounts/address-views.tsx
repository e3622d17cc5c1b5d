import type { Mailer } from '../platform/mail/mailer.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Field, Password } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import type { Person } from './actor.ts'
import { SettingsTabs } from './settings-tabs.tsx'

interface EmailPageProps {
  locale: Locale
  person: Person
  /** Since when the address is known to be the person's */
  verified: Date | null
  hasPassword: boolean
  mails: Mailer['way']
  values?: FormValues | undefined
  problem?: Problem | undefined
  saved: string | undefined
  /** Which link has just been asked for: of one's own address, or of a new one */
  sent: string | undefined
}

/** The person's own address: whether it is known to be theirs, and how to have another. */
export function EmailPage(props: EmailPageProps) {
  const { locale, person, verified, hasPassword, mails, values, problem, saved, sent } = props
  const t = locale.t.addresses.email
  const shown = mails === 'shown' && <a href="/dev/mail">{locale.t.addresses.shown.open}</a>
  const own = problem && values === undefined ? problem : undefined
  return (
    <>
      <PageHead title={locale.t.accounts.settings.title} text={person.email} />
      <SettingsTabs locale={locale} page="email" />
      <section class="section" aria-labelledby="email-title">
        <div class="section-head">
          <h2 id="email-title">{t.title}</h2>
          <p>{t.lead}</p>
        </div>
        {saved && <Notice kind="ok">{t.saved}</Notice>}
        {sent === 'own' && !verified && (
          <Notice kind="ok" action={shown}>
            {t.sentOwn(person.email)}
          </Notice>
        )}
        {own && <Problems locale={locale} problem={own} />}
        <ul class="rows">
          <li class="row own-address">
            <Icon name="mail" size={20} />
            <div class="row-words">
              <p>
                {person.email}{' '}
                <Badge kind={verified ? 'ok' : 'neutral'}>{verified ? t.verified : t.unverified}</Badge>
              </p>
              <p class="row-meta">{verified ? t.since(locale.date(verified)) : t.unverifiedLead}</p>
            </div>
            {!verified && mails !== 'none' && (
              <Form action="/settings/email/verify" inline>
                <Button size="small">{t.send}</Button>
              </Form>
            )}
          </li>
        </ul>
        {mails === 'none' && <Notice kind="info">{t.none}</Notice>}
      </section>
      {mails !== 'none' && (
        <section class="section" aria-labelledby="new-email-title">
          <div class="section-head">
            <h2 id="new-email-title">{t.change}</h2>
            <p>{t.changeLead}</p>
          </div>
          {sent === 'new' && (
            <Notice kind="ok" action={shown}>
              {t.sentNew}
            </Notice>
          )}
          <ChangeForm {...{ locale, person, hasPassword, values }} problem={values && problem} />
        </section>
      )}
    </>
  )
}

function ChangeForm({
  locale,
  person,
  hasPassword,
  values = {},
  problem,
}: Pick<EmailPageProps, 'locale' | 'person' | 'hasPassword' | 'values' | 'problem'>) {
  const t = locale.t.addresses.email
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action="/settings/email">
      <Problems locale={locale} problem={problem} />
      <Field
        name="email"
        type="email"
        label={t.newEmail}
        value={values.email}
        error={errorOf('email')}
        autocomplete="email"
        required
      />
      {hasPassword && (
        <>
          {/* For password managers: whose password is asked for. */}
          <input type="hidden" name="username" autocomplete="username" value={person.email} />
          <Password
            locale={locale}
            name="current"
            label={locale.t.accounts.settings.current}
            error={errorOf('current')}
            autocomplete="current-password"
            required
          />
        </>
      )}
      <div class="form-foot">
        <Button kind="primary">{t.submit}</Button>
      </div>
    </Form>
  )
}

interface VerifyPageProps {
  locale: Locale
  action: string
  /** The address that the link was mailed to, and the one that the account has */
  email: string
  was: string
  problem: Problem | undefined
}

/** Where a link leads that was mailed to prove an address: programs that look through mail follow links, but press nothing. */
export function VerifyPage({ locale, action, email, was, problem }: VerifyPageProps) {
  const t = locale.t.addresses.verify
  return (
    <>
      <PageHead title={t.title} text={email === was ? t.own(email) : t.change(was, email)} />
      <Form action={action}>
        <Problems locale={locale} problem={problem} />
        <div class="form-foot">
          <Button kind="primary">{email === was ? t.submit : t.submitChange}</Button>
        </div>
      </Form>
    </>
  )
}
