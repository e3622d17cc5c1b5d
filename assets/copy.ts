// Copies what is shown once. A field that holds it is selected as a whole by a press on it, for browsers that refuse to
// copy by a script, and for those without one the keyboard does it.

import { toast } from './toast.ts'

document.addEventListener('click', async event => {
  const pressed = event.target
  if (!(pressed instanceof Element)) return
  if (pressed instanceof HTMLInputElement && pressed.readOnly) return pressed.select()
  const button = pressed.closest<HTMLElement>('[data-copy]')
  const shown = button && document.getElementById(button.dataset.copy ?? '')
  if (!shown) return
  select(shown)
  if (await copied(shown instanceof HTMLInputElement ? shown.value : shown.innerText))
    toast(button?.dataset.copied ?? '')
})

function select(shown: HTMLElement): void {
  if (shown instanceof HTMLInputElement) shown.select()
  else getSelection()?.selectAllChildren(shown)
}

/** The clipboard is there on https and on this machine alone; elsewhere the older way may do. */
async function copied(text: string): Promise<boolean> {
  if (!navigator.clipboard) return document.execCommand('copy')
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}
