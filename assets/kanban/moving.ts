// The only way a task moves or goes.

import { send, withCard } from './changes.ts'
import { glide, settle } from './motion.ts'
import {
  focusOn,
  idOf,
  listFor,
  pathOf,
  placeOf,
  putAfter,
  putAt,
  recount,
  say,
  statusOf,
  titleOf,
  words,
} from './page.ts'

interface MoveOptions {
  /** Where it was, when a drag has moved it already */
  from?: ReturnType<typeof placeOf>
  /** Slides to its place and has the focus there; a dragged card has been followed by the eye */
  glides?: boolean
}

/** Moves a task into a column, right after the task `after` or to the top for ''. Shown at once; back again if it is refused. */
export function moveTo(
  card: HTMLElement,
  status: string,
  after: string,
  { from = placeOf(card), glides = true }: MoveOptions = {},
): void {
  const id = idOf(card)
  const apply = () => withCard(id, here => putAfter(here, status, after))
  const focused = document.activeElement
  const update = () => {
    // A glide starts a moment later. Who has gone on meanwhile stays where they went.
    const stays = [focused, document.body].includes(document.activeElement)
    apply()
    recount()
    if (glides && stays) focusOn(card)
    announce(card)
  }
  const to = listFor(status)
  if (glides && to) glide([card.parentElement, to], update)
  else update()
  const takeBack = () => {
    withCard(id, here => {
      const focused = here.contains(document.activeElement)
      if (from) putAt(here, from)
      if (focused) focusOn(here)
    })
    say(words('notMoved'))
  }
  send({ id, path: `${pathOf(card)}/move`, form: { status, after }, apply, takeBack, failed: 'notMoved' })
}

function announce(card: HTMLElement): void {
  const list = card.parentElement
  if (!list) return
  const column = document.getElementById(list.getAttribute('aria-labelledby') ?? '')?.textContent ?? ''
  const number = new Intl.NumberFormat(document.documentElement.lang)
  const place = number.format([...list.children].indexOf(card) + 1)
  say(words('moved', { title: titleOf(card), column, place, all: number.format(list.childElementCount) }))
}

/** Deletes a task that its person has confirmed to be deleted. The focus goes to its neighbour. */
export function remove(card: HTMLElement): void {
  settle()
  const [id, path, title, from] = [idOf(card), pathOf(card), titleOf(card), placeOf(card)]
  const neighbour = card.nextElementSibling ?? card.previousElementSibling
  card.remove()
  recount()
  if (neighbour instanceof HTMLElement) focusOn(neighbour)
  else if (from) document.querySelector<HTMLElement>(`#add-${statusOf(from.list)} > summary`)?.focus()
  say(words('deleted', { title }))
  send({
    id,
    path: `${path}/delete`,
    form: {},
    apply: () => withCard(id, here => here.remove()),
    takeBack: () => {
      if (from) putAt(card, from)
    },
    failed: 'notDeleted',
  })
}
