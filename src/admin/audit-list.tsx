import type { Locale } from '../texts/locale.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'
import type { AuditLine } from './audit.ts'
import { detailsOf } from './audit-details.ts'
import { sentenceOf } from './audit-sentence.ts'

export const AUDIT_PATH = '/admin/audit'

/** Everything about a person. */
export const pathOfPerson = (id: string): string => `${AUDIT_PATH}?person=${id}`

/** Lines of the audit as sentences. */
export function AuditList({ locale, lines }: { locale: Locale; lines: readonly AuditLine[] }) {
  return (
    <ul class="rows audit">
      {lines.map(line => (
        <li class="row">
          <Icon name={iconOf(line)} size={20} />
          <div class="row-words">
            <p>{sentenceOf(locale, line)}</p>
            <Facts locale={locale} line={line} />
          </div>
        </li>
      ))}
    </ul>
  )
}

/** When, from where, what exactly, and who the sentence is about. */
function Facts({ locale, line }: { locale: Locale; line: AuditLine }) {
  const t = locale.t.admin.audit
  const { at, address, details, actor, actorId, subject, subjectId } = line
  const people = new Map([
    [actorId, actor],
    [subjectId, subject],
  ])
  return (
    <p class="row-meta">
      <time datetime={at.toISOString()}>{locale.dateTime(at)}</time>
      {address !== null && <span>{t.address(address)}</span>}
      {detailsOf(locale, details).map(detail => (
        <span>{detail}</span>
      ))}
      {[...people].map(
        ([id, name]) => id !== null && name !== null && <a href={pathOfPerson(id)}>{addressIn(name)}</a>,
      )}
    </p>
  )
}

/** `ada@example.org` of `Ada <ada@example.org>`: the sentence has the name. */
const addressIn = (named: string): string => / <([^<>]*)>$/.exec(named)?.[1] ?? named

const ICONS: [RegExp, IconName][] = [
  [/^(sign_in_blocked|person_disabled|account_closed)$/, 'circle-alert'],
  [/admin$/, 'users'],
  [/token|keys|factors|password|link/, 'key-round'],
  [/session|signed_in/, 'monitor'],
  [/^job/, 'activity'],
]

const iconOf = ({ written }: AuditLine): IconName =>
  ICONS.find(([pattern]) => pattern.test(written))?.[1] ?? 'history'
