// The command line. Everything is loaded only when it is asked for: what serves is most of the code, and a container asks
// `healthcheck` every few seconds.

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
  make-admin EMAIL      make the person with this account an admin; --enable lets a disabled one in again
  reset-second-factor EMAIL
                        take authenticator app, passkeys and recovery codes from an account that lost them
  rotate-keys           sign the tokens of the API by a new key from now on
  backup FILE           write database and files into one archive, while Xtablo runs; - for the standard output
  restore FILE          put an archive into an empty installation; --replace deletes what is there,
                        --check only reads the archive and says whether it is whole
  doctor [--deep]       look at everything, and say what to do; --deep looks for every file, --json for programs
  healthcheck           ask the process of this container whether it is well, by HEALTH_SOCKET
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
  'make-admin': async () => (await import('./commands/accounts.ts')).makeAdmin,
  'reset-second-factor': async () => (await import('./commands/accounts.ts')).resetSecondFactor,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'rotate-keys': async () => (await import('./commands/accounts.ts')).rotateSigningKeys,
  backup: async () => (await import('./commands/backup.ts')).makeBackup,
  restore: async () => (await import('./commands/backup.ts')).restoreBackup,
  healthcheck: async () => (await import('./commands/healthcheck.ts')).healthcheck,
}

async function run([name = 'help', ...args]: readonly string[]): Promise<void> {
  if (['help', '--help', '-h'].includes(name) || args.some(arg => arg === '--help' || arg === '-h'))
    return void process.stdout.write(HELP)
  if (['version', '--version', '-v'].includes(name))
    return void process.stdout.write(`${(await import('./platform/root.ts')).version}\n`)
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) throw (await import('./commands/speaking.ts')).misused(`There is no command “${name}”.`)
  await (await load())(args)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const line = (await import('./commands/explaining.ts')).explain(error)
  process.stderr.write(line === undefined ? `${error instanceof Error ? error.stack : error}\n` : `${line}\n`)
  process.exitCode = 1
}

// Loads nothing before, and is a module all the same.
export {}
