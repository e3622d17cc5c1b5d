// One upload as the page shows it, and its two buttons: one ends it or takes it away, one tries again.

import { input, newRow, words } from './page.ts'
import { sizeOf, speedOf } from './sizes.ts'

/** How far back the speed looks. */
const WINDOW_MS = 3_000

export class Row {
  readonly #row = newRow()
  readonly #name: string
  readonly #bar = this.#part<HTMLProgressElement>('progress')
  readonly #cancel = this.#part('[data-cancel-upload]')
  readonly #retry = this.#part('[data-retry-upload]')
  #samples: { at: number; sent: number }[] = []

  constructor(name: string, on: { cancel(): void; retry(): void }) {
    this.#name = name
    const title = this.#part('.upload-name')
    title.textContent = name
    title.title = name
    this.#bar.setAttribute('aria-label', name)
    this.#label(this.#retry, 'retry')
    this.#cancel.addEventListener('click', () => on.cancel())
    this.#retry.addEventListener('click', () => on.retry())
    this.wait()
  }

  wait(): void {
    this.#show('waiting', words('waiting'))
    this.#bar.value = 0
    this.#samples = []
  }

  /** Bytes */
  progress(sent: number, all: number): void {
    const now = performance.now()
    this.#samples.push({ at: now, sent })
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift()
    const first = this.#samples[0] ?? { at: now, sent }
    const seconds = (now - first.at) / 1_000
    const speed = speedOf(seconds > 0 ? (sent - first.sent) / seconds : 0)
    this.#bar.value = all > 0 ? sent / all : 1
    this.#show('sending', words('sending', { sent: sizeOf(sent), all: sizeOf(all), speed }))
  }

  finishing(): void {
    this.#bar.value = 1
    this.#show('sending', words('finishing'))
  }

  lost(): void {
    this.#show('lost', words('lost'))
  }

  /** It ended without its file; `again` when it is worth another try. */
  failed(why: string, again: boolean): void {
    this.#show('failed', why)
    this.#retry.hidden = !again
  }

  remove(): void {
    const focused = this.#row.contains(document.activeElement)
    const next = this.#row.nextElementSibling ?? this.#row.previousElementSibling
    this.#row.remove()
    if (focused) (next?.querySelector<HTMLElement>('[data-cancel-upload]') ?? input)?.focus()
  }

  #show(state: string, text: string): void {
    this.#row.dataset.state = state
    this.#part('.upload-says').textContent = text
    this.#bar.hidden = state === 'failed'
    this.#retry.hidden = state !== 'lost'
    this.#label(this.#cancel, state === 'failed' ? 'dismiss' : 'cancel')
  }

  #label(button: HTMLElement, text: string): void {
    const label = words(text, { name: this.#name })
    button.title = label
    button.setAttribute('aria-label', label)
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const part = this.#row.querySelector<T>(selector)
    if (!part) throw new Error(`a row has no ${selector}`)
    return part
  }
}
