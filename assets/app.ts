// What every page needs of scripts. All of it listens at the document, so that it holds for what htmx swaps in later, and
// all of it only adds: without scripts the same pages work by links, forms, `details` and popovers.

import { toastOffline } from './toast.ts'

const closest = <T extends Element>(event: Event, selector: string): T | null =>
  event.target instanceof Element ? event.target.closest<T>(selector) : null

// Forms: one press sends once. The button shows that it is busy until the answer is there.

const sending = new WeakSet<HTMLFormElement>()

document.addEventListener(
  'submit',
  event => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.method !== 'post') return
    if (sending.has(form)) {
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
    sending.add(form)
    const button = event.submitter ?? form.querySelector('.btn[type=submit]')
    if (button?.matches('.btn')) button.setAttribute('aria-busy', 'true')
  },
  { capture: true },
)

function release(form: HTMLFormElement): void {
  sending.delete(form)
  for (const busy of document.querySelectorAll<HTMLButtonElement>('.btn[aria-busy]')) {
    if (busy.form === form) busy.removeAttribute('aria-busy')
  }
}

// A button that asks by itself, without a form.
document.addEventListener('htmx:before:request', event => {
  const source = sourceOf(event)
  if (source?.matches('.btn')) source.setAttribute('aria-busy', 'true')
})

document.addEventListener('htmx:finally:request', event => {
  const source = sourceOf(event)
  if (source?.matches('.btn')) source.removeAttribute('aria-busy')
  const form = source instanceof HTMLFormElement ? source : source?.closest('form')
  if (form) release(form)
})

// The browser's Back may show the page as it was left: with its forms busy.
addEventListener('pageshow', event => {
  if (event.persisted) for (const form of document.forms) release(form)
})

function sourceOf(event: Event): Element | undefined {
  if (!(event instanceof CustomEvent)) return undefined
  const source: unknown = event.detail?.ctx?.sourceElement
  return source instanceof Element ? source : undefined
}

// After a page or an answer with errors, the summary has the focus, and so is read out.

const focusSummary = () => document.querySelector<HTMLElement>('[data-focus]')?.focus()

document.addEventListener('htmx:after:swap', event => {
  // The form itself may be gone: then the event comes from what it was in.
  if (event instanceof CustomEvent && event.detail?.ctx?.request?.method === 'POST') focusSummary()
})
focusSummary()

// Passwords can be shown, and what was open is closed by its own button.

document.addEventListener('click', event => {
  const reveal = closest<HTMLButtonElement>(event, '[data-reveal]')
  const input = reveal?.closest('.password')?.querySelector('input')
  if (reveal && input) {
    const shown = input.type === 'password'
    input.type = shown ? 'text' : 'password'
    reveal.setAttribute('aria-pressed', String(shown))
  }
  const confirm = closest(event, '[data-cancel]')?.closest('details')
  if (confirm) {
    confirm.open = false
    confirm.querySelector('summary')?.focus()
  }
  closest(event, '[data-dismiss]')?.closest('[data-toast]')?.remove()
  if (closest(event, 'summary, .btn, a')?.getAttribute('aria-disabled') === 'true') event.preventDefault()
})

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  const confirm = closest<HTMLDetailsElement>(event, 'details.confirm[open]')
  if (!confirm) return
  confirm.open = false
  confirm.querySelector('summary')?.focus()
})

// A confirm at the edge of the window would ask out of sight; where its button is gone, the focus would be too.
document.addEventListener(
  'toggle',
  event => {
    const confirm = event.target
    if (!(confirm instanceof HTMLDetailsElement) || !confirm.matches('.confirm') || !confirm.open) return
    confirm.querySelector('.confirm-panel')?.scrollIntoView({ block: 'nearest' })
    if (confirm.querySelector('summary')?.checkVisibility()) return
    confirm.querySelector<HTMLElement>('input:not([type="hidden"]), [data-cancel]')?.focus()
  },
  { capture: true },
)

// Who signs up lives where their browser does.
for (const zone of document.querySelectorAll<HTMLInputElement>('[data-time-zone]')) {
  zone.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone
}

// Menus: the browser opens and closes the popover; the arrows walk it, and letters jump to what begins with them.

// What a Confirm asks in a menu is a part of it.
const ITEMS = '.menu-item, .confirm:not([open]) > summary, .confirm[open] .btn'
const itemsOf = (menu: Element) =>
  [...menu.querySelectorAll<HTMLElement>(ITEMS)].filter(item => item.checkVisibility())

