// Writing a file as fast as its bytes come. A write to the disk costs a turn of a thread, whatever its size; so while one
// is under way the next chunks are collected, and then written by one.

import type { FileHandle } from 'node:fs/promises'

/** Bytes that may wait for the disk, so that memory does not grow when it is slower than what comes. */
const AHEAD = 512 * 1024

/** Writes all chunks to a file. Throws what the body throws, and what `explain` makes of the file's errors. */
export async function writeAll(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  explain: (error: unknown) => never,
): Promise<void> {
  let waiting: Uint8Array[] = []
  let size = 0
  let writing: Promise<void> | undefined
  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      size = 0
      await write(file, batch)
    }
    writing = undefined
  }
  try {
    for await (const chunk of body) {
      waiting.push(chunk)
      size += chunk.length
      if (writing === undefined) {
        writing = flush()
        // Met below; until then nobody else looks.
        writing.catch(() => {})
      }
      if (size >= AHEAD) await writing.catch(explain)
    }
  } catch (error) {
    // The file is not closed under a write.
    await writing?.catch(() => {})
    throw error
  }
  await writing?.catch(explain)
}

async function write(file: FileHandle, batch: Uint8Array[]): Promise<void> {
  let { bytesWritten: at } = await file.writev(batch)
  const total = batch.reduce((sum, { length }) => sum + length, 0)
  if (at === total) return
  // A disk may take a part only, and says why with the next.
  const bytes = Buffer.concat(batch)
  while (at < total) at += (await file.write(bytes, at)).bytesWritten
}
