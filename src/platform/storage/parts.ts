// A body in parts of one size, as S3 takes it. A part stays in memory until it was sent, so that it can be sent again, and
// so all uploads together hold no more parts than there are permits: one permit for each, from a part's first byte until
// it was sent. An upload holds one at most, so none waits for what it holds itself. The memory of a part goes on to the
// next, because what is only let go of stays taken until the collector comes by, and then several times as many parts do.
//
// A few slow senders could so keep all others out. While others wait, a part must therefore be filled within a fair time,
// or its upload is given up; with nobody waiting it may take as long as it likes. And nobody waits for ever.

import { orAborted, untilAborted } from './abort.ts'
import { StorageError, type WriteOptions } from './storage.ts'

/** Bytes: the smallest part that S3 takes. It takes 10,000 of them, 48 GiB, which MAX_UPLOAD_SIZE_MB stays below. */
export const PART_BYTES = 5 * 1_048_576

/** Parts that all uploads of a process may hold at once: 80 MiB. */
export const PARTS_IN_MEMORY = 16

/** How long a part may take to come while others wait: 114 KiB a second. */
export const FAIR_MS = 45_000

/** How long an upload waits for a permit. Longer than is fair, so that what the slow ones held comes to those who wait. */
export const WAIT_MS = 60_000

export interface Part {
  /** From 1 */
  readonly number: number
  readonly bytes: Buffer
  readonly last: boolean
}

export interface Permit {
  /** The memory of a part */
  readonly bytes: Buffer
  /** All of the part is there: from now on it is not its sender who takes long. */
  full(): void
  /** Gives the permit back, and the memory too when it was sent and nobody reads it any more. */
  release(sent?: boolean): void
}

/** A fixed number of permits, each with the memory of a part, given in the order in which they were asked for. */
export class Permits {
  readonly #count: number
  #free: number
  readonly #waiting = new Set<() => void>()
  /** How to give up those that have been filling their part for longer than is fair, and how many were just told */
  readonly #late = new Set<() => void>()
  #leaving = 0
  readonly #memory: Buffer[] = []

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /**
   * Resolves with a permit, whose `giveUp` is called when it has to be released for others. Rejects with the signal's
   * reason, at once also while it waits, and with a StorageError `busy` when it waited for WAIT_MS. `queued` is told when
   * it begins and ends to wait.
   */
  async take(
    { signal, queued }: Pick<WriteOptions, 'signal' | 'queued'>,
    giveUp: () => void,
  ): Promise<Permit> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free--
    else {
      queued?.(true)
      await this.#turn(signal).finally(() => queued?.(false))
    }
    return this.#permit(giveUp)
  }

  #permit(giveUp: () => void): Permit {
    const bytes = this.#memory.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES)
    let leaves = false
    const leave = () => {
      leaves = true
      giveUp()
    }
    const timer = setTimeout(() => {
      this.#late.add(leave)
      this.#makeRoom()
    }, FAIR_MS)
    const full = () => {
      clearTimeout(timer)
      this.#late.delete(leave)
    }
    const release = (sent = false) => {
      full()
      if (leaves) this.#leaving--
      if (sent) this.#memory.push(bytes)
      this.#giveBack()
    }
    return { bytes, full, release }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      reject(new StorageError('busy', `No part was free for ${WAIT_MS / 1000} s.`))
    }, WAIT_MS)
    this.#waiting.add(resolve)
    this.#makeRoom()
    try {
      await orAborted(promise, signal)
    } catch (error) {
      // Out of the queue already: the permit came in the very moment of the abort, and goes to the next.
      if (!this.#waiting.delete(resolve)) this.#giveBack()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Gives up as many of the late as there are waiting, the first to be late first. */
  #makeRoom(): void {
    for (const leave of this.#late) {
      if (this.#leaving >= this.#waiting.size) return
      this.#late.delete(leave)
      this.#leaving++
      leave()
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
 * Throws a StorageError `busy` or `slow` when it can't have a part, or has to leave it to others.
 */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  options: Pick<WriteOptions, 'signal' | 'queued'>,
  permits: Permits,
): AsyncGenerator<Part, void> {
  const late = new AbortController()
  const giveUp = () => {
    const said = `The body brought less than a part in ${FAIR_MS / 1000} s while others waited.`
    late.abort(new StorageError('slow', said))
  }
  let number = 1
  let filled = 0
  let permit: Permit | undefined
  try {
    for await (const chunk of untilAborted(body, AbortSignal.any([options.signal, late.signal]))) {
      for (let taken = 0; taken < chunk.length; ) {
        // Only now that more bytes are there is it known that a full part is not the last.
        if (permit && filled === PART_BYTES) {
          permit.full()
          yield { number: number++, bytes: permit.bytes, last: false }
          permit.release(true)
          permit = undefined
        }
        if (!permit) {
          permit = await permits.take(options, giveUp)
          filled = 0
        }
        const piece = chunk.subarray(taken, taken + PART_BYTES - filled)
        permit.bytes.set(piece, filled)
        filled += piece.length
        taken += piece.length
      }
    }
    permit?.full()
    yield { number, bytes: permit?.bytes.subarray(0, filled) ?? Buffer.alloc(0), last: true }
  } finally {
    permit?.release()
  }
}
