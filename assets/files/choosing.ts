// The three ways files come: chosen, dropped anywhere on the page, and pasted.

import { input, takesFiles, words } from './page.ts'
import { refuse, send } from './queue.ts'

if (takesFiles) {
  input?.addEventListener('change', choose)
  document.addEventListener('dragenter', over)
  document.addEventListener('dragover', over)
  document.addEventListener('dragleave', leave)
  document.addEventListener('drop', drop)
  document.addEventListener('paste', paste)
  // Chosen before this script was there.
  choose()
}

function choose(): void {
  if (!input?.files?.length) return
  send([...input.files])
  // So that the same file can be chosen again.
  input.value = ''
}

const target = () => document.getElementById('drop')
const bringsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

function over(event: DragEvent): void {
  if (!bringsFiles(event)) return
  event.preventDefault()
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
  target()?.removeAttribute('hidden')
}

function leave(event: DragEvent): void {
  // Out of the window, and not from one part of the page to the next.
  if (event.relatedTarget === null) target()?.setAttribute('hidden', '')
}

function drop(event: DragEvent): void {
  if (!bringsFiles(event)) return
  event.preventDefault()
  target()?.setAttribute('hidden', '')
  const files: File[] = []
  for (const item of event.dataTransfer?.items ?? []) {
    // A folder comes as a file that can't be read.
    const entry = item.webkitGetAsEntry()
    if (entry?.isDirectory) refuse(entry.name, words('folder'))
    else if (item.kind === 'file') files.push(...[item.getAsFile()].filter(file => file !== null))
  }
  send(files)
}

function paste(event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])]
  if (files.length === 0) return
  const typing = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]')
  if (typing && event.clipboardData?.types.includes('text/plain')) return
  event.preventDefault()
  send(files, pastedName)
}

/** What is pasted as a picture has no name but `image.png`. */
function pastedName(file: File): string {
  if (!/^image\.\w+$/.test(file.name)) return file.name
  const now = new Date()
  const here = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString()
  const moment = here.slice(0, 16).replace('T', '-').replace(':', '')
  return `${words('pasted')}-${moment}.${file.name.split('.').at(-1)}`
}