document.addEventListener('keydown', event => {
  const opener = closest<HTMLButtonElement>(event, '[popovertarget]')
  const list = opener && document.getElementById(opener.getAttribute('popovertarget') ?? '')
  if (list?.matches('.menu') && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault()
    list.showPopover({ source: opener ?? undefined } as ShowPopoverOptions)
    itemsOf(list)
      .at(event.key === 'ArrowDown' ? 0 : -1)
      ?.focus()
    return
  }
  const menu = closest<HTMLElement>(event, '.menu')
  if (menu) walk(menu, event)
})

function walk(menu: HTMLElement, event: KeyboardEvent): void {
  const items = itemsOf(menu)
  const at = items.indexOf(document.activeElement as HTMLElement)
  const next = nextItem(items, at, event)
  if (event.key === 'Tab') menu.hidePopover()
  if (!next) return
  event.preventDefault()
  next.focus()
}

function nextItem(
  items: HTMLElement[],
  at: number,
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || altKey) return undefined
  const letter = key.toLocaleLowerCase()
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return after.find(item => item.textContent.trim().toLocaleLowerCase().startsWith(letter))
}

document.addEventListener(
  'toggle',
  event => {
    const menu = event.target
    if (!(menu instanceof HTMLElement) || !menu.matches('.menu:popover-open')) return
    const opener = document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`)
    if (opener && !CSS.supports('position-area: bottom')) place(menu, opener)
    // Opened by mouse the ring stays away; by keyboard the first item shows it.
    itemsOf(menu)[0]?.focus({ focusVisible: opener?.matches(':focus-visible') ?? false } as FocusOptions)
  },
  { capture: true },
)

/** Puts a menu under its button, or above where there is no room, for browsers that know no anchors. */
function place(menu: HTMLElement, opener: HTMLElement): void {
  const from = opener.getBoundingClientRect()
  const left = menu.matches('.menu-end') ? from.right - menu.offsetWidth : from.left
  const below = from.bottom + menu.offsetHeight + 8 < innerHeight
  menu.style.position = 'fixed'
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`
  menu.style.top = `${below ? from.bottom : from.top - menu.offsetHeight - 8}px`
}

// Dialogs, where the browser does not know `command` yet.
document.addEventListener('click', event => {
  if ('commandForElement' in HTMLButtonElement.prototype) return
  const id = closest(event, '[command=show-modal]')?.getAttribute('commandfor')
  const dialog = id && document.getElementById(id)
  if (dialog instanceof HTMLDialogElement) dialog.showModal()
})

// A toast leaves by itself, unless it is being read or used.

const STAYS_MS = 8000

function letGo(toast: HTMLElement): void {
  setTimeout(() => {
    if (toast.matches(':hover, :focus-within')) return letGo(toast)
    toast.classList.add('toast-leaving')
    setTimeout(() => toast.remove(), 200)
  }, STAYS_MS)
}

const toasts = document.getElementById('toasts')
if (toasts) {
  for (const toast of toasts.querySelectorAll<HTMLElement>('[data-toast]')) letGo(toast)
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes)
        if (node instanceof HTMLElement && node.matches('[data-toast]')) letGo(node)
    }
  }).observe(toasts, { childList: true })
}

// The Kanban on a phone: the tab of the column in view is the current one.

document.addEventListener(
  'scroll',
  event => {
    const kanban = event.target
    if (!(kanban instanceof HTMLElement) || kanban.id !== 'kanban') return
    const tabs = document.querySelectorAll('[data-columns] a')
    const columns = [...kanban.children]
    const middle = kanban.getBoundingClientRect().left + kanban.clientWidth / 2
    const shown = columns.findIndex(column => column.getBoundingClientRect().right > middle)
    tabs.forEach((tab, index) => {
      if (index === shown) tab.setAttribute('aria-current', 'true')
      else tab.removeAttribute('aria-current')
    })
  },
  { capture: true, passive: true },
)

// Nothing that answers: the page stays as it is, and a toast says so. What a proxy says in place of the server is no
// part of a page; the server itself names where its own words go.

document.addEventListener('htmx:before:swap', event => {
  const { response, hx } = (event instanceof CustomEvent && event.detail.ctx) || {}
  if (!(response?.status >= 500) || hx?.retarget) return
  event.preventDefault()
  toastOffline()
})

// An error of a script or of a swap comes here too, when the answer is there.
document.addEventListener('htmx:error', event => {
  const ctx = event instanceof CustomEvent && event.detail.ctx
  if (ctx?.request && ctx.text === undefined) toastOffline()
})
