// One button and one menu for all tasks. The button comes to the card that the pointer or the focus is on, after its
// link, so that Tab reaches it; what is in the menu is fetched when it opens. On a touch screen the stylesheet draws
// the button's dots on every card, and a tap on them opens the menu, as a long press does.

import { toast, toastOffline } from '../toast.ts'
import { allSent, refresh } from './changes.ts'
import { cardFor, columns, editable, idOf, part, pathOf, titleOf, words } from './page.ts'
import { ask, explains, show } from './requests.ts'
import { afterSwap } from './swaps.ts'

const more = part<HTMLButtonElement>('[popovertarget="task-menu"]')
const menu = part('#task-menu')
/** The width of the dots on a touch screen, as the stylesheet has it. */
const DOTS_PX = 44
const touch = matchMedia('(hover: none)')
let at: string | undefined

if (more && menu) {
  more.classList.add('task-more')
  document.body.append(menu)
}

const isOpen = () => menu?.matches(':popover-open') ?? false

function put(card: HTMLElement): void {
  if (!more || !editable() || more.parentElement === card || isOpen() || card.matches('.task-lifted')) return
  if (document.activeElement === more && more.isConnected) return
  at = idOf(card)
  const label = words('menu', { title: titleOf(card) })
  more.ariaLabel = label
  more.title = ''
  card.append(more)
}

for (const kind of ['pointerover', 'focusin']) {
  document.addEventListener(kind, event => {
    const card = event.target instanceof Element && event.target.closest<HTMLElement>('#kanban .task')
    if (card) put(card)
  })
}

// A card that is swapped comes without the button.
afterSwap(() => {
  const card = at && !more?.isConnected && cardFor(at)
  if (card) put(card)
})

/** Opens the menu of a task, or closes it. */
export async function openMenu(card: HTMLElement): Promise<void> {
  if (!more || !menu || !editable()) return
  if (isOpen()) return menu.hidePopover()
  put(card)
  more.ariaBusy = 'true'
  await allSent()
  const answer = await ask(`${pathOf(card)}/menu`)
  more.ariaBusy = null
  if (answer?.ok) {
    await show(answer, { target: menu, swap: 'innerHTML', select: '.menu-items > *' })
    menu.dataset.title = titleOf(card)
    if (!card.contains(more)) put(card)
    menu.showPopover({ source: more })
  } else if (answer?.status === 404) {
    await refresh()
    toast(words('gone'))
  } else if (answer && explains(answer)) await show(answer)
  else toastOffline()
}

export function closeMenu(): void {
  if (isOpen()) menu?.hidePopover()
}

// The click is taken before the browser shows the menu, which is empty until it has been fetched.
document.addEventListener(
  'click',
  event => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return
    const card = event.target.closest<HTMLElement>('#kanban .task')
    if (!card || !(event.target.closest('.task-more') || onDots(card, event))) return
    event.preventDefault()
    event.stopImmediatePropagation()
    void openMenu(card)
  },
  { capture: true },
)

const onDots = (card: HTMLElement, { clientX, detail }: MouseEvent): boolean =>
  touch.matches && detail > 0 && editable() && card.getBoundingClientRect().right - clientX < DOTS_PX

document.addEventListener(
  'keydown',
  event => {
    if (event.target !== more || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const card = more?.closest<HTMLElement>('.task')
    if (card && columns()) void openMenu(card)
  },
  { capture: true },
)
