import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The installation's secret: SESSION_SECRET, or in development one that is made once and kept in the data directory,
 * readable by its owner alone. Throws the file system's error when it can't be kept.
 */
export function loadSecret(config: { sessionSecret: string | undefined; dataDir: string }): string {
  if (config.sessionSecret) return config.sessionSecret
  const path = join(config.dataDir, 'session-secret')
  mkdirSync(config.dataDir, { recursive: true })
  try {
    // Of two processes that start at once, one makes it and the other reads it.
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8').trim()
}
