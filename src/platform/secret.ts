// The installation's secret. It is made aside and linked into its place whole, so that a kill or a full disk never
// leaves half of one, and of two processes that start at once both take the first one's.

import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The stored secret can't be used: the message is one line that says what to do. */
export class SecretError extends Error {
  override name = 'SecretError'
}

/** Characters: what SESSION_SECRET must have, too. */
const SHORTEST = 32

/**
 * The installation's secret: SESSION_SECRET, or in development one that is made once and kept in the data directory,
 * readable by its owner alone. Throws a SecretError for a stored one that is too short, and the file system's error
 * when it can't be kept.
 */
export function loadSecret(config: { sessionSecret: string | undefined; dataDir: string }): string {
  if (config.sessionSecret) return config.sessionSecret
  const path = join(config.dataDir, 'session-secret')
  mkdirSync(config.dataDir, { recursive: true })
  if (!existsSync(path)) makeSecret(path)
  const secret = readFileSync(path, 'utf8').trim()
  if (secret.length >= SHORTEST) return secret
  throw new SecretError(
    `${path} holds no secret of ${SHORTEST} characters or more: bring it back from a backup, or remove it, and the next start makes a new one.`,
  )
}

function makeSecret(path: string): void {
  const aside = `${path}.new-${process.pid}`
  try {
    writeFileSync(aside, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
    linkSync(aside, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}
