import { raw } from 'hono/html'
import type { Activity } from '../activity/activity.ts'
import { taskStatuses } from '../activity/kinds.ts'
import { ActivityList } from '../activity/views.tsx'
import { markdown } from '../platform/markdown.ts'
import { may } from '../tablos/roles.ts'
import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { classes } from '../ui/classes.ts'
import { toneOf } from '../ui/colors.ts'
import { Select, Textarea } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { taskCardId } from '../ui/TaskCard.tsx'
import type { Draft } from './kanban.tsx'
import { MoveItems } from './move-menu.tsx'
import type { Places } from './ordering.ts'
import type { Task } from './tasks.ts'

export interface TaskViewProps {
  locale: Locale
  tablo: Tablo
  task: Task
  places: Places
  activities: readonly Activity[]
  /** An edit that was refused, to be shown again */
  draft?: Draft | undefined
  /** Stands in the panel beside the Kanban */
  panel?: boolean
}

/** A task as a page of its own. */
export function TaskPage(props: TaskViewProps) {
  const { tablo } = props
  return (
    <div class={classes('task-page', toneOf(tablo.color))}>
      <p class="crumb">
        <a href={`/tablos/${tablo.id}/tasks`}>
          <Icon name="arrow-left" />
          <span>{tablo.title}</span>
        </a>
      </p>
      <TaskView {...props} />
    </div>
  )
}

/** A task: its texts, editable in place, what can be done with it, and what happened to it. */
export function TaskView(props: TaskViewProps) {
  const { locale, tablo, task, activities, draft, panel } = props
  const t = locale.t.tasks
  const stale = isStale(draft)
  const Title = panel ? 'h2' : 'h1'
  return (
    <article class="task-view" id="task" aria-labelledby="task-title" data-task={task.id}>
      <header class="task-head">
        <Badge>{t.status[task.status]}</Badge>
        <TaskActions {...props} />
      </header>
      <div class="task-body">
        <div class="task-texts">
          <Title id="task-title">{task.title}</Title>
          {task.description ? (
            <div class="prose">{raw(markdown(task.description))}</div>
          ) : (
            <p class="meta">{t.noDescription}</p>
          )}
          <p class="meta task-unsaved">{t.unsaved}</p>
        </div>
        {may(tablo.role, 'content') && (
          <details class="task-edit" open={draft !== undefined}>
            <summary class="btn btn-secondary btn-small">
              <Icon name="pencil" />
              <span>{t.edit}</span>
            </summary>
            {stale && <Theirs locale={locale} task={task} />}
            {stale && <h3 class="yours">{t.conflict.yours}</h3>}
            <EditForm {...props} />
          </details>
        )}
      </div>
      <section class="task-history" aria-labelledby="history-title">
        <h2 id="history-title">{t.history}</h2>
        <ActivityList locale={locale} activities={activities} now={new Date()} empty="" />
      </section>
    </article>
  )
}

/** Where it can be moved, and its end. */
function TaskActions({ locale, tablo, task, places, panel }: TaskViewProps) {
  const t = locale.t.tasks
  const path = `/tablos/${tablo.id}/tasks/${task.id}`
  const editable = may(tablo.role, 'content')
  return (
    <div class="task-actions">
      {editable && (
        <>
          <Menu id="move-task" label={t.moveTo} icon="move" size="small" end>
            <MoveItems locale={locale} tabloId={tablo.id} task={task} places={places} />
          </Menu>
          <Confirm
            locale={locale}
            label={t.delete}
            question={t.deleteConfirm}
            yes={t.deleteYes}
            action={`${path}/delete`}
            size="small"
            target={panel ? `#${taskCardId(task.id)}` : undefined}
            swap={panel ? 'delete' : undefined}
          />
        </>
      )}
      {panel && (
        <>
          <IconButton icon="maximize-2" label={t.openPage} href={path} size="small" />
          <IconButton icon="x" label={t.close} type="button" size="small" data-close-panel="" />
        </>
      )}
    </div>
  )
}

/** Whether the person must see what is saved before theirs may replace it: their form was made from something else. */
const isStale = (draft: Draft | undefined): boolean =>
  draft !== undefined && (draft.problem.text === 'task_stale' || 'version' in draft.problem.fields)

/**
 * The texts of a task, to be changed. The form keeps the version that it was made from, whatever else was wrong with
 * it; only once the saved one stands beside it does it carry that one's.
 */
function EditForm({ locale, tablo, task, draft, panel }: TaskViewProps) {
  const t = locale.t.tasks
  const values = draft?.values ?? { title: task.title, description: task.description, status: task.status }
  const errorOf = errorsBy(locale, draft?.problem)
  const path = `/tablos/${tablo.id}/tasks/${task.id}`
  return (
    <Form action={path} target={panel ? '#task' : undefined} swap={panel ? 'outerMorph' : undefined}>
      <Problems locale={locale} problem={draft?.problem} />
      <input
        type="hidden"
        name="version"
        value={isStale(draft) ? task.version : (values.version ?? task.version)}
      />
      <Textarea
        name="title"
        label={t.taskTitle}
        value={values.title}
        error={errorOf('title')}
        rows={1}
        required
      />
      <Textarea
        name="description"
        label={t.description}
        hint={t.descriptionHint}
        value={values.description}
        error={errorOf('description')}
        rows={6}
      />
      <Select
        name="status"
        label={t.column}
        value={values.status}
        options={taskStatuses.map(status => ({ value: status, label: t.status[status] }))}
        error={errorOf('status')}
      />
      <div class="form-foot">
        <Button kind="primary">{t.save}</Button>
        <Button kind="ghost" href={path} data-cancel-edit="">
          {isStale(draft) ? t.conflict.keepTheirs : t.cancel}
        </Button>
      </div>
    </Form>
  )
}

/** What somebody else saved meanwhile, beside the form with one's own. */
function Theirs({ locale, task }: { locale: Locale; task: Task }) {
  const t = locale.t.tasks
  return (
    <section class="theirs" aria-labelledby="theirs-title">
      <h3 id="theirs-title">{t.conflict.theirs}</h3>
      <p class="theirs-title">{task.title}</p>
      <p class="theirs-text">{task.description || t.noDescription}</p>
      <p class="meta">{t.status[task.status]}</p>
      <p class="meta">{t.conflict.advice}</p>
    </section>
  )
}
