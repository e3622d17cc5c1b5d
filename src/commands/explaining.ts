import { BackupError } from '../backup/errors.ts'
import { ConfigError } from '../config.ts'
import { UnreachableError } from '../open.ts'
import { EmbeddedError } from '../platform/database/embedded/embedded.ts'
import { isDatabaseLost } from '../platform/database/lost.ts'
import { MigrationError } from '../platform/database/migrate.ts'
import { SecretError } from '../platform/secret.ts'
import { StorageError } from '../platform/storage/storage.ts'
import { Refusal } from './speaking.ts'

const ACTIONABLE = [
  BackupError,
  Refusal,
  ConfigError,
  EmbeddedError,
  MigrationError,
  SecretError,
  StorageError,
  UnreachableError,
]

/** What an operator can act on, in one line; undefined for a bug, which deserves its stack. */
export function explain(error: unknown): string | undefined {
  if (ACTIONABLE.some(kind => error instanceof kind)) return (error as Error).message
  const {
    code,
    message,
    path,
    port,
    address,
    syscall,
    variables = '',
  } = error as NodeJS.ErrnoException & {
    port?: number
    address?: string
    /** What the names of the variables begin with that say where to listen */
    variables?: string
  }
  if (code === '53100')
    return `The disk of the database is full (${message}): make room there, and try again.`
  // A name that is not found here is HOST's: that of the database was found when the command began.
  if (isDatabaseLost(error) && syscall !== 'getaddrinfo') return `The database can't be reached: ${message}.`
  switch (code) {
    // Of Postgres, by SQLSTATE: what a command meets on a database that is there
    case '57014':
      return `The database did not answer in time (${message}): a restore or a migration may be under way. Try again when it is done.`
    case '42501':
      return `The account of DATABASE_URL may not do this (${message}): “xtablo doctor” says what it lacks.`
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is taken: stop what uses it, or set ${variables}PORT to another.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Xtablo can't listen on ${address}: set ${variables}HOST to an address of this machine.`
    case 'EACCES':
    case 'EROFS':
    case 'ENOSPC':
      // A socket has its path for an address, and no port.
      return `${path ?? (port === -1 ? address : `Port ${port}`)} can't be used: ${message}`
  }
  return undefined
}
