// The script of the page that shows one file: the arrow keys go to the one before and the one after.

document.addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select, .menu')) return
  document.querySelector<HTMLAnchorElement>(`[data-key="${CSS.escape(event.key)}"]`)?.click()
})
