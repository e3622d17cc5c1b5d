// A toast that a script shows. The page brought an empty one along, with what it says when nothing answers.

const template = () => document.querySelector<HTMLTemplateElement>('#toast-parts')

/** Says something at the foot of the page, in place of what was said before. */
export function toast(text: string): void {
  const made = template()?.content.querySelector('[data-toast]')?.cloneNode(true)
  if (!(made instanceof HTMLElement)) return
  const words = made.querySelector('p')
  if (words) words.textContent = text
  document.getElementById('toasts')?.replaceChildren(made)
}

/** Says that there was no answer. */
export const toastOffline = (): void => toast(template()?.dataset.offline ?? '')
