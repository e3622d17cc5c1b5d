import { type TaskStatus, taskStatuses } from '../activity/kinds.ts'
import type { Locale } from '../texts/locale.ts'
import { Confirm } from '../ui/Confirm.tsx'
import { Form } from '../ui/Form.tsx'
import type { IconName } from '../ui/Icon.tsx'
import { MenuItem, MenuLine } from '../ui/Menu.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import type { Places } from './ordering.ts'
import type { Task } from './tasks.ts'

interface MoveProps {
  locale: Locale
  tabloId: string
  task: Task
  places: Places
}

/** The menu of a task in the Kanban, fetched when it is asked for; without scripts a page. */
export function MoveMenu(props: MoveProps) {
  const { locale, tabloId, task } = props
  return (
    <div class="menu-page">
      <PageHead title={task.title} text={locale.t.tasks.moveTo} />
      <div class="menu-items">
        <MenuItem href={`/tablos/${tabloId}/tasks/${task.id}`} icon="square-arrow-out-up-right">
          {locale.t.tasks.open}
        </MenuItem>
        <MenuItem href={`/tablos/${tabloId}/tasks/${task.id}#f-title`} icon="pencil">
          {locale.t.tasks.edit}
        </MenuItem>
        <MenuLine />
        <MoveItems {...props} />
        <MenuLine />
        <Confirm
          locale={locale}
          label={locale.t.tasks.delete}
          question={locale.t.tasks.deleteConfirm}
          yes={locale.t.tasks.deleteYes}
          action={`/tablos/${tabloId}/tasks/${task.id}/delete`}
          size="small"
        />
      </div>
    </div>
  )
}

/** Where a task can go from where it is: each place a form of one button. */
export function MoveItems({ locale, tabloId, task, places }: MoveProps) {
  const t = locale.t.tasks
  const inColumn: [after: string | undefined, label: string, icon: IconName][] = [
    [places.top, t.moveTop, 'arrow-up-to-line'],
    [places.up, t.moveUp, 'arrow-up'],
    [places.down, t.moveDown, 'arrow-down'],
    [places.bottom, t.moveBottom, 'arrow-down-to-line'],
  ]
  const item = (status: TaskStatus, after: string, label: string, icon: IconName) => (
    <Form action={`/tablos/${tabloId}/tasks/${task.id}/move`} inline>
      <input type="hidden" name="status" value={status} />
      <input type="hidden" name="after" value={after} />
      <MenuItem icon={icon}>{label}</MenuItem>
    </Form>
  )
  return (
    <>
      {inColumn.map(([after, label, icon]) => after !== undefined && item(task.status, after, label, icon))}
      {inColumn.some(([after]) => after !== undefined) && <MenuLine />}
      {taskStatuses
        .filter(status => status !== task.status)
        .map(status => item(status, '', t.moveToColumn(t.status[status]), 'arrow-right'))}
    </>
  )
}
