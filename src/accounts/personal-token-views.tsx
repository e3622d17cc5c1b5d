import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Person } from './actor.ts'
import type { PersonalToken } from './personal-tokens.ts'
import { tokenDays, tokenScopes } from './schema.ts'
import { SettingsTabs } from './settings-tabs.tsx'

/** A token that has just been made, in the one answer that shows it. */
export interface MadeToken {
  token: string
  name: string
}

interface PersonalTokensPageProps {
  locale: Locale
  person: Person
  tokens: readonly PersonalToken[]
  /** What the form shows */
  values: FormValues
  problem: Problem | undefined
  made: MadeToken | undefined
}

export function PersonalTokensPage(props: PersonalTokensPageProps) {
  const { locale, person, tokens, values, problem, made } = props
  const t = locale.t.accounts.tokens
  return (
    <>
      <PageHead title={locale.t.accounts.settings.title} text={person.email} />
      <SettingsTabs locale={locale} page="tokens" />
      <section class="section" aria-labelledby="tokens-title">
        <div class="section-head">
          <h2 id="tokens-title">{t.title}</h2>
          <p>
            {t.lead} <a href="/api/docs">{t.docs}</a>
          </p>
        </div>
        {made && <Made locale={locale} made={made} />}
        {tokens.length === 0 ? (
          <EmptyState icon="key-round" text={t.empty} />
        ) : (
          <ul class="rows" aria-label={t.list}>
            {tokens.map(token => (
              <TokenItem locale={locale} token={token} />
            ))}
          </ul>
        )}
      </section>
      <section class="section" aria-labelledby="new-token-title">
        <div class="section-head">
          <h2 id="new-token-title">{t.newToken}</h2>
        </div>
        <TokenForm locale={locale} values={values} problem={problem} />
      </section>
    </>
  )
}

function Made({ locale, made }: { locale: Locale; made: MadeToken }) {
  const t = locale.t.accounts.tokens
  return (
    <section class="made-token" tabindex={-1} aria-labelledby="made-token-title" data-focus="">
      <div>
        <h3 id="made-token-title">
          <Icon name="circle-check" />
          {t.made(made.name)}
        </h3>
        <p>{t.madeLead}</p>
      </div>
      <div class="made-token-line">
        <input
          class="input"
          id="made-token"
          readonly
          autocomplete="off"
          spellcheck={false}
          value={made.token}
          aria-label={t.madeLabel}
        />
        <span class="needs-script">
          <Button type="button" icon="copy" data-copy="made-token" data-copied={t.copied}>
            {t.copy}
          </Button>
        </span>
      </div>
    </section>
  )
}

function TokenItem({ locale, token }: { locale: Locale; token: PersonalToken }) {
  const t = locale.t.accounts.tokens
  const { id, name, scope, expired, created_at, expires_at, last_used_at } = token
  return (
    <li class="row token">
      <Icon name="key-round" size={20} />
      <div class="row-words">
        <p>
          {name} <Badge kind={scope === 'write' ? 'accent' : 'neutral'}>{t.scopes[scope]}</Badge>{' '}
          {expired && <Badge kind="danger">{t.expired}</Badge>}
        </p>
        <p class="row-meta token-facts">
          <TimeAgo locale={locale} at={created_at} words={t.created} />
          {last_used_at ? (
            <TimeAgo locale={locale} at={last_used_at} words={t.used} />
          ) : (
            <span>{t.neverUsed}</span>
          )}
          {!expired && (
            <time datetime={expires_at.toISOString()} title={locale.dateTime(expires_at)}>
              {t.expires(locale.date(expires_at))}
            </time>
          )}
        </p>
      </div>
      <Confirm
        locale={locale}
        label={t.end(name)}
        bare
        question={t.endConfirm(name)}
        yes={t.endYes}
        action={`/settings/tokens/${id}/end`}
        size="small"
      />
    </li>
  )
}

interface TokenFormProps {
  locale: Locale
  values: FormValues
  problem: Problem | undefined
}

function TokenForm({ locale, values, problem }: TokenFormProps) {
  const t = locale.t.accounts.tokens
  const errorOf = errorsBy(locale, problem)
  return (
    <Form action="/settings/tokens">
      <Problems locale={locale} problem={problem} />
      <input type="hidden" name="id" value={values.id} />
      <Field
        name="name"
        label={t.name}
        hint={t.nameHint}
        value={values.name}
        error={errorOf('name')}
        autocomplete="off"
        required
      />
      <Select
        name="scope"
        label={t.scope}
        value={values.scope}
        options={tokenScopes.map(scope => ({ value: scope, label: t.scopes[scope] }))}
        error={errorOf('scope')}
      />
      <Select
        name="days"
        label={t.expiry}
        value={values.days}
        options={tokenDays.map(days => ({ value: String(days), label: t.days[days] }))}
        error={errorOf('days')}
      />
      <div class="form-foot">
        <Button kind="primary">{t.submit}</Button>
      </div>
    </Form>
  )
}
