// What htmx swaps in must not undo what a person is doing, nor show a task twice.

import { cardFor, columns } from './page.ts'

/** Runs after everything that htmx swapped into the page. */
export function afterSwap(run: () => void): void {
  document.addEventListener('htmx:after:swap', run)
}

let focused: string | undefined

document.addEventListener('htmx:before:swap', event => {
  if (!(event instanceof CustomEvent)) return
  focused = document.activeElement?.closest('.task')?.id
  const tasks: HtmxTask[] = event.detail.tasks
  for (const { target, fragment, swapSpec } of tasks) {
    if (target !== null && target === columns()) carryOver(fragment)
    if (target?.matches('.tasks') && swapSpec.style === 'beforeend') replaceDoubles(target, fragment)
  }
})

// Not every browser keeps the focus on what is moved.
afterSwap(() => {
  if (focused && document.activeElement === document.body)
    document.getElementById(focused)?.querySelector('a')?.focus({ preventScroll: true })
})

/** What is open here stays open in the columns to come. Typed text and focus are kept by the morph itself. */
function carryOver(fragment: DocumentFragment): void {
  for (const { id } of document.querySelectorAll('.add-task[open]'))
    fragment.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '')
  for (const { id } of document.querySelectorAll('.task-open'))
    fragment.querySelector(`#${CSS.escape(id)}`)?.classList.add('task-open')
}

/** A card that is here already stays in its place of the same list, and leaves another list. */
function replaceDoubles(list: Element, fragment: DocumentFragment): void {
  for (const card of fragment.querySelectorAll<HTMLElement>('.task')) {
    const here = cardFor(card.id.slice('t-'.length))
    if (here?.parentElement === list) here.replaceWith(card)
    else here?.remove()
  }
}
