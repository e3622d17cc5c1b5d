// An archive is a tar whose last entry is its seal: the SHA-256 of every byte before it, headers and padding included.
// The seal and the end of the tar follow from that hash and nothing else, so the last 2,048 bytes of an archive are
// computed and compared as a whole. Thus no bit can change unnoticed, nor can an end be missing or something follow.
//
// Both directions are generators: bytes are made when they are asked for, and so memory does not grow with an archive,
// whichever side is the slow one.

import { createHash } from 'node:crypto'
import { damaged } from './errors.ts'
import { BLOCK, headerOf, paddingOf, readHeader } from './tar.ts'

export interface Entry {
  readonly name: string
  /** Bytes of the body, exactly */
  readonly size: number
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** An entry as it is read. */
export interface Found extends Entry {
  readonly body: AsyncGenerator<Buffer>
}

const SEAL = 'seal.sha256'

/** Bytes of the seal: its header and block, and the two empty blocks that end a tar. */
const SEAL_BYTES = 4 * BLOCK

/** The bytes of an archive of these entries. */
export async function* writeArchive(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const entry of entries) {
    for await (const bytes of bytesOf(entry)) {
      hash.update(bytes)
      yield bytes
    }
  }
  yield sealOf(hash.digest('hex'))
}

async function* bytesOf({ name, size, body }: Entry): AsyncGenerator<Uint8Array> {
  yield headerOf(name, size)
  let written = 0
  for await (const chunk of body) {
    written += chunk.length
    yield chunk
  }
  if (written !== size) throw new Error(`${name} has ${written} bytes and was said to have ${size}`)
  yield Buffer.alloc(paddingOf(size))
}

function sealOf(sha256: string): Buffer {
  const said = Buffer.alloc(BLOCK)
  const size = said.write(`${sha256}  every byte before this entry\n`)
  return Buffer.concat([headerOf(SEAL, size), said, Buffer.alloc(2 * BLOCK)])
}

/**
 * The entries of an archive. Each is to be read before the next is asked for; what is not read is passed over. Throws a
 * BackupError for an archive that is damaged, at the very end when nothing else shows it: what was read before is to be
 * believed only then.
 */
export async function* readArchive(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Found> {
  const bytes = new Bytes(sealed(archive))
  try {
    while (!(await bytes.ended())) {
      const { name, size } = readHeader(await bytes.exactly(BLOCK))
      const end = bytes.taken + size
      yield { name, size, body: bytes.next(size) }
      for await (const _ of bytes.next(end - bytes.taken));
      const padding = await bytes.exactly(paddingOf(size))
      if (padding.some(byte => byte !== 0)) throw damaged('there is something between two entries')
    }
  } finally {
    await bytes.close()
  }
}

/** The bytes before the seal, which is looked at when they have all been read. */
async function* sealed(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held = Buffer.alloc(0)
  for await (const chunk of archive) {
    held = Buffer.concat([held, chunk])
    if (held.length <= SEAL_BYTES) continue
    const free = held.subarray(0, -SEAL_BYTES)
    held = held.subarray(-SEAL_BYTES)
    hash.update(free)
    yield free
  }
  if (!sealOf(hash.digest('hex')).equals(held))
    throw damaged('its bytes do not match its seal, or its end is missing')
}

/** Bytes that come in chunks of any size, taken in sizes of the reader's choice. */
class Bytes {
  readonly #chunks: AsyncGenerator<Buffer>
  #left: Buffer = Buffer.alloc(0)
  /** How many bytes were read */
  taken = 0

  constructor(chunks: AsyncGenerator<Buffer>) {
    this.#chunks = chunks
  }

  async ended(): Promise<boolean> {
    while (this.#left.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) return true
      this.#left = value
    }
    return false
  }

  async exactly(size: number): Promise<Buffer> {
    const parts = []
    for await (const part of this.next(size)) parts.push(part)
    return Buffer.concat(parts)
  }

  /** The next bytes, so many, as they come. */
  async *next(size: number): AsyncGenerator<Buffer> {
    let missing = size
    while (missing > 0) {
      if (await this.ended()) throw damaged('an entry is cut off')
      const part = this.#left.subarray(0, missing)
      // Before it is handed over: who stops reading in between has had it.
      this.#left = this.#left.subarray(part.length)
      this.taken += part.length
      missing -= part.length
      yield part
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined)
  }
}
