// The bytes of an upload on their way to the storage: counted against the limit, hashed, and timed. None is kept but the
// head, from which the type is told before the first one goes on.

import { createHash, type Hash } from 'node:crypto'
import { StorageError } from '../platform/storage/storage.ts'
import { HEAD_BYTES } from './detection.ts'

/** How long a storage may take for a piece, or for the end, until it counts as gone. */
const STALLED_MS = 90_000

export interface Head {
  readonly bytes: Buffer
  /** There is nothing after it */
  readonly whole: boolean
  /** What comes after it */
  readonly rest: AsyncIterator<Uint8Array>
}

/** Reads as much as the type is told from. */
export async function headOf(body: AsyncIterable<Uint8Array>): Promise<Head> {
  const rest = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  for (let length = 0; length < HEAD_BYTES; ) {
    const { done, value } = await rest.next()
    if (done) return { bytes: Buffer.concat(chunks), whole: true, rest }
    chunks.push(value)
    length += value.length
  }
  return { bytes: Buffer.concat(chunks), whole: false, rest }
}

/** The bytes of one file as they pass. */
export class Measured {
  size = 0
  readonly #head: Head
  readonly #check: (size: number) => void
  readonly #hash: Hash = createHash('sha256')
  readonly #stalled = new AbortController()
  #timer: NodeJS.Timeout | undefined

  /** `check` is told the size so far before a piece goes on, and throws when it is too much. */
  constructor(head: Head, check: (size: number) => void) {
    this.#head = head
    this.#check = check
  }

  /** Aborts when the storage takes nothing more. */
  get stalled(): AbortSignal {
    return this.#stalled.signal
  }

  /** The bytes, for a storage that is to begin now. */
  bytes(): AsyncIterable<Uint8Array> {
    this.#watch()
    return this.#all()
  }

  sha256(): Buffer {
    return this.#hash.digest()
  }

  /** The storage begins or ends to wait for its turn, which is not to count as silence. */
  readonly queued = (waits: boolean): void => {
    clearTimeout(this.#timer)
    if (!waits) this.#watch()
  }

  /** The storage has ended, well or not. */
  end(): void {
    clearTimeout(this.#timer)
  }

  async *#all(): AsyncGenerator<Uint8Array> {
    clearTimeout(this.#timer)
    const { bytes, rest } = this.#head
    if (bytes.length > 0) yield* this.#pass(bytes)
    for await (const chunk of { [Symbol.asyncIterator]: () => rest }) yield* this.#pass(chunk)
    this.#watch()
  }

  *#pass(chunk: Uint8Array): Generator<Uint8Array> {
    this.size += chunk.length
    this.#check(this.size)
    this.#hash.update(chunk)
    this.#watch()
    yield chunk
    clearTimeout(this.#timer)
  }

  #watch(): void {
    // The error is made when it is needed: its stack costs more than the piece that it would be about.
    this.#timer = setTimeout(() => {
      const said = `the storage took no byte for ${STALLED_MS / 1000} s`
      this.#stalled.abort(new StorageError('unavailable', said))
    }, STALLED_MS)
  }
}
