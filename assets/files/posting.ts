// One request of an upload: as htmx would send it, by the one interface of browsers that tells how far it is.

import { form } from './page.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  /** What the server says of a refusal, in the person's language */
  readonly why: string | undefined
  /** Where the page is to go instead */
  readonly leaves: string | null
}

interface Listener {
  /** Bytes of the file */
  progress(sent: number): void
  /** All of it is on its way */
  sent(): void
  answered(answer: Answer): void
  /** There was no answer */
  lost(): void
}

/** Sends a file under an id, by which the server knows one that it has already. */
export function post(
  { id, file, name }: { id: string; file: File; name: string },
  on: Listener,
): XMLHttpRequest {
  const request = new XMLHttpRequest()
  request.open('POST', form?.action ?? '')
  const headers = {
    Accept: 'text/html',
    'HX-Request': 'true',
    'HX-Request-Type': 'partial',
    'HX-Target': 'ul#files',
    'Upload-Id': id,
  }
  for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value)
  // What stands around the file is counted too.
  request.upload.onprogress = ({ loaded }) => on.progress(Math.min(loaded, file.size))
  request.upload.onload = () => on.sent()
  request.onerror = () => on.lost()
  request.onload = () => on.answered(answerOf(request))
  const body = new FormData()
  body.append('file', file, name)
  request.send(body)
  return request
}

function answerOf(request: XMLHttpRequest): Answer {
  const { status, responseText: text } = request
  const said = new DOMParser().parseFromString(text, 'text/html').querySelector('.toast p')
  return { status, text, why: said?.textContent, leaves: request.getResponseHeader('HX-Redirect') }
}

/** Puts the new row and the totals where they go; a row that is there already is replaced. */
export async function show({ text }: Answer): Promise<void> {
  const [, id] = /<li class="file" id="([^"]*)"/.exec(text) ?? []
  if (id) document.getElementById(id)?.remove()
  await window.htmx.swap({ text, target: document.body, swap: 'none', sourceElement: document.body })
}
