// A body in parts of one size, as S3 takes it. A part stays in memory until it was sent, so that it can be sent again, and
// so all uploads together hold no more parts than there are permits: one permit for each, from a part's first byte until
// it was sent. An upload holds one at most, so none waits for what it holds itself.

import { orAborted, untilAborted } from './abort.ts'

/** Bytes: the smallest part that S3 takes. It takes 10,000 of them, 48 GiB, which MAX_UPLOAD_SIZE_MB stays below. */
export const PART_BYTES = 5 * 1_048_576

/** Parts that all uploads of a process may hold at once: 80 MiB. */
export const PARTS_IN_MEMORY = 16

export interface Part {
  /** From 1 */
  readonly number: number
  readonly bytes: Buffer
  readonly last: boolean
}

/** A fixed number of permits, given in the order in which they were asked for. */
export class Permits {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves with what gives the permit back. Rejects with the signal's reason, at once also while it waits. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    return () => this.#giveBack()
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    try {
      await orAborted(promise, signal)
    } catch (error) {
      // Out of the queue already: the permit came in the very moment of the abort, and goes to the next.
      if (!this.#waiting.delete(resolve)) this.#giveBack()
      throw error
    }
  }

  #giveBack(): void {
    const [next] = this.#waiting
    if (!next) this.#free++
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}

/**
 * The parts of a body, each of PART_BYTES but the last, which is empty only when the body is. Asking for the next part, or
 * ending, gives the permit of the one before back. Each byte is copied once.
 */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  permits: Permits,
): AsyncGenerator<Part, void> {
  let number = 1
  let bytes = Buffer.alloc(0)
  let filled = 0
  let release: (() => void) | undefined
  try {
    for await (const chunk of untilAborted(body, signal)) {
      for (let taken = 0; taken < chunk.length; ) {
        // Only now that more bytes are there is it known that a full part is not the last.
        if (release && filled === PART_BYTES) {
          yield { number: number++, bytes, last: false }
          release()
          release = undefined
        }
        if (!release) {
          release = await permits.take(signal)
          bytes = Buffer.allocUnsafeSlow(PART_BYTES)
          filled = 0
        }
        const piece = chunk.subarray(taken, taken + PART_BYTES - filled)
        bytes.set(piece, filled)
        filled += piece.length
        taken += piece.length
      }
    }
    yield { number, bytes: bytes.subarray(0, filled), last: true }
  } finally {
    release?.()
  }
}
