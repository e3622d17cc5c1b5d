import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { Activity } from './activity.ts'

interface ActivityListProps {
  locale: Locale
  /** Newest first */
  activities: readonly Activity[]
  now: Date
  /** What is said when there is none */
  empty: string
}

/** Changes as sentences, grouped by the day they happened on where the reader is. */
export function ActivityList({ locale, activities, now, empty }: ActivityListProps) {
  if (activities.length === 0) return <p class="meta">{empty}</p>
  const days = Map.groupBy(activities, ({ at }) => locale.dayKey(at))
  return (
    <div class="activity">
      {[...days.values()].map(ofDay => (
        <section>
          <h3>{ofDay[0] && nameOfDay(locale, ofDay[0].at, now)}</h3>
          <ol>
            {ofDay.map(activity => (
              <li>
                <Avatar
                  person={{ id: activity.actorId, name: activity.actorName ?? locale.t.activity.someone }}
                  size="small"
                  named
                />
                <p>{sentence(locale, activity)}</p>
                <TimeAgo locale={locale} at={activity.at} now={now} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function nameOfDay(locale: Locale, at: Date, now: Date): string {
  const key = locale.dayKey(at)
  const yesterday = new Date(now.getTime() - 86_400_000)
  if (key === locale.dayKey(now)) return locale.t.activity.today
  return key === locale.dayKey(yesterday) ? locale.t.activity.yesterday : locale.day(at)
}

/** What happened, in the reader's words. */
function sentence(locale: Locale, { change, actorName }: Activity): string {
  const t = locale.t.activity
  const who = actorName ?? t.someone
  switch (change.kind) {
    case 'tablo_changed': {
      const { before, title } = change.payload
      return before === title ? t.tablo_changed(who) : t.tablo_renamed(who, before, title)
    }
    case 'tablo_created':
    case 'tablo_archived':
    case 'tablo_restored':
    case 'tablo_deleted':
      return t[change.kind](who)
    case 'task_changed': {
      const { before, title, to } = change.payload
      const changed = before === title ? t.task_changed(who, title) : t.task_renamed(who, before, title)
      return to === undefined ? changed : t.and_moved(changed, locale.t.tasks.status[to])
    }
    case 'task_moved': {
      const { from, to, title } = change.payload
      return from === to ? t.task_reordered(who, title) : t.task_moved(who, title, locale.t.tasks.status[to])
    }
    case 'file_added':
    case 'file_removed':
      return t[change.kind](who, change.payload.name)
    case 'member_joined': {
      const { name, role } = change.payload
      return t.member_joined(name || t.someone, locale.t.tablos.roles[role])
    }
    case 'member_role_changed': {
      const { name, from, to } = change.payload
      const roles = locale.t.tablos.roles
      return t.member_role_changed(who, name || t.someone, roles[from], roles[to])
    }
    case 'member_removed':
    case 'tablo_transferred':
      return t[change.kind](who, change.payload.name || t.someone)
    case 'member_left':
      return t.member_left(change.payload.name || t.someone)
    case 'account_closed': {
      const { owner } = change.payload
      return owner === undefined ? t.account_closed(who) : t.account_handed(who, owner)
    }
    case 'task_created':
    case 'task_deleted':
      return t[change.kind](who, change.payload.title)
    default:
      // After a rollback: a later release has written what this one does not know.
      return t.unknown(who)
  }
}
