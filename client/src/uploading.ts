// An upload that tells how far it is. Node, Deno and Bun send a stream, which is counted as it is taken. Browsers either
// can't stream a request or only over HTTP/2, and tell of no progress by fetch: there it is XMLHttpRequest.

import type { Progress, Sending } from './sending.ts'
import { send as sendByXhr, XMLHttpRequest } from './xhr.ts'

/** What can be uploaded: a File from an input, a Blob (in Node of `fs.openAsBlob`, which reads it as it goes), bytes or text. */
export type Content = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string

export interface UploadOptions {
  /** Of the file; a File has its own */
  readonly name?: string | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Uploads under the same key, within a day, make one file; made up when there is none, so that a broken connection does too */
  readonly idempotencyKey?: string | undefined
}

/** Bytes: fine enough for a progress bar, and coarse enough to cost nothing. */
const PART = 65_536

/** Sends it, by fetch or by what tells more. */
export function sendFile(
  sending: Sending,
  fetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { url, headers, blob, signal, onProgress } = sending
  if (onProgress && XMLHttpRequest) return sendByXhr(sending, XMLHttpRequest)
  const body = onProgress ? counted(blob, onProgress) : blob
  const init = { method: 'POST', headers, body, signal: signal ?? null, duplex: 'half' as const }
  return fetch(new Request(url, init))
}

export const blobOf = (content: Content): Blob => (content instanceof Blob ? content : new Blob([content]))

/** The name that a content has by itself. */
export const nameOf = (content: Content): string | undefined =>
  content instanceof Blob && 'name' in content && typeof content.name === 'string' ? content.name : undefined

/** The bytes of a blob, in parts, counted as they are taken. */
function counted(blob: Blob, onProgress: (progress: Progress) => void): ReadableStream<Uint8Array> {
  let sent = 0
  const total = blob.size
  onProgress({ sent, total })
  return new ReadableStream<Uint8Array>({
    // The stream of a Blob in memory would give all of it at once.
    async pull(controller) {
      const part = new Uint8Array(await blob.slice(sent, sent + PART).arrayBuffer())
      if (part.length === 0) return controller.close()
      controller.enqueue(part)
      sent += part.length
      onProgress({ sent, total })
    },
  })
}
