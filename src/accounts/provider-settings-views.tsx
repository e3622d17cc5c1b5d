import type { Problem } from '../platform/web/env.ts'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { classes } from '../ui/classes.ts'
import { Password } from '../ui/Field.tsx'
import { ErrorSummary, Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { ProviderMark } from '../ui/ProviderMark.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Person } from './actor.ts'
import type { Offered } from './provider-views.tsx'
import { SettingsTabs } from './settings-tabs.tsx'
import { hasWayIn, type Identity, type WaysIn } from './ways-in.ts'

interface PageProps {
  locale: Locale
  person: Person
  /** Those that are set up */
  providers: readonly Offered[]
  ways: WaysIn
  /** The form that was refused */
  asked: { provider: string; problem: Problem } | undefined
  notice: string | undefined
  /** Where a person wanted to go who is told something first */
  next: string
}

/** How a person signs in: the password, and the identities that are linked or can be. */
export function ProviderSettingsPage(props: PageProps) {
  const { locale, person, providers, ways, asked, notice, next } = props
  const t = locale.t.providers
  const unused = ways.identities.filter(({ provider }) => !providers.some(({ name }) => name === provider))
  const rows = [...providers, ...unused.map(({ provider: name }) => ({ name, label: name }))]
  return (
    <>
      <PageHead title={locale.t.accounts.settings.title} text={person.email} />
      <SettingsTabs locale={locale} page="providers" />
      <section class="section methods" aria-labelledby="methods-title">
        <div class="section-head">
          <h2 id="methods-title">{t.title}</h2>
          <p>{t.lead}</p>
        </div>
        {notice === 'linked' && <Notice kind="ok">{t.linked}</Notice>}
        {notice === 'unlinked' && <Notice kind="ok">{t.unlinked}</Notice>}
        {notice === 'replaced' && !ways.hasPassword && (
          <Notice kind="info" action={<Button href={next}>{t.goOn}</Button>}>
            {t.replaced}
          </Notice>
        )}
        {asked && <Refusal locale={locale} {...asked} label={labelOf(rows, asked.provider)} />}
        <ul class="rows">
          <li class="row">
            <Icon name="key-round" size={20} />
            <div class="row-words">
              <p>{t.password}</p>
              <p class="row-meta">{ways.hasPassword ? t.passwordSet : t.passwordNone}</p>
            </div>
            <Button size="small" href="/settings#password">
              {ways.hasPassword ? t.changePassword : t.addPassword}
            </Button>
          </li>
          {rows.map(provider => (
            <ProviderRow
              {...{ locale, person, ways, provider }}
              usable={providers.map(({ name }) => name)}
              problem={asked?.provider === provider.name ? asked.problem : undefined}
            />
          ))}
        </ul>
      </section>
    </>
  )
}

interface RefusalProps {
  locale: Locale
  label: string
  problem: Problem
}

/** The provider is not always the one whose row is looked at: what it did not do is said by its name. */
function Refusal({ locale, label, problem }: RefusalProps) {
  if (problem.text !== 'provider_unreachable') return <Problems locale={locale} problem={problem} />
  return <ErrorSummary locale={locale} errors={[{ message: locale.t.providers.silent(label) }]} />
}

const labelOf = (rows: readonly Offered[], name: string) =>
  rows.find(each => each.name === name)?.label ?? name

interface RowProps {
  locale: Locale
  person: Person
  provider: Offered
  ways: WaysIn
  usable: readonly string[]
  problem: Problem | undefined
}

function ProviderRow(props: RowProps) {
  const { locale, provider, ways, usable } = props
  const identity = ways.identities.find(each => each.provider === provider.name)
  const without = { ...ways, identities: ways.identities.filter(each => each !== identity) }
  const t = locale.t.providers
  return (
    <li class="row token method">
      <ProviderMark provider={provider.name} size={20} />
      <div class="row-words">
        <p>{provider.label}</p>
        <p class="row-meta token-facts">
          {identity ? <Facts locale={locale} identity={identity} /> : <span>{t.notYet}</span>}
          {!usable.includes(provider.name) && <span>{t.gone}</span>}
        </p>
      </div>
      {identity && !hasWayIn(without, usable) ? (
        <Button size="small" disabled={locale.t.errors.last_way_in}>
          {t.unlink}
        </Button>
      ) : (
        <Proof {...props} step={identity ? 'unlink' : 'link'} />
      )}
    </li>
  )
}

function Facts({ locale, identity }: { locale: Locale; identity: Identity }) {
  const t = locale.t.providers
  return (
    <>
      {identity.email && <span>{identity.email}</span>}
      <TimeAgo locale={locale} at={identity.created_at} words={t.linkedSince} />
      <TimeAgo locale={locale} at={identity.last_used_at} words={t.used} />
    </>
  )
}

/** Asks for the password where the thing is, if there is one, before a way in is opened or closed. */
function Proof({ locale, person, provider, ways, problem, step }: RowProps & { step: 'link' | 'unlink' }) {
  const t = locale.t.providers
  const { name, label } = provider
  const words = step === 'link' ? t.linkOf(label) : t.unlinkOf(label)
  const lead =
    step === 'link' ? t.linkLead(label) : ways.hasPassword ? t.unlinkProof(label) : t.unlinkLead(label)
  const action = `/settings/providers/${name}/${step}`
  // Nothing to ask for: one press links.
  if (step === 'link' && !ways.hasPassword && !problem)
    return (
      <Form action={action} inline>
        <Button size="small" aria-label={words}>
          {t.link}
        </Button>
      </Form>
    )
  return (
    <details class={classes('confirm', step === 'link' && 'confirm-opens')} open={problem !== undefined}>
      <summary class="btn btn-secondary btn-small" aria-label={words}>
        <span>{t[step]}</span>
      </summary>
      <div class="confirm-panel">
        <p>{lead}</p>
        <Form action={action}>
          {ways.hasPassword && (
            <>
              <input type="hidden" name="email" autocomplete="username" value={person.email} />
              <Password
                locale={locale}
                // That of the refused form is where the list of errors leads to.
                id={problem ? undefined : `f-current-${name}`}
                name="current"
                label={t.current}
                error={errorsBy(locale, problem)('current')}
                autocomplete="current-password"
                required
              />
            </>
          )}
          <div class="confirm-actions">
            <Button kind={step === 'link' ? 'primary' : 'danger'}>{words}</Button>
            <span class="needs-script">
              <Button type="button" data-cancel="">
                {locale.t.ui.cancel}
              </Button>
            </span>
          </div>
        </Form>
      </div>
    </details>
  )
}
