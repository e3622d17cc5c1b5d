import type { Locale } from '../texts/locale.ts'
import { Avatar, Avatars } from '../ui/Avatar.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { classes } from '../ui/classes.ts'
import { toneOf } from '../ui/colors.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Progress } from '../ui/Progress.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { TabloSummary } from './reading.ts'

interface DashboardPageProps {
  locale: Locale
  tablos: TabloSummary[]
  /** Shows the archived ones in place of the active */
  archived: boolean
  archivedCount: number
  view: 'cards' | 'list'
}

export function DashboardPage({ locale, tablos, archived, archivedCount, view }: DashboardPageProps) {
  const t = locale.t.tablos
  return (
    <>
      <PageHead title={archived ? t.archivedTitle : t.title}>
        {tablos.length > 0 && <ViewSwitch locale={locale} archived={archived} view={view} />}
        {!archived && tablos.length > 0 && (
          <Button href="/tablos/new" kind="primary" icon="plus">
            {t.newTablo}
          </Button>
        )}
      </PageHead>
      {tablos.length === 0 ? (
        <Nothing locale={locale} archived={archived} />
      ) : view === 'list' ? (
        <TabloTable locale={locale} tablos={tablos} />
      ) : (
        <div class="card-grid">
          {tablos.map(tablo => (
            <TabloCard locale={locale} tablo={tablo} />
          ))}
        </div>
      )}
      {archived ? (
        <p class="page-foot">
          <a href="/">{t.backToActive}</a>
        </p>
      ) : (
        archivedCount > 0 && (
          <p class="page-foot">
            <a href="/?archived=1">{t.showArchived(archivedCount)}</a>
          </p>
        )
      )}
    </>
  )
}

function Nothing({ locale, archived }: { locale: Locale; archived: boolean }) {
  const t = locale.t.tablos
  if (archived) return <EmptyState icon="archive" text={t.emptyArchived} />
  return (
    <EmptyState icon="square-kanban" text={t.empty}>
      <Button href="/tablos/new" kind="primary" icon="plus">
        {t.emptyAction}
      </Button>
    </EmptyState>
  )
}

function ViewSwitch({ locale, archived, view }: Pick<DashboardPageProps, 'locale' | 'archived' | 'view'>) {
  const t = locale.t.tablos
  const path = (of: 'cards' | 'list') => {
    const query = [archived && 'archived=1', of === 'list' && 'view=list'].filter(Boolean).join('&')
    return query ? `/?${query}` : '/'
  }
  const current = (of: string) => (of === view ? 'true' : undefined)
  return (
    <span class="switch">
      <IconButton icon="layout-grid" label={t.asCards} href={path('cards')} aria-current={current('cards')} />
      <IconButton icon="list" label={t.asList} href={path('list')} aria-current={current('list')} />
    </span>
  )
}

function TabloCard({ locale, tablo }: { locale: Locale; tablo: TabloSummary }) {
  const { id, title, description, color } = tablo
  return (
    <Card color={color} href={`/tablos/${id}`} title={title}>
      {description && <p class="card-text">{description}</p>}
      <div class="card-foot">
        <TabloProgress locale={locale} tablo={tablo} />
        <div class="card-meta">
          <People tablo={tablo} />
          <TimeAgo locale={locale} at={tablo.changedAt} words={locale.t.tablos.changed} />
        </div>
      </div>
    </Card>
  )
}

function TabloTable({ locale, tablos }: { locale: Locale; tablos: TabloSummary[] }) {
  const { columns } = locale.t.tablos
  return (
    <div class="table-frame">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{columns.title}</th>
            <th scope="col">{columns.progress}</th>
            <th scope="col">{columns.people}</th>
            <th scope="col">{columns.changed}</th>
          </tr>
        </thead>
        <tbody>
          {tablos.map(tablo => (
            <tr class={toneOf(tablo.color)}>
              <th scope="row">
                <a href={`/tablos/${tablo.id}`}>
                  <span class={classes('dot', toneOf(tablo.color))} />
                  <span>{tablo.title}</span>
                </a>
              </th>
              <td>
                <TabloProgress locale={locale} tablo={tablo} />
              </td>
              <td>
                <People tablo={tablo} />
              </td>
              <td>
                <TimeAgo locale={locale} at={tablo.changedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TabloProgress({ locale, tablo }: { locale: Locale; tablo: TabloSummary }) {
  const t = locale.t.tablos
  if (tablo.total === 0) return <p class="meta">{t.noTasks}</p>
  return <Progress locale={locale} done={tablo.done} total={tablo.total} label={t.progressLabel} />
}

function People({ tablo }: { tablo: TabloSummary }) {
  return (
    <Avatars>
      {tablo.people.map(person => (
        <Avatar person={person} size="small" />
      ))}
      {tablo.morePeople > 0 && <span class="avatar avatar-small avatar-more">+{tablo.morePeople}</span>}
    </Avatars>
  )
}
