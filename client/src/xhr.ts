// XMLHttpRequest as far as an upload needs it, with the answer as fetch gives it.

import type { Sending } from './sending.ts'

/** What of it is used, for compilers that know no browser. */
interface Xhr {
  responseType: string
  readonly response: Blob
  readonly status: number
  readonly statusText: string
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null }
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getAllResponseHeaders(): string
  send(body: Blob): void
  abort(): void
}

/** The browser's; undefined elsewhere. */
export const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: new () => Xhr }

/** Sends a file. Rejects as fetch does: a TypeError when there is no answer, the signal's reason when it ends it. */
export function send(
  { url, headers, blob, onProgress, signal }: Sending,
  Request: new () => Xhr,
): Promise<Response> {
  const request = new Request()
  const abort = () => request.abort()
  const answered = new Promise<Response>((resolve, reject) => {
    const total = blob.size
    request.upload.onprogress = ({ loaded }) => onProgress?.({ sent: Math.min(loaded, total), total })
    request.onload = () => resolve(responseOf(request))
    request.onerror = () => reject(new TypeError('the connection broke'))
    request.onabort = () => reject(signal?.reason)
    request.open('POST', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.responseType = 'blob'
    onProgress?.({ sent: 0, total })
    // Whoever gives it up in there does so before there is anything to abort.
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', abort, { once: true })
    request.send(blob)
  })
  return answered.finally(() => signal?.removeEventListener('abort', abort))
}

function responseOf(request: Xhr): Response {
  const headers = new Headers()
  for (const line of request.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const { status, statusText } = request
  return new Response(request.response, { status, statusText, headers })
}
