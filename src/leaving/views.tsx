import type { Person } from '../accounts/actor.ts'
import { SettingsTabs } from '../accounts/settings-tabs.tsx'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import { fieldOf, type OwnedAlone } from '../tablos/leaving.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Password, Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'

interface AccountPageProps {
  locale: Locale
  person: Person
  /** Of which it is asked what becomes of them */
  owned: readonly OwnedAlone[]
  /** Whether the account has a password, by which closing it is confirmed */
  byPassword: boolean
  values: FormValues
  problem: Problem | undefined
}

export function AccountPage(props: AccountPageProps) {
  const { locale, person } = props
  const t = locale.t.leaving
  return (
    <>
      <PageHead title={locale.t.accounts.settings.title} text={person.email} />
      <SettingsTabs locale={locale} page="account" />
      <section class="section" id="export" aria-labelledby="export-title">
        <div class="section-head">
          <h2 id="export-title">{t.export}</h2>
          <p>{t.exportLead}</p>
        </div>
        <div>
          <Button href="/settings/account/export" icon="download">
            {t.exportSubmit}
          </Button>
        </div>
      </section>
      <section class="section" id="close" aria-labelledby="close-title">
        <div class="section-head">
          <h2 id="close-title">{t.close}</h2>
          <p>{t.closeLead}</p>
        </div>
        <ClosingForm {...props} />
      </section>
    </>
  )
}

function ClosingForm({ locale, person, owned, byPassword, values, problem }: AccountPageProps) {
  const t = locale.t.leaving
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action="/settings/account/close">
      <Problems locale={locale} problem={problem} />
      {owned.length > 0 && (
        <fieldset class="fates">
          <legend class="field-label">{t.owned}</legend>
          <p class="field-hint">{t.ownedLead}</p>
          {owned.map(({ id, title, heirs }) => (
            <Select
              name={fieldOf(id)}
              label={title}
              value={values[fieldOf(id)] ?? ''}
              options={[
                { value: '', label: t.choose },
                ...heirs.map(heir => ({ value: heir.id, label: t.handTo(heir.name) })),
                { value: 'delete', label: t.delete },
              ]}
              error={errorOf(fieldOf(id))}
              required
            />
          ))}
        </fieldset>
      )}
      {byPassword ? (
        <>
          {/* For password managers: whose password it is. */}
          <input type="hidden" name="username" autocomplete="username" value={person.email} />
          <Password
            locale={locale}
            name="password"
            label={t.password}
            error={errorOf('password')}
            autocomplete="current-password"
            required
          />
        </>
      ) : (
        <Field
          name="email"
          label={t.email}
          hint={t.emailHint(person.email)}
          value={values.email}
          error={errorOf('email')}
          autocomplete="off"
          required
        />
      )}
      <div class="form-foot">
        <Button kind="danger">{t.submit}</Button>
      </div>
    </Form>
  )
}

/** For whoever has just closed their account. */
export function GonePage({ locale }: { locale: Locale }) {
  const t = locale.t.leaving
  return (
    <div class="fault">
      <PageHead title={t.gone} text={t.goneText} />
      <Button href="/login">{t.goneLink}</Button>
    </div>
  )
}
