// Arrow keys go from task to task; with Alt they take the task along. Alt with Left is Back in some browsers, which
// leave it to the page that takes it.

import { moveTo } from './moving.ts'
import { afterOf, cardBelow, editable, focusOn, lists, statusOf } from './page.ts'

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] } as const

document.addEventListener('keydown', event => {
  const { target, key, altKey } = event
  if (!(target instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return
  const card = target.parentElement
  if (!card?.matches('.task') || !card.parentElement) return
  if (key === 'Home' || key === 'End') {
    const end = key === 'Home' ? card.parentElement.firstElementChild : card.parentElement.lastElementChild
    if (end instanceof HTMLElement && !altKey) focusOn(end)
    else return
  } else if (isArrow(key)) {
    const [across, along] = ARROWS[key]
    if (altKey && editable()) move(card, across, along)
    else if (!altKey) go(card, across, along)
    else return
  } else return
  event.preventDefault()
})

const isArrow = (key: string): key is keyof typeof ARROWS => key in ARROWS

function go(card: HTMLElement, across: number, along: number): void {
  if (along !== 0) {
    const next = along > 0 ? card.nextElementSibling : card.previousElementSibling
    if (next instanceof HTMLElement) focusOn(next)
    return
  }
  // An empty column has nothing to stand on, so it is passed.
  for (let list = beside(card, across); list; list = besideList(list, across)) {
    const index = Math.min(levelWith(card, list), list.childElementCount - 1)
    const next = list.children[index]
    if (!(next instanceof HTMLElement)) continue
    focusOn(next)
    return
  }
}

function move(card: HTMLElement, across: number, along: number): void {
  const list = along === 0 ? beside(card, across) : card.parentElement
  if (!list) return
  if (along === 0) {
    const before = list.children[levelWith(card, list) - 1]
    moveTo(card, statusOf(list), before ? before.id.slice('t-'.length) : '')
    return
  }
  const other = along > 0 ? card.nextElementSibling : card.previousElementSibling
  if (!(other instanceof HTMLElement)) return
  moveTo(card, statusOf(list), along > 0 ? other.id.slice('t-'.length) : afterOf(other))
}

const beside = (card: HTMLElement, across: number) =>
  card.parentElement ? besideList(card.parentElement, across) : undefined

function besideList(list: HTMLElement, across: number): HTMLElement | undefined {
  const all = lists()
  return all[all.indexOf(list) + across]
}

/** The place in a list at the height of a card: what goes sideways stays where the eye is. */
function levelWith(card: HTMLElement, list: HTMLElement): number {
  const { top, bottom } = card.getBoundingClientRect()
  return cardBelow(list, (top + bottom) / 2)
}
