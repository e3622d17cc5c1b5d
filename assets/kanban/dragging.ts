// Dragging with mouse and finger, by Sortable, which draws the card in the hand itself (forceFallback), so that both
// feel alike. A finger that rests on a card picks it up and one that moves at once scrolls; when it lets go without
// moving, the card's menu opens.

import { hold } from './changes.ts'
import { openMenu } from './menu.ts'
import { moveTo } from './moving.ts'
import {
  afterOf,
  editable,
  kanban,
  lists,
  type Place,
  phone,
  placeOf,
  putAt,
  statusOf,
  stillness,
} from './page.ts'

const MOTION_MS = 180
const LONG_PRESS_MS = 200
/** Sortable measures every card of a list to animate it. Longer lists are quicker without. */
const MOST_ANIMATED = 200
/** How long a card is held at the edge of a phone before the next column comes. */
const EDGE_MS = 400

let from: Place | undefined
let release: (() => void) | undefined
let pressed = false
let canceled = false

/** Makes the lists take part that do not yet. */
export function setUpDragging(): void {
  for (const list of lists()) {
    const sortable = window.Sortable.get(list)
    if (sortable) sortable.option('disabled', !editable())
    else if (editable()) window.Sortable.create(list, OPTIONS)
  }
}

const OPTIONS: import('sortablejs').Options = {
  group: 'tasks',
  draggable: '.task',
  filter: '.task-more',
  preventOnFilter: false,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: LONG_PRESS_MS,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  emptyInsertThreshold: 24,
  scrollSensitivity: 56,
  scrollSpeed: 12,
  easing: 'ease-out',
  ghostClass: 'task-place',
  fallbackClass: 'task-lifted',
  chosenClass: 'task-chosen',
  scrollFn: (_x, _y, event, _touch, element) =>
    element === kanban() && phone.matches ? turn(event) : 'continue',
  onChoose: event => {
    pressed = isTouch(event)
  },
  onStart: event => {
    pressed = false
    canceled = false
    from = placeOf(event.item)
    const { promise, resolve } = Promise.withResolvers<void>()
    release = resolve
    hold(promise)
    for (const list of lists()) window.Sortable.get(list)?.option('animation', animates(list) ? MOTION_MS : 0)
  },
  onUnchoose: event => {
    if (!pressed) return
    pressed = false
    swallowClick()
    void openMenu(event.item)
  },
  onEnd: ({ item }) => {
    const [start, list] = [from, item.parentElement]
    from = undefined
    swallowClick()
    if (start && canceled) putAt(item, start)
    else if (start && list && (list !== start.list || item.nextElementSibling !== start.next))
      moveTo(item, statusOf(list), afterOf(item), { from: start, glides: false })
    release?.()
  },
}

const animates = (list: HTMLElement) => !stillness.matches && list.childElementCount <= MOST_ANIMATED

const isTouch = (event: object): boolean =>
  'originalEvent' in event && event.originalEvent instanceof PointerEvent
    ? event.originalEvent.pointerType === 'touch'
    : 'originalEvent' in event &&
      event.originalEvent instanceof Event &&
      event.originalEvent.type.startsWith('touch')

/**
 * What ends a drag may be followed by a click on what lies under the pointer, and may not. Sortable swallows the next
 * click whenever it comes, which may be one that is meant; so it is given one at once.
 */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  addEventListener('click', swallow, { capture: true, once: true })
  setTimeout(() => {
    removeEventListener('click', swallow, { capture: true })
    document.dispatchEvent(new MouseEvent('click', { cancelable: true }))
  }, 50)
}

// On a phone, where a column fills the screen, a card held at its edge turns to the next.
let edge = 0
let atEdgeSince = 0
let asked = 0

function turn(event: Event): void {
  const columns = kanban()
  if (!columns) return
  const now = performance.now()
  const x = event instanceof MouseEvent ? event.clientX : 0
  const side = x > innerWidth / 2 ? 1 : -1
  if (side !== edge || now - asked > 100) [edge, atEdgeSince] = [side, now]
  asked = now
  if (now - atEdgeSince < EDGE_MS) return
  atEdgeSince = now + EDGE_MS
  columns.scrollBy({ left: side * columns.clientWidth, behavior: stillness.matches ? 'instant' : 'smooth' })
}

// The long press is ours: no menu of the browser for the link under the finger.
document.addEventListener('contextmenu', event => {
  if (pressed || from) event.preventDefault()
})

document.addEventListener(
  'keydown',
  event => {
    if (event.key !== 'Escape' || !from) return
    event.preventDefault()
    event.stopImmediatePropagation()
    canceled = true
    document.dispatchEvent(new PointerEvent('pointerup'))
  },
  { capture: true },
)
