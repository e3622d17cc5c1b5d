import { type TaskStatus, taskStatuses } from '../activity/kinds.ts'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import { ID_SLOT } from '../platform/web/kept.ts'
import { TabloHead } from '../tablos/frame.tsx'
import { may } from '../tablos/roles.ts'
import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Column, Kanban } from '../ui/Column.tsx'
import { classes } from '../ui/classes.ts'
import { Textarea } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { TaskCard } from '../ui/TaskCard.tsx'
import type { Card } from './card.ts'

/** A form as a person left it, and why it was refused. */
export interface Draft {
  values: FormValues
  problem: Problem
}

interface KanbanPageProps {
  locale: Locale
  tablo: Tablo
  cards: readonly Card[]
  /** A task that could not be added, in the foot of its column */
  draft?: Draft
  /** Why a move was refused */
  problem?: Problem
}

export function KanbanPage({ locale, tablo, cards, draft, problem }: KanbanPageProps) {
  return (
    <>
      <TabloHead locale={locale} tablo={tablo} part="tasks" />
      <Problems locale={locale} problem={problem} />
      <Columns locale={locale} tablo={tablo} cards={cards} draft={draft} />
      <dialog class="panel" id="panel" aria-label={locale.t.tasks.panel} />
      <p class="hidden-text" id="kanban-says" role="status" />
      <template id="kanban-parts">
        <Menu id="task-menu" label="" bare size="small" end>
          {''}
        </Menu>
      </template>
    </>
  )
}

interface ColumnsProps {
  locale: Locale
  tablo: Tablo
  cards: readonly Card[]
  draft?: Draft | undefined
}

/** The four columns. The script reads what it needs to say from the attributes. */
export function Columns({ locale, tablo, cards, draft }: ColumnsProps) {
  const t = locale.t.tasks
  const editable = may(tablo.role, 'content')
  const byStatus = Map.groupBy(cards, card => card.status)
  const columns = taskStatuses.map(status => ({
    status,
    name: t.status[status],
    count: byStatus.get(status)?.length ?? 0,
  }))
  return (
    <Kanban
      label={t.columns}
      columns={columns}
      locale={locale}
      data-editable={editable ? '' : undefined}
      data-moved={t.moved('{title}', '{column}', '{place}', '{all}')}
      data-not-moved={t.notMoved}
      data-deleted={t.deleted('{title}')}
      data-not-deleted={t.notDeleted}
      data-gone={t.gone}
      data-menu={t.actions('{title}')}
      data-keys={t.keys}
    >
      {columns.map(({ status, name, count }) => (
        <Column
          locale={locale}
          status={status}
          name={name}
          count={count}
          foot={editable && <AddTask locale={locale} tabloId={tablo.id} status={status} draft={draft} />}
        >
          {byStatus.get(status)?.map(card => (
            <Task locale={locale} tabloId={tablo.id} card={card} />
          ))}
        </Column>
      ))}
    </Kanban>
  )
}

/** One task in its column. */
export function Task({ locale, tabloId, card }: { locale: Locale; tabloId: string; card: Card }) {
  return (
    <TaskCard id={card.id} href={`/tablos/${tabloId}/tasks/${card.id}`} title={card.title}>
      {card.described && (
        <>
          <Icon name="text" />
          <span class="hidden-text">{locale.t.tasks.described}</span>
        </>
      )}
    </TaskCard>
  )
}

interface AddTaskProps {
  locale: Locale
  tabloId: string
  status?: TaskStatus
  draft?: Draft | undefined
}

/** What adds a task at the foot of a column. Stays open for the next one. */
export function AddTask({ locale, tabloId, status, draft }: AddTaskProps) {
  const t = locale.t.tasks
  const drafted = taskStatuses.find(each => each === draft?.values.status) ?? 'todo'
  const column = status ?? drafted
  const own = drafted === column ? draft : undefined
  const id = `add-${column}`
  return (
    <details class="add-task" id={id} open={own !== undefined}>
      <summary class={classes('btn btn-ghost')} aria-label={t.addTo(t.status[column])}>
        <Icon name="plus" />
        <span>{t.add}</span>
      </summary>
      <Form action={`/tablos/${tabloId}/tasks`} target={`#${id}`} swap="outerMorph" class="form">
        <input type="hidden" name="id" value={own?.values.id ?? ID_SLOT} />
        <input type="hidden" name="status" value={column} />
        <Textarea
          id={`${id}-title`}
          name="title"
          label={t.newTitle}
          value={own?.values.title}
          error={errorsBy(locale, own?.problem)('title')}
          rows={2}
          required
        />
        <div class="form-foot">
          <Button kind="primary" size="small">
            {t.addSubmit}
          </Button>
          <span class="needs-script">
            <IconButton icon="x" label={t.close} size="small" type="button" data-close-add="" />
          </span>
        </div>
      </Form>
    </details>
  )
}
