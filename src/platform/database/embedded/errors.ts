/** A fault of the embedded Postgres that whoever starts Xtablo can cure: the message is one line that says how. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError'
}

export function fullDisk(folder: string): EmbeddedError {
  return new EmbeddedError(
    `The disk that holds ${folder} is full: free some space (a new database needs 100 MB) and start again.`,
  )
}

export function notWritable(folder: string): EmbeddedError {
  return new EmbeddedError(
    `Xtablo may not write to ${folder}: make it writable for the user that runs Xtablo, or set DATA_DIR to a folder that is.`,
  )
}

/** Turns a fault of the file system under `folder` into its EmbeddedError, and gives back anything else as it is. */
export function explain(error: unknown, folder: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  // A recursive mkdir on a read-only file system says that there is nothing there.
  switch (code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fullDisk(folder)
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return notWritable(folder)
    case 'ENOTDIR':
    case 'EEXIST':
      return notAFolder(folder)
    default:
      return error
  }
}

export function notAFolder(folder: string): EmbeddedError {
  return new EmbeddedError(
    `${folder} is not a folder: set DATA_DIR to a folder, or to a path where nothing is yet.`,
  )
}

/** The disk's own word for it: a full disk can't even take the line in a log that says so. */
export const SAYS_FULL = /No space left on device|Disk quota exceeded/
export const SAYS_READ_ONLY = /Read-only file system|Permission denied/
