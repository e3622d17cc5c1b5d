// Moves by key and by menu are seen: the card travels to its place and the others make room. The browser animates it
// (View Transitions), because a card that crosses columns would be cut off at their edges.

import { cardBelow, stillness } from './page.ts'

let flush: (() => void) | undefined
let latest: ViewTransition | undefined
let named: HTMLElement[] = []

/** Makes the update that the browser is about to run, for who needs the page as it is meant to be. */
export const settle = (): void => flush?.()

/** Runs an update of the page and lets what moved in these lists glide. The next one does not wait for it. */
export function glide(moving: Iterable<HTMLElement | null>, update: () => void): void {
  settle()
  if (!document.startViewTransition || stillness.matches || document.hidden) {
    update()
    return
  }
  unname()
  named = [...new Set(moving)].flatMap(list => (list ? inView(list) : []))
  for (const card of named) card.style.viewTransitionName = card.id
  // The browser runs the update a moment later; another move that comes before must find it done.
  const once = () => {
    if (flush !== once) return
    flush = undefined
    update()
  }
  flush = once
  const transition = document.startViewTransition(once)
  latest = transition
  transition.ready.catch(() => {})
  transition.finished.finally(() => {
    if (latest === transition) unname()
  })
}

// A card on its way takes no click, so a hand that comes meanwhile finds all of them arrived.
addEventListener('pointerdown', () => latest?.skipTransition(), { capture: true })

function unname(): void {
  for (const card of named) card.style.removeProperty('view-transition-name')
  named = []
}

function inView(list: HTMLElement): HTMLElement[] {
  const { top, bottom } = list.getBoundingClientRect()
  const first = cardBelow(list, top)
  const cards: HTMLElement[] = []
  for (let card = list.children[first]; card instanceof HTMLElement; ) {
    if (card.getBoundingClientRect().top > bottom) break
    cards.push(card)
    const next = card.nextElementSibling
    if (!next) break
    card = next
  }
  return cards
}
