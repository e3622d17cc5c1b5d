// What is where in the Kanban's page: the columns with their lists, the cards, and the places that say things.

export const columns = (): HTMLElement | null => document.getElementById('columns')
export const kanban = (): HTMLElement | null => document.getElementById('kanban')
export const editable = (): boolean => columns()?.hasAttribute('data-editable') ?? false

export const lists = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#kanban .tasks')]
export const listFor = (status: string): HTMLElement | undefined =>
  lists().find(list => statusOf(list) === status)
export const statusOf = (list: HTMLElement): string => list.dataset.status ?? ''

export const cardFor = (id: string): HTMLElement | null => document.getElementById(`t-${id}`)
export const idOf = (card: HTMLElement): string => card.id.slice('t-'.length)
const linkOf = (card: Element): HTMLAnchorElement | null => card.querySelector('a')
export const pathOf = (card: HTMLElement): string => linkOf(card)?.pathname ?? ''
export const titleOf = (card: HTMLElement): string => linkOf(card)?.textContent ?? ''

/** The card that an event happened in, or the element of another kind that the selector names. */
export const closest = (event: Event, selector = '.task'): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null

/** A phone, where columns are pages and a task opens as one. The width is the stylesheet's. */
export const phone = matchMedia('(width < 40rem)')
export const stillness = matchMedia('(prefers-reduced-motion: reduce)')

/** A place in a list: right before `next`, or at the foot. */
export interface Place {
  readonly list: HTMLElement
  readonly next: Element | null
}

export function placeOf(card: HTMLElement): Place | undefined {
  const list = card.parentElement
  return list ? { list, next: card.nextElementSibling } : undefined
}

/** Puts a card back where it was, or near it when its neighbour has gone. */
export function putAt(card: HTMLElement, { list, next }: Place): void {
  const home = list.isConnected ? list : (listFor(statusOf(list)) ?? list)
  home.insertBefore(card, next?.parentElement === home ? next : null)
}

/** Puts a card into a column right after another, or at its top. Says whether both are there. */
export function putAfter(card: HTMLElement, status: string, after: string): boolean {
  const list = listFor(status)
  const before = after === '' ? null : cardFor(after)
  if (!list || (after !== '' && before?.parentElement !== list) || before === card) return false
  const next = before ? before.nextElementSibling : list.firstElementChild
  if (next !== card && card !== list.lastElementChild) list.insertBefore(card, next)
  else if (next !== card && next !== null) list.insertBefore(card, next)
  return true
}

/** The id of the task a card follows, '' at the top. */
export function afterOf(card: HTMLElement): string {
  const before = card.previousElementSibling
  return before instanceof HTMLElement ? idOf(before) : ''
}

/** The first card of a list whose foot is below a height of the window. Halves the list: it may hold thousands. */
export function cardBelow(list: HTMLElement, y: number): number {
  let [low, high] = [0, list.children.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list.children[middle]?.getBoundingClientRect().bottom ?? 0) < y) low = middle + 1
    else high = middle
  }
  return low
}

/** Shows the counts of what is in the page. */
export function recount(): void {
  const number = new Intl.NumberFormat(document.documentElement.lang)
  for (const list of lists()) {
    const count = number.format(list.childElementCount)
    for (const place of document.querySelectorAll(`.count-${statusOf(list)}`)) place.textContent = count
  }
}

/** A text that the page brought along, with its names filled in. */
export function words(name: string, values: Record<string, string> = {}): string {
  const text = columns()?.dataset[name] ?? ''
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
}

/** Tells a screen reader. */
export function say(text: string): void {
  const says = document.getElementById('kanban-says')
  if (says) says.textContent = text
}

/** What the page brought along to be shown later. */
export function part<T extends HTMLElement>(selector: string): T | null {
  const parts = document.getElementById('kanban-parts')
  const found = parts instanceof HTMLTemplateElement && parts.content.querySelector<T>(selector)
  return found ? (found.cloneNode(true) as T) : null
}

/** Focuses a task and brings it into view. */
export function focusOn(card: HTMLElement): void {
  linkOf(card)?.focus({ preventScroll: true })
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** Marks the lists whose cards have a menu, and ties the words on keys to them: a screen reader says them on entering. */
export function describeLists(): void {
  if (!document.getElementById('kanban-keys')) {
    const hint = document.createElement('p')
    Object.assign(hint, { id: 'kanban-keys', hidden: true, textContent: words('keys') })
    columns()?.after(hint)
  }
  for (const list of lists()) {
    list.setAttribute('aria-describedby', 'kanban-keys')
    list.toggleAttribute('data-menus', editable())
  }
}
