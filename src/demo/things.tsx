import type { Locale } from '../texts/locale.ts'
import { Avatar, Avatars } from '../ui/Avatar.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Column, Kanban } from '../ui/Column.tsx'
import { toneOf } from '../ui/colors.ts'
import { Progress } from '../ui/Progress.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { TaskCard } from '../ui/TaskCard.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import { Beside, Shelf } from './Shelf.tsx'
import { samplePeople, sampleTablos } from './samples.ts'

const HOUR_MS = 3_600_000

/** Small facts: states, people, how far a thing is. */
export function Status({ locale }: { locale: Locale }) {
  const { states, sections } = locale.t.demo
  const now = new Date()
  return (
    <Shelf title={sections.status}>
      <Beside>
        <Badge>{states.neutral}</Badge>
        <Badge kind="accent">{states.accent}</Badge>
        <Badge kind="ok" icon="check">
          {states.ok}
        </Badge>
        <Badge kind="warn" icon="clock">
          {states.warn}
        </Badge>
        <Badge kind="danger" icon="circle-alert">
          {states.danger}
        </Badge>
      </Beside>
      <Beside>
        <Avatars>
          {samplePeople.map(person => (
            <Avatar person={person} />
          ))}
        </Avatars>
        {samplePeople.map(person => (
          <Avatar person={person} size="small" />
        ))}
        <span class="text-meta text-muted">
          <TimeAgo locale={locale} at={new Date(now.getTime() - 3 * HOUR_MS)} now={now} />
        </span>
      </Beside>
      <div class={`grid max-w-card gap-2 ${toneOf('teal')}`}>
        <Progress locale={locale} done={0} total={40} label={sections.status} />
        <Progress locale={locale} done={12} total={40} label={sections.status} />
        <Progress locale={locale} done={40} total={40} label={sections.status} />
      </div>
    </Shelf>
  )
}

/** Cards as the dashboard has them. */
export function Cards({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.cards}>
      <div class="card-grid">
        {sampleTablos(locale).map((tablo, index) => (
          <Card color={tablo.color} href="/demo" title={tablo.title}>
            <p class="card-text">{demo.samples[index]}</p>
            <Progress locale={locale} done={12 * index} total={40} label={tablo.title} />
          </Card>
        ))}
      </div>
    </Shelf>
  )
}

/** The views of a Tablo. */
export function TabsOfTablo({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  const tabs = [
    { href: '/demo#overview', label: demo.overview },
    { href: '/demo#tasks', label: demo.tasks, count: 40 },
    { href: '/demo#files', label: demo.files, count: 3 },
  ]
  return (
    <Shelf title={demo.sections.tabs}>
      <Tabs locale={locale} label={demo.sections.tabs} tabs={tabs} current="/demo#tasks" />
    </Shelf>
  )
}

/** Two columns, one task at rest, one lifted, and the place it left. */
export function SampleKanban({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  const [first, second, third, fourth, fifth] = demo.samples
  const columns = (['todo', 'in_progress', 'done'] as const).map((status, index) => ({
    status,
    name: demo.columns[status],
    count: [3, 2, 0][index] ?? 0,
  }))
  const add = (
    <Button kind="ghost" icon="plus" wide type="button">
      {demo.addTask}
    </Button>
  )
  const lists = [
    [
      <TaskCard id="1" href="/demo#t-1" title={first ?? ''} />,
      <TaskCard id="2" href="/demo#t-2" title={second ?? ''}>
        <Badge kind="warn">{demo.states.warn}</Badge>
      </TaskCard>,
      <li class="task task-place">
        <span>{third}</span>
      </li>,
    ],
    [
      <li class="task task-lifted">
        <a href="/demo#t-3">{third}</a>
      </li>,
      <TaskCard id="4" href="/demo#t-4" title={fourth ?? ''} />,
      <TaskCard id="5" href="/demo#t-5" title={fifth ?? ''} />,
    ],
    [],
  ]
  return (
    <Shelf title={demo.sections.kanban}>
      <Kanban locale={locale} label={demo.sections.kanban} columns={columns}>
        {columns.map((column, index) => (
          <Column locale={locale} {...column} foot={add}>
            {lists[index]}
          </Column>
        ))}
      </Kanban>
    </Shelf>
  )
}
