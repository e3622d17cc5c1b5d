import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Menu, MenuItem, MenuLine } from '../ui/Menu.tsx'
import { Toast } from '../ui/Toast.tsx'
import { Beside, Shelf } from './Shelf.tsx'

/** What opens, and what asks before it destroys. */
export function Asking({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.menus}>
      <Beside>
        <Menu id="menu-words" label={demo.move} icon="move">
          {Object.values(demo.columns).map((name, index) => (
            <MenuItem href="/demo" current={index === 0} icon={index === 0 ? 'check' : undefined}>
              {name}
            </MenuItem>
          ))}
        </Menu>
        <Menu id="menu-icon" label={demo.more} bare>
          <MenuItem href="/demo" icon="pencil">
            {demo.edit}
          </MenuItem>
          <MenuItem href="/demo" icon="archive">
            {demo.archive}
          </MenuItem>
          <MenuLine />
          <MenuItem href="/demo" icon="trash-2" danger>
            {demo.remove}
          </MenuItem>
        </Menu>
        <Button shows="dialog">{demo.dialog}</Button>
      </Beside>
      <Confirm locale={locale} label={demo.remove} question={demo.question} yes={demo.yes} action="/demo" />
      <Confirm
        locale={locale}
        label={demo.remove}
        bare
        question={demo.question}
        yes={demo.yes}
        action="/demo"
      />
      <Confirm
        locale={locale}
        label={demo.archive}
        icon="archive"
        calm
        question={demo.question}
        yes={demo.archive}
        action="/demo"
      />
      <Dialog locale={locale} id="dialog" title={demo.dialog}>
        <p>{demo.dialogText}</p>
      </Dialog>
    </Shelf>
  )
}

/** What stands where nothing is yet. */
export function Nothing({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.empty}>
      <EmptyState icon="layers" text={demo.emptyText}>
        <Button kind="primary" icon="plus" href="/demo">
          {demo.emptyAction}
        </Button>
      </EmptyState>
    </Shelf>
  )
}

/** A toast, here in the page so that it stays. */
export function Toasts({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.toast}>
      <div class="grid justify-items-start">
        <Toast locale={locale} text={demo.toast} undo="/demo" />
      </div>
    </Shelf>
  )
}

/** A fragment that htmx puts in place of another. */
export function FromServer({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.server}>
      <Beside>
        <Button type="button" icon="clock" hx-get="/demo/time" hx-target="#server-time">
          {demo.fetch}
        </Button>
        <p id="server-time" aria-live="polite">
          {demo.notFetched}
        </p>
      </Beside>
    </Shelf>
  )
}
