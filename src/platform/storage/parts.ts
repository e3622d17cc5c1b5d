// A body in parts of one size, as S3 takes it. A part stays in memory until it was sent, so that it can be sent again, and
// so all uploads together hold no more parts than there are permits: one permit for each, from a part's first byte until
// it was sent. An upload holds one at most, so none waits for what it holds itself. The memory of a part goes on to the
// next, because what is only let go of stays taken until the collector comes by, and then several times as many parts do.

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

/** A fixed number of permits, each with the memory of a part, given in the order in which they were asked for. */
export class Permits {
  readonly #count: number
  #free: number
  readonly #waiting = new Set<() => void>()
  readonly #memory: Buffer[] = []

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /**
   * Resolves with the memory of a part, and with what gives the permit back, and the memory too when nobody reads it any
   * more. Rejects with the signal's reason, at once also while it waits.
   */
  async take(signal: AbortSignal): Promise<{ bytes: Buffer; release: (sent?: boolean) => void }> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    const bytes = this.#memory.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES)
    const release = (sent = false) => {
      if (sent) this.#memory.push(bytes)
      this.#giveBack()
    }
    return { bytes, release }
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
    if (!next) {
      this.#free++
      // Nothing is under way: what the busiest moment needed is not kept.
      if (this.#free === this.#count) this.#memory.length = 0
    } else {
      this.#waiting.delete(next)
      next()
    }
  }
}

/**
 * The parts of a body, each of PART_BYTES but the last, which is empty only when the body is. Asking for the next part, or
 * ending, gives the permit of the one before back; its bytes are another part's from then on. Each byte is copied once.
 */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  permits: Permits,
): AsyncGenerator<Part, void> {
  let number = 1
  let bytes: Buffer = Buffer.alloc(0)
  let filled = 0
  let release: ((sent?: boolean) => void) | undefined
  try {
    for await (const chunk of untilAborted(body, signal)) {
      for (let taken = 0; taken < chunk.length; ) {
        // Only now that more bytes are there is it known that a full part is not the last.
        if (release && filled === PART_BYTES) {
          yield { number: number++, bytes, last: false }
          release(true)
          release = undefined
        }
        if (!release) {
          ;({ bytes, release } = await permits.take(signal))
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
