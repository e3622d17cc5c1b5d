// On a phone the names above the columns turn to them. The address stays, so that Back leaves the Kanban.

import { closest, kanban, stillness } from './page.ts'

document.addEventListener('click', event => {
  const tab = closest(event, '[data-columns] a')
  const column = tab && document.querySelector<HTMLElement>(tab.getAttribute('href') ?? '')
  const columns = kanban()
  if (!column || !columns?.contains(column)) return
  event.preventDefault()
  const left = columns.scrollLeft + column.getBoundingClientRect().left - columns.getBoundingClientRect().left
  const gap = Number.parseFloat(getComputedStyle(columns).scrollPaddingLeft) || 0
  columns.scrollTo({ left: left - gap, behavior: stillness.matches ? 'instant' : 'smooth' })
})
