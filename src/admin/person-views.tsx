import { deviceOf } from '../accounts/device.ts'
import type { PersonEntry, PersonHoldings } from '../accounts/people-listing.ts'
import type { listSessions } from '../accounts/sessions.ts'
import type { Problem } from '../platform/web/env.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Problems } from '../ui/Problems.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { AuditLine } from './audit.ts'
import { AuditList, pathOfPerson } from './audit-list.tsx'
import { PATH, PersonBadges } from './people-views.tsx'
import { PersonActions } from './person-actions.tsx'

type SessionRow = Awaited<ReturnType<typeof listSessions>>[number]

export type Done = keyof Locale['t']['admin']['people']['done']

export interface PersonPageProps {
  locale: Locale
  person: PersonEntry
  holdings: PersonHoldings
  sessions: readonly SessionRow[]
  history: readonly AuditLine[]
  /** It is the page of who looks */
  own: boolean
  /** The id of the session that looks */
  current: string
  /** No mail goes out, so a link to set a new password is handed over */
  linksByHand: boolean
  /** What has just been done */
  done: string | undefined
  problem: Problem | undefined
  /** A link that was just made */
  link: string | undefined
}

export function PersonPage(props: PersonPageProps) {
  const { locale, person, own, history, done, problem, link } = props
  const t = locale.t.admin.people
  const said = Object.hasOwn(t.done, done ?? '') ? t.done[done as Done] : undefined
  return (
    <div class="person-page">
      <p class="crumb">
        <a href={PATH}>
          <Icon name="arrow-left" />
          <span>{t.title}</span>
        </a>
      </p>
      <PageHead title={person.name} text={person.email} />
      <p class="person-badges">
        <PersonBadges locale={locale} person={person} own={own} />
      </p>
      <Problems locale={locale} problem={problem} />
      {!problem && said && <Notice kind="ok">{said}</Notice>}
      {person.disabled_at && <Notice kind="info">{t.disabledNotice}</Notice>}
      {link !== undefined && <MadeLink locale={locale} link={link} />}
      <Facts {...props} />
      <Sessions {...props} />
      <PersonActions {...props} />
      <section class="section" aria-labelledby="history-title">
        <h2 id="history-title">{t.history}</h2>
        <AuditList locale={locale} lines={history} />
        <p class="meta">
          <a class="link" href={pathOfPerson(person.id)}>
            {t.wholeHistory}
          </a>
        </p>
      </section>
    </div>
  )
}

function MadeLink({ locale, link }: { locale: Locale; link: string }) {
  const t = locale.t.admin.people
  return (
    <section class="made-token" aria-labelledby="made-title" tabindex={-1} data-focus="">
      <div>
        <h2 id="made-title">
          <Icon name="circle-check" />
          <span>{t.linkMade}</span>
        </h2>
        <p>{t.linkOnce}</p>
      </div>
      <div class="made-token-line">
        <input class="input" id="made-link" readonly value={link} aria-label={t.linkLabel} />
        <span class="needs-script">
          <Button type="button" icon="copy" data-copy="made-link" data-copied={t.copied}>
            {t.copy}
          </Button>
        </span>
      </div>
    </section>
  )
}

/** What the account has, in pairs. */
function Facts({ locale, person, holdings }: PersonPageProps) {
  const t = locale.t.admin.people
  const { passkeys, identities } = holdings
  const ways = [
    holdings.password && t.password,
    ...identities.map(({ provider, email }) => (email ? t.provider(provider, email) : provider)),
    passkeys > 0 && t.passkeys(passkeys),
  ].filter(way => way !== false)
  const facts: [string, string][] = [
    [t.columns.since, locale.date(person.created_at)],
    [t.columns.seen, person.last_seen_at ? locale.dateTime(person.last_seen_at) : t.never],
    [t.address, person.email_verified_at ? t.verified : t.unverified],
    [t.signsIn, ways.length === 0 ? t.nothing : ways.join(', ')],
    [t.columns.factor, holdings.authenticator ? t.authenticator(holdings.recovery_codes) : t.noFactor],
    [t.tokens, locale.number(holdings.tokens)],
    [t.tablos, locale.number(holdings.tablos)],
  ]
  return (
    <section class="section" aria-labelledby="account-title">
      <h2 id="account-title">{t.account}</h2>
      <dl class="facts-list">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Sessions({ locale, person, sessions, current }: PersonPageProps) {
  const t = locale.t.admin.people
  const words = locale.t.accounts.settings
  const path = `${PATH}/${person.id}`
  return (
    <section class="section" id="sessions" aria-labelledby="sessions-title">
      <h2 id="sessions-title">{t.sessionsTitle}</h2>
      {sessions.length === 0 && <p class="meta">{t.noSessions}</p>}
      <ul class="rows" hidden={sessions.length === 0}>
        {sessions.map(session => {
          const device = deviceOf(session.user_agent)
          const name = device ? words.deviceOn(device.browser, device.system) : words.unknownDevice
          return (
            <li class="row">
              <Icon name="monitor" size={20} />
              <div class="row-words">
                <p>
                  {name} {session.id === current && <Badge kind="accent">{words.thisSession}</Badge>}
                </p>
                <p class="row-meta">
                  {words.from(session.address)} ·{' '}
                  <TimeAgo locale={locale} at={session.last_seen_at} words={words.seen} />
                </p>
              </div>
              <Form action={`${path}/sessions/${session.id}/end`} inline>
                <Button size="small" aria-label={t.endSessionOf(name)}>
                  {t.endSession}
                </Button>
              </Form>
            </li>
          )
        })}
      </ul>
      <Confirm
        locale={locale}
        label={t.endAll}
        icon="log-out"
        question={t.endAllConfirm}
        yes={t.endAllYes}
        action={`${path}/end-sessions`}
      />
    </section>
  )
}
