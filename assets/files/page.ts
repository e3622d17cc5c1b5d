// What the Files page brings along for its script: where files go, what rows are made of, and every text.

const parts = document.querySelector<HTMLTemplateElement>('#upload-parts')

/** Whether this page takes files: not for a viewer, and not where older files are listed. */
export const takesFiles = parts !== null
export const form = document.querySelector<HTMLFormElement>('#upload')
export const input = document.querySelector<HTMLInputElement>('#upload-files')

/** Bytes */
export const limit = Number(parts?.dataset.limit)

/** Bytes that the Tablo takes besides what it has, as far as the page knows. */
export function room(): number {
  const left = document.querySelector<HTMLElement>('#file-totals [data-room]')?.dataset.room
  return left === undefined ? Number.POSITIVE_INFINITY : Number(left)
}

/** A text of the page by its name, with what it names filled in. */
export function words(name: string, values: Record<string, string> = {}): string {
  const text = parts?.dataset[name] ?? ''
  return text.replace(/\{(\w+)\}/g, (slot, key: string) => values[key] ?? slot)
}

/** Says what happened to who does not see it. */
export function announce(text: string): void {
  const news = document.getElementById('upload-news')
  if (news) news.textContent = text
}

export function newRow(): HTMLElement {
  const row = parts?.content.firstElementChild?.cloneNode(true)
  if (!(row instanceof HTMLElement)) throw new Error('the page has no row for uploads')
  document.getElementById('uploads')?.append(row)
  return row
}
