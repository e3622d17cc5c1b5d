// A task's words are edited where they are read: a click on them opens the form in their place. What was typed and
// not saved is kept in this tab until it is saved or canceled, with the version it was made from, so that a save after
// somebody else's still shows both.

import { asksToSignIn, ownKey } from './left.ts'
import { closest } from './page.ts'

const FIELDS = ['title', 'description', 'status', 'version'] as const
type Draft = Partial<Record<(typeof FIELDS)[number], string>>

const editOf = (element: Element | null | undefined) =>
  element?.closest('.task-view')?.querySelector<HTMLDetailsElement>('.task-edit')
const formOf = (edit: Element) => edit.querySelector('form')
const keyOf = (edit: Element) => ownKey(`draft:${edit.closest<HTMLElement>('[data-task]')?.dataset.task}`)

document.addEventListener('click', event => {
  const words = closest(event, '.task-texts')
  const edit = editOf(words)
  if (!words || !edit || closest(event, 'a') || String(getSelection())) return
  edit.open = true
  const field = closest(event, '#task-title') ? 'title' : 'description'
  focusField(edit, field)
})

document.addEventListener(
  'toggle',
  event => {
    const edit = event.target
    if (!(edit instanceof HTMLDetailsElement) || !edit.matches('.task-edit')) return
    const elsewhere = !edit.contains(document.activeElement) || document.activeElement?.matches('summary')
    if (edit.open && elsewhere) focusField(edit, 'title')
    if (!edit.open) flag()
  },
  { capture: true },
)

document.addEventListener('input', event => {
  const edit = closest(event, '.task-edit')
  const form = edit && formOf(edit)
  if (!edit || !form) return
  const data = new FormData(form)
  const draft = Object.fromEntries(FIELDS.map(name => [name, String(data.get(name) ?? '')]))
  sessionStorage.setItem(keyOf(edit), JSON.stringify(draft))
})

document.addEventListener('keydown', event => {
  const edit = closest(event, '.task-edit')
  if (!(edit instanceof HTMLDetailsElement) || !edit.open || event.isComposing) return
  if (event.key === 'Escape' && !document.querySelector(':popover-open')) {
    event.preventDefault()
    close(edit)
  }
  const sends = event.ctrlKey || event.metaKey || closest(event, '[name=title]')
  if (event.key === 'Enter' && sends && closest(event, 'input, textarea')) {
    event.preventDefault()
    formOf(edit)?.requestSubmit()
  }
})

document.addEventListener('click', event => {
  const edit = closest(event, '[data-cancel-edit]')?.closest<HTMLDetailsElement>('.task-edit')
  if (!edit) return
  sessionStorage.removeItem(keyOf(edit))
  // What the server has shown meanwhile is newer than what lies under the form.
  const stale = edit.querySelector('.theirs, .errors, [aria-invalid]') !== null
  if (stale && !edit.closest('#panel')) return
  event.preventDefault()
  formOf(edit)?.reset()
  close(edit)
  if (stale) document.dispatchEvent(new CustomEvent('task:discarded'))
})

document.addEventListener('htmx:after:request', event => {
  if (!(event instanceof CustomEvent)) return
  const { sourceElement, response } = event.detail.ctx
  const edit = sourceElement instanceof Element && sourceElement.closest('.task-edit')
  if (edit && response.status < 400 && !asksToSignIn(event)) sessionStorage.removeItem(keyOf(edit))
})

function close(edit: HTMLDetailsElement): void {
  edit.open = false
  edit.querySelector('summary')?.focus()
}

function focusField(edit: Element, name: string): void {
  const field = formOf(edit)?.elements.namedItem(name)
  if (!(field instanceof HTMLTextAreaElement)) return
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
}

function draftOf(edit: Element): Draft | undefined {
  const kept = sessionStorage.getItem(keyOf(edit))
  return kept === null ? undefined : (JSON.parse(kept) as Draft)
}

function restore(form: HTMLFormElement, draft: Draft): void {
  for (const name of FIELDS) {
    const field = form.elements.namedItem(name)
    if (field && 'value' in field) field.value = draft[name] ?? ''
  }
}

/** Puts what was not saved back into the form, and says so beside the words. */
function flag(): void {
  const view = document.querySelector<HTMLElement>('.task-view')
  const edit = editOf(view)
  if (!view || !edit) return
  const draft = draftOf(edit)
  const form = formOf(edit)
  view.toggleAttribute('data-unsaved', draft !== undefined)
  if (draft && form && !edit.open) restore(form, draft)
}

for (const kind of ['htmx:after:swap', 'htmx:after:request']) document.addEventListener(kind, flag)
flag()
