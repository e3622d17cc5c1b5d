// The command line. A command is loaded only when it is asked for: what serves is most of the code, and every other
// command starts in half the time without it.

import { BackupError } from './backup/errors.ts'
import { misused, print, Refusal } from './commands/speaking.ts'
import { ConfigError } from './config.ts'
import { UnreachableError } from './open.ts'
import { EmbeddedError } from './platform/database/embedded/embedded.ts'
import { isDatabaseLost } from './platform/database/lost.ts'
import { MigrationError } from './platform/database/migrate.ts'
import { version } from './platform/root.ts'
import { SecretError } from './platform/secret.ts'
import { StorageError } from './platform/storage/storage.ts'

const HELP = `Usage: xtablo COMMAND

  start [--demo]        web and worker in one process; --demo adds Tablos to look at
  web                   the web server alone
  worker                the worker alone
  migrate up            apply what is missing of the schema
  migrate down          take the last migration back
  migrate status        list the migrations
  jobs                  count the jobs by kind and state
  list-failed-jobs      list the jobs that were given up, the newest first; --json for programs
  retry-job ID          run a job again that was given up
  reset-password EMAIL  print a link that sets a new password, good for one hour
  rotate-keys           sign the tokens of the API by a new key from now on
  backup FILE           write database and files into one archive, while Xtablo runs; - for the standard output
  restore FILE          put an archive into an empty installation; --replace deletes what is there,
                        --check only reads the archive and says whether it is whole
  doctor [--deep]       look at everything, and say what to do; --deep looks for every file, --json for programs
  version               print the release
  help                  this text

Configuration is the environment: .env.example lists every variable.
`

type Command = (args: readonly string[]) => Promise<void>

const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./commands/serving.ts')).start,
  web: async () => (await import('./commands/serving.ts')).serveAlone('web'),
  worker: async () => (await import('./commands/serving.ts')).serveAlone('worker'),
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  jobs: async () => (await import('./commands/jobs.ts')).countJobs,
  'list-failed-jobs': async () => (await import('./commands/jobs.ts')).listFailedJobs,
  'retry-job': async () => (await import('./commands/jobs.ts')).retry,
  'reset-password': async () => (await import('./commands/accounts.ts')).resetPassword,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'rotate-keys': async () => (await import('./commands/accounts.ts')).rotateSigningKeys,
  backup: async () => (await import('./commands/backup.ts')).makeBackup,
  restore: async () => (await import('./commands/backup.ts')).restoreBackup,
}

async function run([name = 'help', ...args]: readonly string[]): Promise<void> {
  if (['help', '--help', '-h'].includes(name) || args.some(arg => arg === '--help' || arg === '-h'))
    return print(HELP)
  if (['version', '--version', '-v'].includes(name)) return print(`${version}\n`)
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) throw misused(`There is no command “${name}”.`)
  await (await load())(args)
}

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
function explain(error: unknown): string | undefined {
  if (ACTIONABLE.some(kind => error instanceof kind)) return (error as Error).message
  if (isDatabaseLost(error)) return `The database can't be reached: ${(error as Error).message}.`
  const {
    code,
    message,
    path,
    port,
    address,
    variables = '',
  } = error as NodeJS.ErrnoException & {
    port?: number
    address?: string
    /** What the names of the variables begin with that say where to listen */
    variables?: string
  }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is taken: stop what uses it, or set ${variables}PORT to another.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Xtablo can't listen on ${address}: set ${variables}HOST to an address of this machine.`
    case 'EACCES':
    case 'EROFS':
    case 'ENOSPC':
      return `${path ?? `Port ${port}`} can't be used: ${message}`
  }
  return undefined
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const line = explain(error)
  process.stderr.write(line === undefined ? `${error instanceof Error ? error.stack : error}\n` : `${line}\n`)
  process.exitCode = 1
}
