import type { PersonEntry } from '../accounts/people-listing.ts'
import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { classes } from '../ui/classes.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field } from '../ui/Field.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'

export const PATH = '/admin/users'

interface PeoplePageProps {
  locale: Locale
  people: readonly PersonEntry[]
  /** How many there are of whom this is a page */
  count: number
  /** What was searched for */
  text: string | undefined
  /** There are more after these */
  more: boolean
  /** These are not the first */
  later: boolean
  /** The id of who looks */
  own: string
}

export function PeoplePage({ locale, people, count, text, more, later, own }: PeoplePageProps) {
  const t = locale.t.admin.people
  const last = people.at(-1)
  return (
    <>
      <PageHead title={t.title} text={t.lead} />
      <search>
        <form class="find" method="get" action={PATH}>
          <Field name="q" type="search" label={t.search} value={text} autocomplete="off" maxlength={200} />
          <Button icon="search">{t.submit}</Button>
        </form>
      </search>
      <p class="meta people-count">
        {t.count(count)}
        {text !== undefined && (
          <>
            {' '}
            <span>{t.whose(text)}</span>{' '}
            <a class="link" href={PATH}>
              {t.all}
            </a>
          </>
        )}
      </p>
      {people.length === 0 ? (
        <EmptyState icon="users" text={t.none} />
      ) : (
        <PeopleTable locale={locale} people={people} own={own} />
      )}
      {(more || later) && (
        <nav class="steps" aria-label={t.title}>
          {later && <Button href={pathOf(text)}>{t.first}</Button>}
          {more && last && <Button href={pathOf(text, last.id)}>{t.next}</Button>}
        </nav>
      )}
    </>
  )
}

function PeopleTable({ locale, people, own }: Pick<PeoplePageProps, 'locale' | 'people' | 'own'>) {
  const t = locale.t.admin.people
  return (
    <div class="table-frame">
      <table class="table people-table">
        <thead>
          <tr>
            {(['person', 'role', 'since', 'seen', 'sessions', 'email', 'factor'] as const).map(column => (
              <th scope="col">{t.columns[column]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map(person => (
            <tr>
              <th scope="row">
                <a href={`${PATH}/${person.id}`}>
                  <Avatar person={person} named />
                  <span>
                    <span class={classes('person-name', person.disabled_at !== null && 'person-out')}>
                      {person.name}
                    </span>
                    <span class="person-email">{person.email}</span>
                  </span>
                </a>
              </th>
              <td class="person-badges">
                <PersonBadges locale={locale} person={person} own={person.id === own} />
              </td>
              <td data-label={t.columns.since}>{locale.date(person.created_at)}</td>
              <td data-label={t.columns.seen}>
                {person.last_seen_at ? <TimeAgo locale={locale} at={person.last_seen_at} /> : t.never}
              </td>
              <td data-label={t.columns.sessions}>{locale.number(person.sessions)}</td>
              <td data-label={t.columns.email}>{person.email_verified_at ? t.verified : t.unverified}</td>
              <td data-label={t.columns.factor}>{person.second_factor ? t.factor : t.noFactor}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The role, and what is out of the ordinary. */
export function PersonBadges({
  locale,
  person,
  own,
}: {
  locale: Locale
  person: Pick<PersonEntry, 'role' | 'disabled_at'>
  own: boolean
}) {
  const t = locale.t.admin.people
  return (
    <>
      <Badge kind={person.role === 'admin' ? 'accent' : 'neutral'}>{t.roles[person.role]}</Badge>
      {person.disabled_at && <Badge kind="danger">{t.disabled}</Badge>}
      {own && <Badge>{t.you}</Badge>}
    </>
  )
}

/** The page of the people of whom the text is, from a place on. */
function pathOf(text: string | undefined, after?: string): string {
  const query = new URLSearchParams({ ...(text !== undefined && { q: text }), ...(after && { after }) })
  return query.size === 0 ? PATH : `${PATH}?${query}`
}
