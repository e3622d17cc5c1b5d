// The forms of the menu and of the panel that move or delete a task go the way that drags and keys go. They are taken
// at the window, before anything else has seen that they are sent.

import { closeMenu } from './menu.ts'
import { moveTo, remove } from './moving.ts'
import { cardFor } from './page.ts'
import { closePanel } from './panel.ts'

addEventListener(
  'submit',
  event => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !form.closest('#task-menu, #panel')) return
    const [, id = '', verb] =
      /\/tasks\/([\w-]+)\/(move|delete)$/.exec(form.getAttribute('action') ?? '') ?? []
    const card = cardFor(id)
    if (!card || !verb) return
    event.preventDefault()
    event.stopImmediatePropagation()
    closeMenu()
    for (const open of document.querySelectorAll<HTMLElement>('#panel .menu:popover-open')) open.hidePopover()
    if (verb === 'delete') {
      if (form.closest('#panel')) closePanel({ refocus: false })
      remove(card)
    } else {
      const data = new FormData(form)
      moveTo(card, String(data.get('status')), String(data.get('after')))
    }
  },
  { capture: true },
)
