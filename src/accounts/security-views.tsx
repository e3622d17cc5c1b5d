import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Person } from './actor.ts'
import type { Passkey } from './passkeys.ts'
import { RECOVERY_CODES } from './recovery-codes.ts'
import { SettingsTabs } from './settings-tabs.tsx'
import { SECURITY } from './signed-in.ts'
import type { RelyingParty } from './webauthn.ts'

interface SecurityPageProps {
  locale: Locale
  person: Person
  /** Since when there is an authenticator */
  authenticator: Date | null
  passkeys: readonly Passkey[]
  party: RelyingParty | undefined
  /** Recovery codes that are left */
  codes: number
  /** A second factor is required, and there is none yet */
  required: boolean
  /** A recovery code was used just now; then where the person wanted to go */
  used: string | undefined
}

/** What a person signs in with besides their password. */
export function SecurityPage(props: SecurityPageProps) {
  const { locale, person, authenticator, passkeys, codes, required, used } = props
  const t = locale.t.secondFactor
  const any = authenticator !== null || passkeys.length > 0
  return (
    <>
      <PageHead title={locale.t.accounts.settings.title} text={person.email} />
      {!required && <SettingsTabs locale={locale} page="security" />}
      {required && <Notice kind="info">{t.required}</Notice>}
      {used !== undefined && (
        <Notice
          kind="info"
          action={
            <Button size="small" href={used}>
              {t.codes.goOn}
            </Button>
          }
        >
          {t.codes.used(codes)}
        </Notice>
      )}
      <section class="section" aria-labelledby="authenticator-title">
        <div class="section-head">
          <h2 id="authenticator-title">{t.app.title}</h2>
          <p>{t.app.lead}</p>
        </div>
        <Authenticator locale={locale} since={authenticator} first={!any} />
      </section>
      <Passkeys {...props} />
      {any && (
        <section class="section" aria-labelledby="codes-title">
          <div class="section-head">
            <h2 id="codes-title">{t.codes.title}</h2>
            <p>{t.codes.lead}</p>
          </div>
          <div class="row token security-row">
            <Icon name="list-checks" size={20} />
            <div class="row-words">
              <p>{t.codes.left(codes, RECOVERY_CODES)}</p>
            </div>
            <Confirm
              locale={locale}
              label={t.codes.renew}
              icon="refresh-cw"
              question={t.codes.renewQuestion}
              yes={t.codes.renewYes}
              action={`${SECURITY}/codes`}
              size="small"
            />
          </div>
        </section>
      )}
    </>
  )
}

function Authenticator({ locale, since, first }: { locale: Locale; since: Date | null; first: boolean }) {
  const t = locale.t.secondFactor.app
  if (!since) {
    return (
      <Form action={`${SECURITY}/authenticator`} inline>
        <Button kind={first ? 'primary' : 'secondary'} icon="smartphone">
          {t.setUp}
        </Button>
      </Form>
    )
  }
  return (
    <div class="row token security-row">
      <Icon name="smartphone" size={20} />
      <div class="row-words">
        <p>
          {t.name} <Badge kind="ok">{t.on}</Badge>
        </p>
        <p class="row-meta">{t.since(locale.date(since))}</p>
      </div>
      <Confirm
        locale={locale}
        label={t.turnOff}
        icon="x"
        question={t.turnOffQuestion}
        yes={t.turnOffYes}
        action={`${SECURITY}/authenticator/remove`}
        size="small"
      />
    </div>
  )
}

function Passkeys({ locale, passkeys, party }: SecurityPageProps) {
  const t = locale.t.secondFactor.passkeys
  return (
    <section class="section" aria-labelledby="passkeys-title">
      <div class="section-head">
        <h2 id="passkeys-title">{t.title}</h2>
        <p>{t.lead}</p>
      </div>
      {passkeys.length > 0 && (
        <ul class="rows" aria-label={t.list}>
          {passkeys.map(passkey => (
            <PasskeyItem locale={locale} passkey={passkey} />
          ))}
        </ul>
      )}
      {party ? (
        <p>
          <Button href={`${SECURITY}/passkeys/new`} icon="plus">
            {t.add}
          </Button>
        </p>
      ) : (
        <p class="field-hint">{t.nowhere}</p>
      )}
    </section>
  )
}

function PasskeyItem({ locale, passkey }: { locale: Locale; passkey: Passkey }) {
  const t = locale.t.secondFactor.passkeys
  const { id, name, created_at, last_used_at } = passkey
  return (
    <li class="row token">
      <Icon name="fingerprint" size={20} />
      <div class="row-words">
        <p>{name}</p>
        <p class="row-meta token-facts">
          <TimeAgo locale={locale} at={created_at} words={t.created} />
          {last_used_at ? (
            <TimeAgo locale={locale} at={last_used_at} words={t.lastUsed} />
          ) : (
            <span>{t.neverUsed}</span>
          )}
        </p>
      </div>
      <details class="confirm rename">
        <summary class="btn btn-ghost btn-icon btn-small" title={t.rename(name)} aria-label={t.rename(name)}>
          <Icon name="pencil" />
        </summary>
        <div class="confirm-panel">
          <Form action={`${SECURITY}/passkeys/${id}/rename`}>
            <Field name="name" id={`f-name-${id}`} label={t.name} value={name} autocomplete="off" required />
            <div class="confirm-actions">
              <Button kind="primary">{t.save}</Button>
              <span class="needs-script">
                <Button type="button" data-cancel="">
                  {locale.t.ui.cancel}
                </Button>
              </span>
            </div>
          </Form>
        </div>
      </details>
      <Confirm
        locale={locale}
        label={t.remove(name)}
        bare
        question={t.removeQuestion(name)}
        yes={t.removeYes}
        action={`${SECURITY}/passkeys/${id}/remove`}
        size="small"
      />
    </li>
  )
}
