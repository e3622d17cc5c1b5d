/** What keeps a backup or a restore from being done: the message is one line that says what to do. */
export class BackupError extends Error {
  override name = 'BackupError'
}

/** An archive that is not, byte for byte, what a backup wrote. */
export const damaged = (why: string) => new BackupError(`The archive is damaged: ${why}. Use another one.`)
