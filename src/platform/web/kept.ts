// A page's content is kept as bytes, by the version of what it was drawn from. What must differ from one person to the
// next (the id that a form carries) is a slot in the bytes, filled when a page is made of them.

import { newId } from '../ids.ts'
import { ByVersion } from './by-version.ts'

/** Stands in drawn content for an id that is new in every page made of it. Random, so that nobody can type it. */
export const ID_SLOT = newId()

/** Fills the slots of content that is not kept. */
export const fillSlots = (drawn: string): string => drawn.replaceAll(ID_SLOT, newId)

/** A page's content: by which tag it is known, and how to come by its bytes. */
export interface KeptContent {
  readonly tag: string
  bytes(): Promise<readonly Buffer[]>
}

export class KeptPages {
  readonly #kept = new ByVersion<readonly Buffer[]>(pieces =>
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  )

  /**
   * The content of `key` at `version`, drawn by `draw` unless it is kept. The key names everything else that the
   * content depends on.
   */
  content(key: string, version: number, draw: () => Promise<string>): KeptContent {
    const pieces = async () => (await draw()).split(ID_SLOT).map(piece => Buffer.from(piece))
    return {
      tag: `${key} ${version}`,
      bytes: async () => fill(await this.#kept.at(key, version, pieces)),
    }
  }
}

function fill(pieces: readonly Buffer[]): readonly Buffer[] {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [Buffer.from(newId()), piece]))
}
