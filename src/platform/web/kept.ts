// Content that takes long to draw and changes seldom is kept as bytes, by what it was drawn from: its version. Whoever
// asks names the version they see in the database, so what is kept for an older one is never given out; it is drawn
// once, however many ask at the same moment. Bounded: the least recently used goes first.
//
// What must differ from one person to the next (the id that a form carries) is a slot in the bytes, filled when a page
// is made of them.

import { LRUCache } from 'lru-cache'
import { newId } from '../ids.ts'

const BYTES = 32 * 1024 * 1024

/** Stands in drawn content for an id that is new in every page made of it. Random, so that nobody can type it. */
export const ID_SLOT = newId()

/** Fills the slots of content that is not kept. */
export const fillSlots = (drawn: string): string => drawn.replaceAll(ID_SLOT, newId)

/** A page's content: by which tag it is known, and how to come by its bytes. */
export interface KeptContent {
  readonly tag: string
  bytes(): Promise<readonly Buffer[]>
}

interface Kept {
  readonly version: number
  readonly pieces: readonly Buffer[]
}

export class KeptPages {
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: BYTES,
    sizeCalculation: ({ pieces }, key) => pieces.reduce((sum, piece) => sum + piece.length, key.length),
  })
  readonly #drawing = new Map<string, Promise<Kept>>()

  /**
   * The content of `key` at `version`, drawn by `draw` unless it is kept. The key names everything else that the
   * content depends on.
   */
  content(key: string, version: number, draw: () => Promise<string>): KeptContent {
    return {
      tag: `${key} ${version}`,
      bytes: async () => fill((await this.#at(key, version, draw)).pieces),
    }
  }

  async #at(key: string, version: number, draw: () => Promise<string>): Promise<Kept> {
    const kept = this.#kept.get(key)
    if (kept?.version === version) return kept
    const moment = `${key} ${version}`
    let drawing = this.#drawing.get(moment)
    if (!drawing) {
      drawing = this.#draw(key, version, draw).finally(() => this.#drawing.delete(moment))
      this.#drawing.set(moment, drawing)
    }
    return drawing
  }

  async #draw(key: string, version: number, draw: () => Promise<string>): Promise<Kept> {
    const pieces = (await draw()).split(ID_SLOT).map(piece => Buffer.from(piece))
    const kept = { version, pieces }
    if ((this.#kept.peek(key)?.version ?? 0) < version) this.#kept.set(key, kept)
    return kept
  }
}

function fill(pieces: readonly Buffer[]): readonly Buffer[] {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [Buffer.from(newId()), piece]))
}
