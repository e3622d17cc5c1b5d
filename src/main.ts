// The command line.

import { offerReset } from './accounts/accounts.ts'
import { rotateKeys } from './accounts/signing-keys.ts'
import { failedJobs, jobCounts } from './admin/commands.ts'
import { retryJob } from './admin/jobs.ts'
import { type Config, ConfigError, loadDotEnv, parseConfig } from './config.ts'
import { AppError, type ErrorCode } from './errors.ts'
import { open, UnreachableError } from './open.ts'
import { EmbeddedError } from './platform/database/embedded/embedded.ts'
import { isDatabaseLost } from './platform/database/lost.ts'
import { MigrationError, migrateDown, migrateUp, migrationStatus } from './platform/database/migrate.ts'
import type { Deps } from './platform/deps.ts'
import { isId } from './platform/ids.ts'
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
  help                  this text

Configuration is the environment: .env.example lists every variable.
`

/** What was asked can't be done: the message is one line that says why. */
class Refusal extends Error {}

const misused = (message: string) => new Refusal(`${message} “xtablo help” lists what there is.`)

// What serves is loaded only to serve: it is most of the code, and every other command starts in half the time.
async function run(args: readonly string[]): Promise<void> {
  const [command = 'help', ...rest] = args
  if (rest.includes('--help') || rest.includes('-h')) return print(HELP)
  switch (command) {
    case 'help':
    case '--help':
    case '-h':
      return print(HELP)
    case 'start': {
      const demo = take(rest, '--demo')
      const config = configure(rest)
      if (demo && config.production) throw misused('--demo is for development: ENV is production.')
      const { serve } = await import('./serve.ts')
      return serve(config, 'start', async ({ deps }) => {
        if (demo) await (await import('./demo/seed.ts')).seedDemo(deps)
      })
    }
    case 'web':
    case 'worker': {
      const config = configure(rest)
      const { serve } = await import('./serve.ts')
      return serve(config, command)
    }
    case 'migrate':
      return migrate(rest[0], configure(rest.slice(1)))
    case 'jobs':
      return withDatabase(configure(rest), command, async ({ db }) => print(await jobCounts(db)))
    case 'list-failed-jobs': {
      const json = take(rest, '--json')
      return withDatabase(configure(rest), command, async ({ db }) => print(await failedJobs(db, { json })))
    }
    case 'retry-job':
      return retry(rest[0], configure(rest.slice(1)))
    case 'reset-password':
      return resetPassword(rest[0], configure(rest.slice(1)))
    case 'rotate-keys':
      return withDatabase(configure(rest), command, async ({ db, secret }) => {
        print(`key ${await rotateKeys(db, secret)} signs from now on\n`)
      })
    default:
      throw misused(`There is no command “${command}”.`)
  }
}

async function migrate(direction: string | undefined, config: Config): Promise<void> {
  if (direction !== 'up' && direction !== 'down' && direction !== 'status') {
    throw misused('migrate takes up, down or status.')
  }
  const { deps, close } = await open(config, {
    purpose: direction === 'up' ? 'join' : 'read',
    command: `migrate ${direction}`,
  })
  try {
    if (direction === 'status') {
      for (const { name, state } of await migrationStatus(deps.pool)) print(`${state.padEnd(8)} ${name}\n`)
      return
    }
    const options = { log: (line: string) => print(`${line}\n`) }
    const names =
      direction === 'up' ? await migrateUp(deps.pool, options) : await migrateDown(deps.pool, 1, options)
    if (names.length === 0)
      print(direction === 'up' ? 'Nothing is missing.\n' : 'There is nothing to take back.\n')
  } finally {
    await close()
  }
}

async function resetPassword(email: string | undefined, config: Config): Promise<void> {
  if (!email) throw misused('reset-password takes the e-mail address of an account.')
  await withDatabase(config, 'reset-password', async ({ db }) => {
    const token = await offerReset(db, email.trim().toLowerCase()).catch(
      refusing({
        not_found: `There is no account with the e-mail address “${email}”.`,
        forbidden: `The account of “${email}” is disabled: an admin can enable it again.`,
      }),
    )
    print(`Open this link within one hour to set a new password:\n${config.baseUrl.href}reset/${token}\n`)
  })
}

async function retry(id: string | undefined, config: Config): Promise<void> {
  if (!id || !isId(id)) throw misused('retry-job takes the id of a job, as list-failed-jobs prints it.')
  await withDatabase(config, 'retry-job', async ({ db }) => {
    const { kind } = await retryJob(db, null, id).catch(
      refusing({
        not_found: `There is no job ${id}: it never was, or ended more than a week ago.`,
        conflict: `The job ${id} runs or is done: there is nothing to run again.`,
      }),
    )
    print(`${kind} job id=${id} will run again\n`)
  })
}

/** Runs a command on a database that is there and migrated. */
async function withDatabase(
  config: Config,
  command: string,
  work: (deps: Deps) => Promise<void>,
): Promise<void> {
  const { deps, close } = await open(config, { purpose: 'read', command })
  try {
    if (await deps.migrationsPending())
      throw new Refusal('The database is not migrated yet: run xtablo migrate up first.')
    await work(deps)
  } finally {
    await close()
  }
}

/** Turns what a command refuses into words for whoever types; what has no words here is thrown on. */
const refusing = (words: Partial<Record<ErrorCode, string>>) => (error: unknown) => {
  const said = error instanceof AppError ? words[error.code] : undefined
  throw said === undefined ? error : new Refusal(said)
}

function take(args: string[], flag: string): boolean {
  const at = args.indexOf(flag)
  if (at >= 0) args.splice(at, 1)
  return at >= 0
}

function configure(unknown: readonly string[]): Config {
  if (unknown[0] !== undefined) throw misused(`“${unknown[0]}” is not understood here.`)
  loadDotEnv()
  return parseConfig(process.env)
}

function print(text: string): void {
  process.stdout.write(text)
}

const ACTIONABLE = [
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
