// Adding one task after another: the field at the foot stays, empty, for the next title.

import { asksToSignIn, ownKey } from './left.ts'
import { closest } from './page.ts'

/** Under which name a title waits that could not be sent. */
const keyOf = (field: Element) => ownKey(`title:${location.pathname}#${field.id}`)
const fieldOf = (add: Element | null | undefined) => add?.querySelector('textarea')
/** A title that was sent, for when it is refused. */
const sent = new WeakMap<HTMLFormElement, string>()
/** Forms whose next title is ready while the one before is on its way. */
const next = new WeakSet<HTMLFormElement>()

const formIn = (event: Event): HTMLFormElement | undefined => {
  const source = event instanceof CustomEvent && event.detail.ctx?.sourceElement
  return source instanceof HTMLFormElement && source.matches('.add-task form') ? source : undefined
}

document.addEventListener(
  'toggle',
  event => {
    const add = event.target
    if (!(add instanceof HTMLDetailsElement) || !add.matches('.add-task') || !add.open) return
    const id = add.querySelector<HTMLInputElement>('[name=id]')
    if (id) id.value = newId()
    fieldOf(add)?.focus()
    add.scrollIntoView({ block: 'nearest' })
  },
  { capture: true },
)

// Two windows may show one and the same kept page, and each task needs an id of its own: a UUIDv7, RFC 9562.
function newId(): string {
  const random = [...crypto.getRandomValues(new Uint8Array(10))].map(byte =>
    byte.toString(16).padStart(2, '0'),
  )
  const digits = Date.now().toString(16).padStart(12, '0') + random.join('')
  const variant = '89ab'[Number.parseInt(digits[16] ?? '0', 16) % 4]
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-7${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}

// Opened before this script was there.
fieldOf(document.activeElement?.closest('.add-task[open]'))?.focus()

document.addEventListener('keydown', event => {
  const add = closest(event, '.add-task')
  if (!(add instanceof HTMLDetailsElement) || !add.open || event.isComposing) return
  const field = fieldOf(add)
  if (event.key === 'Escape') {
    event.preventDefault()
    close(add)
  } else if (event.key === 'Enter' && event.target === field) {
    event.preventDefault()
    if (field?.form) submit(field.form)
  }
})

document.addEventListener('click', event => {
  const add = closest(event, '[data-close-add]')?.closest<HTMLDetailsElement>('.add-task')
  if (add) close(add)
})

function close(add: HTMLDetailsElement): void {
  add.open = false
  add.querySelector('summary')?.focus()
}

function submit(form: HTMLFormElement): void {
  if (sent.has(form)) next.add(form)
  else form.requestSubmit()
}

// Titles are one line, also when several are pasted.
document.addEventListener('input', event => {
  const field = closest(event, '.add-task textarea, .task-edit [name=title]')
  if (!(field instanceof HTMLTextAreaElement) || !/[\r\n]/.test(field.value)) return
  const at = field.selectionStart
  field.value = field.value.replace(/\r\n?|\n/g, ' ')
  field.setSelectionRange(at, at)
})

// The field is emptied when its title has been read and not when the answer comes: by then the next is half typed.
document.addEventListener('htmx:before:request', event => {
  const form = formIn(event)
  const field = fieldOf(form)
  if (!form || !field) return
  sent.set(form, field.value)
  field.value = ''
})

document.addEventListener('htmx:after:request', giveBack)

document.addEventListener('htmx:finally:request', event => {
  const form = formIn(event)
  if (!form) return
  giveBack(event)
  sent.delete(form)
  const field = fieldOf(form)
  if (form.contains(document.activeElement) || document.activeElement === document.body) field?.focus()
  if (next.delete(form) && field?.value.trim()) form.requestSubmit()
})

/** Puts a title that was not taken back into its field, unless the next one is there. */
function giveBack(event: Event): void {
  const form = formIn(event)
  const title = form && sent.get(form)
  const field = fieldOf(form)
  if (title === undefined || !field || !(event instanceof CustomEvent)) return
  const { response } = event.detail.ctx
  const leaves = response !== undefined && asksToSignIn(event)
  const refused = response === undefined || response.status >= 400 || leaves
  if (refused && field.value === '') field.value = title
  if (leaves) sessionStorage.setItem(keyOf(field), title)
}

// Whoever had to sign in again finds their title where they wrote it.
for (const field of document.querySelectorAll<HTMLTextAreaElement>('.add-task textarea')) {
  const title = sessionStorage.getItem(keyOf(field))
  const add = field.closest<HTMLDetailsElement>('.add-task')
  if (title === null || !add) continue
  sessionStorage.removeItem(keyOf(field))
  field.value ||= title
  add.open = true
}

// The new task is brought into view above the field, which the answer leaves as it is: with an old reproach.
document.addEventListener('htmx:after:swap', event => {
  const form = formIn(event)
  if (!form || !(event instanceof CustomEvent) || event.detail.ctx.response?.status >= 400) return
  form.closest('.column')?.querySelector('.tasks')?.lastElementChild?.scrollIntoView({ block: 'nearest' })
  form.querySelector('.field-error')?.remove()
  for (const name of ['aria-invalid', 'aria-describedby']) fieldOf(form)?.removeAttribute(name)
})
