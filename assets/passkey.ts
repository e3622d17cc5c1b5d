// Passkeys: the browser's own dialog between a button and its form. What is asked comes from the server, what the passkey
// answers goes into a field of the form, and the form is sent as any other. Browsers that can't do it, and an address
// that passkeys are not for, don't show these forms.

import { toast } from './toast.ts'

/** Milliseconds after which what was asked of a page that lies open is asked anew: it is good for five minutes. */
const STALE = 240_000

const originOfPage = document.querySelector<HTMLElement>('[data-passkey]')?.dataset.origin
const able =
  typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential

if (able && originOfPage === location.origin) {
  document.documentElement.classList.add('passkeys')
  document.addEventListener('click', event => {
    const pressed = event.target instanceof Element ? event.target : undefined
    const button = pressed?.closest<HTMLButtonElement>('[data-ask]')
    if (button?.form) ask(button.form, button)
  })
  // By Enter in a field of the form.
  addEventListener(
    'submit',
    event => {
      const form = event.target
      if (!(form instanceof HTMLFormElement) || !form.dataset.passkey || answerOf(form).value !== '') return
      event.preventDefault()
      event.stopImmediatePropagation()
      ask(form, form.querySelector<HTMLButtonElement>('[data-ask]'))
    },
    { capture: true },
  )
  offer()
}

let asking: AbortController | undefined

/** Asks by a dialog, and sends the form with the answer. */
async function ask(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  if (button?.ariaBusy === 'true') return
  asking?.abort()
  asking = new AbortController()
  button?.setAttribute('aria-busy', 'true')
  try {
    const answer = await credentialOf(form, asking.signal)
    if (answer) send(form, answer)
    else button?.removeAttribute('aria-busy')
  } catch (error) {
    button?.removeAttribute('aria-busy')
    const { name } = error as Error
    if (name === 'InvalidStateError') toast(form.dataset.known ?? '')
    else if (name !== 'AbortError') toast(form.dataset.failed ?? '')
  }
}

/** Offers passkeys among what the browser fills in for the e-mail address, as long as nothing else is asked. */
async function offer(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('[data-passkey=get][data-offering]')
  if (!form || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  const offering = new AbortController()
  asking = offering
  const stale = setTimeout(() => offering.abort('stale'), STALE)
  const answer = await credentialOf(form, offering.signal, 'conditional').catch(() => undefined)
  clearTimeout(stale)
  if (answer) return send(form, answer)
  if (offering.signal.reason !== 'stale' || asking !== offering) return
  // A page that nobody looks at asks when somebody does.
  if (document.hidden) document.addEventListener('visibilitychange', () => offer(), { once: true })
  else offer()
}

async function credentialOf(
  form: HTMLFormElement,
  signal: AbortSignal,
  mediation?: CredentialMediationRequirement,
): Promise<Credential | null> {
  const response = await fetch(`${form.action}/options`, { method: 'POST', signal })
  // It must be proved first who is there, or all of it is over: the page for that comes in place of this one.
  if (response.redirected || response.status === 401) location.assign(response.redirected ? response.url : '')
  if (response.redirected || !response.ok) throw new Error(`${response.status}`)
  const asked = await response.json()
  if (form.dataset.passkey === 'create') {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked)
    return navigator.credentials.create({ publicKey, signal })
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked)
  return navigator.credentials.get({ publicKey, signal, ...(mediation && { mediation }) })
}

function send(form: HTMLFormElement, credential: Credential): void {
  const field = answerOf(form)
  field.value = JSON.stringify((credential as PublicKeyCredential).toJSON())
  form.requestSubmit()
  // What comes next is another one.
  field.value = ''
}

const answerOf = (form: HTMLFormElement) => form.elements.namedItem('response') as HTMLInputElement
