// A storage in memory that can be told to fail: what a bucket does on a bad day, at the moment that a test needs it.

import { Readable } from 'node:stream'
import {
  type ByteRange,
  type Download,
  type Storage,
  StorageError,
  type WriteOptions,
} from '../src/platform/storage/storage.ts'

/**
 * `down`, `full`: it says so. `lost`: it opens an object and has no byte of it. `cut`: it breaks off on the way. `hang`:
 * it takes nothing, and ends only when it is told to give up.
 */
export type Mood = 'well' | 'down' | 'full' | 'lost' | 'cut' | 'hang'

export class TestStorage implements Storage {
  origin: string | undefined
  readonly objects = new Map<string, Buffer>()
  mood: Mood = 'well'
  /** Keys whose objects can't be removed */
  readonly stuck = new Set<string>()
  /** Keys in the order in which they were removed */
  readonly removed: string[] = []
  /** Runs before an object is whole */
  beforeWritten: (key: string) => Promise<void> = async () => {}
  /** How many readers are open */
  reading = 0

  async put(key: string, body: AsyncIterable<Uint8Array>, { signal }: WriteOptions): Promise<void> {
    if (this.mood === 'hang') await aborted(signal)
    this.#fail()
    const chunks: Uint8Array[] = []
    for await (const chunk of body) {
      signal.throwIfAborted()
      if (this.mood === 'cut') throw new StorageError('unavailable', 'the connection broke off')
      chunks.push(chunk)
    }
    await this.beforeWritten(key)
    signal.throwIfAborted()
    this.objects.set(key, Buffer.concat(chunks))
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    this.#fail()
    const whole = this.objects.get(key)
    if (!whole) throw new StorageError('missing', `there is no ${key}`)
    const object = range ? whole.subarray(range.start, range.end + 1) : whole
    this.reading++
    const [mood, pieces] = [this.mood, piecesOf(object)]
    if (mood === 'cut') pieces.pop()
    if (mood === 'lost') pieces.length = 0
    return new Readable({
      read() {
        const piece = pieces.shift()
        if (mood !== 'well' && piece === undefined)
          this.destroy(new StorageError('unavailable', 'it broke off'))
        else this.push(piece ?? null)
      },
      destroy: (error, done) => {
        this.reading--
        done(error)
      },
    })
  }

  async remove(key: string): Promise<void> {
    if (this.stuck.has(key)) throw new Error(`${key} is stuck`)
    this.#fail()
    this.removed.push(key)
    this.objects.delete(key)
  }

  async answers(): Promise<void> {
    this.#fail()
  }

  async signedUrl(key: string, { disposition }: Download): Promise<string | undefined> {
    if (this.origin === undefined) return undefined
    return `${this.origin}/${key}?disposition=${encodeURIComponent(disposition)}`
  }

  async check(): Promise<void> {}
  close(): void {}

  #fail(): void {
    if (this.mood === 'down') throw new StorageError('unavailable', 'it is down')
    if (this.mood === 'full') throw new StorageError('full', 'it is full')
  }
}

const PIECE = 65_536

function piecesOf(object: Buffer): Buffer[] {
  const count = Math.ceil(object.length / PIECE)
  return Array.from({ length: count }, (_, index) => object.subarray(index * PIECE, (index + 1) * PIECE))
}

/** Rejects when the signal aborts, with its reason. */
export const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })
