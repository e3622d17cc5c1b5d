import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import { type Language, type Locale, languages, textsOf } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Field, Password, Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Person } from './actor.ts'
import { deviceOf } from './device.ts'
import type { listSessions } from './sessions.ts'
import { SettingsTabs } from './settings-tabs.tsx'

interface SettingsPageProps {
  locale: Locale
  person: Person
  /** What the profile form shows */
  profile: FormValues
  profileProblem: Problem | undefined
  /** Who signs in by a provider may have none. */
  hasPassword: boolean
  passwordProblem: Problem | undefined
  sessions: SessionRow[]
  /** The id of the session that looks at the page */
  current: string
  /** Which section has just been saved */
  saved: string | undefined
}

type SessionRow = Awaited<ReturnType<typeof listSessions>>[number]

export function SettingsPage(props: SettingsPageProps) {
  const { locale, person, profile, profileProblem, passwordProblem, sessions, current, saved } = props
  const { hasPassword } = props
  const t = locale.t.accounts.settings
  return (
    <>
      <PageHead title={t.title} text={person.email} />
      <SettingsTabs locale={locale} page="settings" />
      <section class="section" id="profile" aria-labelledby="profile-title">
        <div class="section-head">
          <h2 id="profile-title">{t.profile}</h2>
        </div>
        {saved === 'profile' && <Notice kind="ok">{t.saved}</Notice>}
        <ProfileForm locale={locale} values={profile} problem={profileProblem} />
      </section>
      <section class="section" id="password" aria-labelledby="password-title">
        <div class="section-head">
          <h2 id="password-title">{t.password}</h2>
          <p>{hasPassword ? t.passwordLead : locale.t.providers.addPasswordLead}</p>
        </div>
        {saved === 'password' && <Notice kind="ok">{t.saved}</Notice>}
        <PasswordForm {...{ locale, hasPassword }} problem={passwordProblem} email={person.email} />
      </section>
      <section class="section" id="sessions" aria-labelledby="sessions-title">
        <div class="section-head">
          <h2 id="sessions-title">{t.sessions}</h2>
          <p>{t.sessionsLead}</p>
        </div>
        <ul class="rows">
          {sessions.map(session => (
            <SessionItem locale={locale} session={session} isCurrent={session.id === current} />
          ))}
        </ul>
      </section>
    </>
  )
}

interface FormProps {
  locale: Locale
  problem: Problem | undefined
}

function ProfileForm({ locale, values, problem }: FormProps & { values: FormValues }) {
  const t = locale.t.accounts.settings
  const errorOf = errorsBy(locale, problem)
  const languageOptions = [
    { value: '', label: t.browserLanguage },
    ...languages.map((language: Language) => ({ value: language, label: textsOf(language).language })),
  ]
  return (
    <Form action="/settings">
      <Problems locale={locale} problem={problem} />
      <Field
        name="name"
        label={t.name}
        value={values.name}
        error={errorOf('name')}
        autocomplete="name"
        required
      />
      <Select
        name="language"
        label={t.language}
        value={values.language}
        options={languageOptions}
        error={errorOf('language')}
      />
      <Select
        name="time_zone"
        label={t.timeZone}
        value={values.time_zone}
        options={timeZoneOptions}
        error={errorOf('time_zone')}
      />
      <div class="form-foot">
        <Button kind="primary">{t.saveProfile}</Button>
      </div>
    </Form>
  )
}

interface PasswordFormProps extends FormProps {
  email: string
  hasPassword: boolean
}

function PasswordForm({ locale, problem, email, hasPassword }: PasswordFormProps) {
  const t = locale.t.accounts.settings
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action="/settings/password">
      <Problems locale={locale} problem={problem} />
      {/* For password managers: which account the new password belongs to. */}
      <input type="hidden" name="email" autocomplete="username" value={email} />
      {hasPassword && (
        <Password
          locale={locale}
          name="current"
          label={t.current}
          error={errorOf('current')}
          autocomplete="current-password"
          required
        />
      )}
      <Password
        locale={locale}
        name="password"
        label={t.newPassword}
        hint={locale.t.accounts.signUp.passwordHint}
        error={errorOf('password')}
        autocomplete="new-password"
        required
      />
      <div class="form-foot">
        <Button>{hasPassword ? t.savePassword : locale.t.providers.addPasswordSubmit}</Button>
      </div>
    </Form>
  )
}

interface SessionItemProps {
  locale: Locale
  session: SessionRow
  isCurrent: boolean
}

function SessionItem({ locale, session, isCurrent }: SessionItemProps) {
  const t = locale.t.accounts.settings
  const device = deviceOf(session.user_agent)
  const name = device ? t.deviceOn(device.browser, device.system) : t.unknownDevice
  const mobile = /iPhone|iPad|Android/.test(device?.system ?? '')
  return (
    <li class="row">
      <Icon name={mobile ? 'smartphone' : 'monitor'} size={20} />
      <div class="row-words">
        <p>
          {name} {isCurrent && <Badge kind="accent">{t.thisSession}</Badge>}
        </p>
        <p class="row-meta">
          {t.from(session.address)} · <TimeAgo locale={locale} at={session.last_seen_at} words={t.seen} />
        </p>
      </div>
      {!isCurrent && (
        <Form action={`/settings/sessions/${session.id}/end`} inline>
          <Button size="small" aria-label={t.endSessionOf(name)}>
            {t.endSession}
          </Button>
        </Form>
      )}
    </li>
  )
}

const timeZoneOptions = ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')].map(
  zone => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }),
)
