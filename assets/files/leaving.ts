// Whoever leaves while files are on their way is asked first.

import { isBusy } from './queue.ts'

addEventListener('beforeunload', event => {
  if (isBusy()) event.preventDefault()
})
