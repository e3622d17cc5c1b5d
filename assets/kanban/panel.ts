// A task opens beside the Kanban, which stays there to be used: the panel is no modal dialog. The address becomes the
// task's, so that a reload shows the task's own page, Back closes the panel and Forward opens it again. On a phone,
// and for a click that asks for a tab, the link is simply followed.

// Escape leaves a form before it closes the panel: whose listener comes first has the first say.
import { toast, toastOffline } from '../toast.ts'
import './adding.ts'
import './editing.ts'
import { afterChange, allSent, refresh } from './changes.ts'
import { closeMenu } from './menu.ts'
import { cardFor, closest, focusOn, phone, words } from './page.ts'
import { ask, explains, show } from './requests.ts'
import { afterSwap } from './swaps.ts'

const TASK = /^(\/tablos\/[\w-]+\/tasks)\/([\w-]+)$/
const base = { path: location.pathname, title: document.title }
let opened: string | undefined
let asked = 0
let leaving: Promise<unknown> | undefined

const panel = () => document.querySelector<HTMLDialogElement>('dialog#panel')
const isOpen = () => panel()?.open ?? false
const isEditing = () => panel()?.querySelector('.task-edit[open]') != null

document.addEventListener('click', event => {
  const link = closest(event, '#kanban .task > a, #task-menu a')
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || phone.matches) return
  if (!TASK.test(link.pathname)) return
  event.preventDefault()
  closeMenu()
  void open(link.pathname, { push: true, edit: link.hash !== '' })
})

async function open(path: string, { push = false, edit = false } = {}): Promise<void> {
  const id = TASK.exec(path)?.[2]
  const place = panel()
  if (!id || !place) return
  const own = ++asked
  await allSent()
  const [answer] = await Promise.all([ask(path, { target: 'dialog#panel' }), leaving])
  if (own !== asked) return
  if (!answer?.ok) return explain(answer)
  if (push) history[isOpen() ? 'replaceState' : 'pushState']({ panel: true }, '', path)
  opened = id
  await show(answer, { target: place, swap: 'innerHTML' })
  const title = place.querySelector<HTMLElement>('#task-title')
  document.title = [title?.textContent, base.title.split(' · ').at(-1)].join(' · ')
  if (!place.open) place.show()
  mark()
  cardFor(id)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  const details = place.querySelector<HTMLDetailsElement>('.task-edit')
  if (edit && details) details.open = true
  else if (title) {
    title.tabIndex = -1
    title.focus()
  }
}

async function explain(answer: Awaited<ReturnType<typeof ask>>): Promise<void> {
  if (answer?.status === 404) {
    await refresh()
    toast(words('gone'))
  } else if (answer && explains(answer)) await show(answer)
  else toastOffline()
}

/** Closes the panel and takes its address back. The focus goes to the task's card. */
export function closePanel({ refocus = true } = {}): void {
  if (!isOpen()) return
  shut(refocus)
  if (!history.state?.panel) return
  leaving = new Promise(resolve => addEventListener('popstate', resolve, { once: true }))
  history.back()
}

function shut(refocus: boolean): void {
  const card = opened && cardFor(opened)
  asked++
  opened = undefined
  panel()?.close()
  document.title = base.title
  mark()
  if (card && refocus) focusOn(card)
}

addEventListener('popstate', () => {
  if (TASK.test(location.pathname)) void open(location.pathname)
  else if (isOpen()) shut(panel()?.contains(document.activeElement) ?? false)
})

document.addEventListener('click', event => {
  if (closest(event, '[data-close-panel]')) closePanel()
})

document.addEventListener('task:discarded', () => {
  if (isOpen()) void open(location.pathname)
})

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || event.defaultPrevented || !isOpen()) return
  if (!document.querySelector(':popover-open')) closePanel()
})

afterChange(id => {
  if (id === opened && isOpen() && !isEditing()) void reload(id)
})

async function reload(id: string): Promise<void> {
  const [place, answer] = [
    panel()?.querySelector('#task'),
    await ask(location.pathname, { target: 'article#task' }),
  ]
  if (place && answer?.ok && id === opened && !isEditing())
    await show(answer, { target: place, swap: 'outerMorph' })
}

// A save closes the form that had the focus.
afterSwap(() => {
  mark()
  const lost = document.activeElement === document.body || document.activeElement === null
  if (isOpen() && lost) panel()?.querySelector<HTMLElement>('.task-edit:not([open]) > summary')?.focus()
})

/** Shows on the Kanban which task is open. */
function mark(): void {
  for (const card of document.querySelectorAll('.task-open')) card.classList.remove('task-open')
  if (opened) cardFor(opened)?.classList.add('task-open')
}
