// Where the bytes of files are kept: a folder, or a bucket of S3. An object is written once, whole or not at all, under a
// key of ours, and never changed. Which objects there are, the database knows; a storage is never asked to list them.

import type { Readable } from 'node:stream'

/**
 * `missing`: there is no such object. `full`: no room is left. `unavailable`: the storage can't be reached now or is too
 * slow. `misconfigured`: it refuses us, or what it was told to use is not there; the message says what to set. Two are no
 * failures of the storage: `busy`, when a write had no turn among many; `slow`, when it held others up by its own body.
 */
export const storageFaults = ['missing', 'full', 'unavailable', 'misconfigured', 'busy', 'slow'] as const
export type StorageFault = (typeof storageFaults)[number]

export class StorageError extends Error {
  override name = 'StorageError'
  readonly fault: StorageFault

  constructor(fault: StorageFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a download says of itself. */
export interface Download {
  readonly type: string
  /** The whole `Content-Disposition` */
  readonly disposition: string
}

export interface WriteOptions {
  readonly type: string
  readonly signal: AbortSignal
  /** Told when the write begins and ends to wait for its turn among others: that it takes nothing then says no ill of it */
  readonly queued?: (waits: boolean) => void
}

export interface Storage {
  /** Where browsers go for signed URLs, for the Content-Security-Policy; undefined when all bytes pass through us. */
  readonly origin: string | undefined

  /**
   * Writes an object, whole or not at all; holds no more of it in memory than it needs to. What `body` throws is thrown
   * on as it is; everything else is a StorageError. `signal` gives up with its reason.
   */
  put(key: string, body: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<void>

  /** The bytes of an object, or some of them. Throws a StorageError, at once and not while reading when it is missing. */
  read(key: string, range?: ByteRange): Promise<Readable>

  /** Removes an object, and what a write that never ended left of it. None there is as good as one removed. */
  remove(key: string): Promise<void>

  /**
   * Throws a StorageError when the storage is away or refuses us, so that nobody is sent there by `signedUrl`, which asks
   * nothing. Costs little: what it answered is remembered for seconds. `key` is of an object that should be there.
   */
  answers(key: string): Promise<void>

  /** A URL that gives the object to whoever has it, for five minutes; undefined when there is `read` alone. */
  signedUrl(key: string, download: Download): Promise<string | undefined>

  /** Writes, reads and removes a small object. Throws a StorageError that says what is wrong. */
  check(): Promise<void>

  /** Lets connections go. */
  close(): void
}
