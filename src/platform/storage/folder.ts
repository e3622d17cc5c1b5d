// Objects as files below a folder. A write goes to `<key>.part` beside its target, reaches the disk, and only then takes
// the name, so that a reader or a crash meets the whole object or none; a killed write leaves its `.part`, which `remove`
// takes. A file that is a symbolic link is never followed. A folder may be one: whoever runs Xtablo can put it on another
// disk, and nobody else can make one here.

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { untilAborted } from './abort.ts'
import { roundTrip } from './check.ts'
import { checkKey } from './keys.ts'
import { type Storage, StorageError } from './storage.ts'
import { writeAll } from './writing.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants
/** Windows has none, nor links that just anybody may make. */
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0

/** How often a folder may vanish under a write that needs it, each time because the last object in it was removed. */
const ATTEMPTS = 20

/** A storage in the folder `root`, which is made when it is first written to: files for its owner's eyes alone. */
export function folderStorage(root: string): Storage {
  const explain = (error: unknown) => fault(error, root)
  const pathOf = (key: string) => {
    checkKey(key)
    return join(root, key)
  }

  const storage: Storage = {
    origin: undefined,

    async put(key, body, { signal }) {
      const path = pathOf(key)
      signal.throwIfAborted()
      const { file, made } = await create(`${path}.part`).catch(explain)
      let written = `${path}.part`
      try {
        await writeAll(file, untilAborted(body, signal), explain)
        await file.sync().catch(explain)
        await file.close().catch(explain)
        signal.throwIfAborted()
        await rename(written, path).catch(explain)
        written = path
        await syncFolders(dirname(path), made).catch(explain)
      } catch (error) {
        await file.close().catch(() => {})
        await rm(written, { force: true }).catch(() => {})
        await removeEmpty(dirname(path))
        throw error
      }
    },

    async read(key, range) {
      const file = await open(pathOf(key), O_RDONLY | O_NOFOLLOW).catch(error => {
        if (['ENOENT', 'ELOOP'].includes(codeOf(error) ?? ''))
          throw new StorageError('missing', `There is no object ${key}.`, { cause: error })
        return explain(error)
      })
      return file.createReadStream(range)
    },

    async remove(key) {
      const path = pathOf(key)
      for (const name of [`${path}.part`, path]) await rm(name, { force: true }).catch(explain)
      await removeEmpty(dirname(path))
    },

    // Who reads from it hears by itself.
    answers: async () => {},
    signedUrl: async () => undefined,
    check: () => roundTrip(storage),
    close: () => {},
  }
  return storage
}

/** Creates a file, with its folders; `made` is the first of them that was not there. */
async function create(path: string): Promise<{ file: FileHandle; made: string | undefined }> {
  let made: string | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      return { file: await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), made }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt > ATTEMPTS) throw error
    }
    made = (await makeFolder(dirname(path))) ?? made
  }
}

/**
 * Makes a folder and those above it; gives the uppermost that was not there. Not by `recursive`, to which a disk that is
 * read-only is a folder that is missing.
 */
async function makeFolder(path: string): Promise<string | undefined> {
  const attempt = () =>
    mkdir(path, { mode: 0o700 }).then(
      () => 'made' as const,
      error => {
        const code = codeOf(error)
        if (code !== 'EEXIST' && code !== 'ENOENT') throw error
        return code
      },
    )
  const first = await attempt()
  if (first === 'made') return path
  if (first === 'EEXIST' || path === dirname(path)) return undefined
  const above = await makeFolder(dirname(path))
  return (await attempt()) === 'made' ? (above ?? path) : above
}

/** The folder of the last object goes with it. One that is not empty, or that another has removed, is no fault. */
const removeEmpty = (folder: string) => rmdir(folder).catch(() => {})

/** Makes names survive a power cut: that of a file in `folder`, and those of the folders made for it, up from there. */
async function syncFolders(folder: string, made: string | undefined): Promise<void> {
  // Windows opens no folder, and keeps names by itself.
  if (process.platform === 'win32') return
  for (let path = folder; ; path = dirname(path)) {
    const handle = await open(path, O_RDONLY)
    await handle.sync().finally(() => handle.close())
    if (made === undefined || path === dirname(made)) return
  }
}

/** Throws what an error of the file system means for a storage in `root`. */
function fault(error: unknown, root: string): never {
  const code = codeOf(error)
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      throw new StorageError('full', `The disk that holds ${root} is full.`, { cause: error })
    case 'EEXIST':
      throw new StorageError(
        'unavailable',
        'This object is being written already, or a write of it was killed.',
        {
          cause: error,
        },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      throw new StorageError(
        'misconfigured',
        `Xtablo may not keep files in ${root} (${code}): make it a folder that the user who runs Xtablo can write to, or set DATA_DIR to another.`,
        { cause: error },
      )
  }
  throw new StorageError('unavailable', `The folder ${root} can't be used (${code ?? error}).`, {
    cause: error,
  })
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code
