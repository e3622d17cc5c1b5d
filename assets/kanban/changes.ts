// Changes are shown at once and sent after, one at a time and in their order, because a later one may name the place
// that an earlier one made. A change that is refused is taken back, and with it what followed for the same task.

import { toast } from '../toast.ts'
import { settle } from './motion.ts'
import { cardFor, columns, recount, words } from './page.ts'
import { ask, explains, show } from './requests.ts'

export interface Change {
  /** The task */
  readonly id: string
  readonly path: string
  form: Record<string, string>
  /** Shows the change. Called again when the columns came fresh while it was waiting */
  apply(): void
  takeBack(): void
  /** The name of the text for when it did not go through */
  readonly failed: string
}

const waiting: Change[] = []
let sending: Promise<void> | undefined
let held: Promise<void> | undefined

/** Sends a change that is shown already. Of several moves of one task in a row, only the last is worth sending. */
export function send(change: Change): void {
  const last = waiting.at(-1)
  if (last?.path === change.path) Object.assign(last, { form: change.form, apply: change.apply })
  else waiting.push(change)
  sending ??= sendAll()
}

/** Keeps answers out of the page until the promise ends: a card is in the hand. */
export function hold(until: Promise<void>): void {
  held = until
}

/** Runs when a change of a task has been saved. */
export function afterChange(run: (id: string) => void): void {
  document.addEventListener('kanban:changed', event => {
    if (event instanceof CustomEvent) run(event.detail)
  })
}

async function sendAll(): Promise<void> {
  try {
    for (let change = waiting.shift(); change; change = waiting.shift()) await sendOne(change)
  } finally {
    sending = undefined
  }
}

/** Ends when the server knows all that is shown, for who asks it what can be done next. */
export const allSent = async (): Promise<void> => sending

async function sendOne(change: Change): Promise<void> {
  const answer = await ask(change.path, { form: change.form })
  await held
  settle()
  if (answer?.ok) {
    await show(answer)
    document.dispatchEvent(new CustomEvent('kanban:changed', { detail: change.id }))
  } else {
    const kept = waiting.filter(({ id }) => id !== change.id)
    waiting.splice(0, waiting.length, ...kept)
    change.takeBack()
    recount()
    if (answer?.status === 404) {
      await refresh()
      toast(words('gone'))
    } else {
      if (answer) await show(answer)
      if (!answer || !explains(answer)) toast(words(change.failed))
    }
  }
  for (const later of waiting) later.apply()
  if (waiting.length > 0) recount()
}

/** Shows the columns as they are now. */
export async function refresh(): Promise<void> {
  const target = columns()
  if (!target) return
  const answer = await ask(location.pathname.replace(/\/tasks\/.*/, '/tasks'))
  await held
  if (answer?.ok) await show(answer, { target, swap: 'outerMorph', select: '#columns' })
}

// A page that Back brings from the browser's memory is as old as the visit.
addEventListener('pageshow', event => {
  if (event.persisted) void refresh()
})

/** Runs `use` with the card of a task, if it is still in the page. */
export function withCard(id: string, use: (card: HTMLElement) => void): void {
  const card = cardFor(id)
  if (card) use(card)
}
