// After a file was deleted its row is gone, and the focus with it: it goes on to the next, and what happened is said.

import { announce, input, words } from './page.ts'

let deleting: { row: Element; name: string } | undefined

document.addEventListener('submit', event => {
  const row = event.target instanceof Element ? event.target.closest('.file') : null
  if (row) deleting = { row, name: row.querySelector('.file-name')?.getAttribute('title') ?? '' }
})

const list = document.getElementById('files')
if (list) new MutationObserver(left).observe(list, { childList: true })

function left(changes: MutationRecord[]): void {
  const change = changes.find(({ removedNodes }) => [...removedNodes].some(node => node === deleting?.row))
  if (!change || !deleting) return
  announce(words('deleted', { name: deleting.name }))
  deleting = undefined
  const near = change.nextSibling ?? change.previousSibling
  const link = near instanceof Element ? near.querySelector('a') : null
  if (document.activeElement === document.body) (link ?? input)?.focus()
}
