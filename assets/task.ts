// The script of a task's own page.

import './kanban/editing.ts'

// A reload of the address that the Kanban pushed for its panel leaves this page in the place of the Kanban's. Back
// then only changes the address, and the page has to follow.
const own = location.pathname
addEventListener('popstate', () => {
  if (location.pathname !== own) location.reload()
})
