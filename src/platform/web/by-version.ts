// What takes long to make and changes seldom is kept, by what it was made from: its version. Whoever asks names the version
// they see in the database, so what is kept for an older one is never given out; it is made once, however many ask at the
// same moment. Bounded: the least recently used goes first.

import { LRUCache } from 'lru-cache'

const BYTES = 32 * 1024 * 1024

/** Bytes that each costs besides what it holds. A reader can ask for very many that hold next to nothing, such as empty pages. */
const OVERHEAD = 1_024

interface Kept<T> {
  readonly version: number
  readonly made: T
}

export class ByVersion<T> {
  readonly #kept: LRUCache<string, Kept<T>>
  readonly #making = new Map<string, Promise<Kept<T>>>()

  /** `sizeOf` gives how many bytes one takes. */
  constructor(sizeOf: (made: T) => number) {
    this.#kept = new LRUCache<string, Kept<T>>({
      maxSize: BYTES,
      sizeCalculation: ({ made }, key) => sizeOf(made) + key.length + OVERHEAD,
    })
  }

  /** What `make` gives for `key` at `version`, or gave. The key names everything else that it depends on. */
  async at(key: string, version: number, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key)
    if (kept?.version === version) return kept.made
    const moment = `${key} ${version}`
    let making = this.#making.get(moment)
    if (!making) {
      making = this.#make(key, version, make).finally(() => this.#making.delete(moment))
      this.#making.set(moment, making)
    }
    return (await making).made
  }

  async #make(key: string, version: number, make: () => Promise<T>): Promise<Kept<T>> {
    const kept = { version, made: await make() }
    if ((this.#kept.peek(key)?.version ?? 0) < version) this.#kept.set(key, kept)
    return kept
  }
}
