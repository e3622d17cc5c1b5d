// One attempt to send a file, by whichever way.

/** Bytes. `sent` begins again at 0 when an upload is tried again. */
export interface Progress {
  readonly sent: number
  readonly total: number
}

export interface Sending {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly blob: Blob
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
