// The long-running commands: `start` is web and worker in one process, `web` and `worker` each alone. They end on
// SIGTERM or SIGINT: what is under way finishes, ten seconds at most, then everything is closed in reverse.

import { offerSetup } from './accounts/accounts.ts'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { type Opened, open } from './open.ts'
import { checkRelease, migrateUp } from './platform/database/migrate.ts'
import { listen } from './platform/web/server.ts'
import { createWorker } from './worker.ts'

const GRACE_MS = 10_000

/** Runs until a signal ends it. Throws what keeps it from starting. */
export async function serve(
  config: Config,
  command: 'start' | 'web' | 'worker',
  prepare: (opened: Opened) => Promise<void> = async () => {},
): Promise<void> {
  const signalled = signal()
  const opened = await open(config, { purpose: command === 'start' ? 'start' : 'join', command })
  const { deps, notes } = opened
  const { log } = deps
  const stops: (() => Promise<void>)[] = [opened.close]
  try {
    for (const note of notes) log.info(note)
    if (command === 'worker') {
      const warning = await checkRelease(deps.pool)
      if (warning) log.warn(warning)
    } else {
      await migrateUp(deps.pool, { log: line => log.info(line) })
      await prepare(opened)
      const server = await listen(createApp(deps), config.host, config.port)
      stops.unshift(() => server.stop(GRACE_MS))
      await announce(opened, server.port)
    }
    if (command !== 'web') stops.unshift((await createWorker(deps)).stop)
    log.info(`${await signalled}: shutting down`)
  } finally {
    for (const stop of stops) await stop()
  }
  log.info('shutdown complete')
}

/** Resolves with the name of the first signal. Later ones change nothing: npm passes Ctrl-C on a second time. */
function signal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name))
  return promise
}

async function announce({ deps }: Opened, port: number): Promise<void> {
  const { config, db, log } = deps
  const url = new URL(config.baseUrl)
  if (url.port === '0') url.port = String(port)
  log.info(`Xtablo is ready: ${url.href}`)
  if (!config.production) return
  const token = await offerSetup(db)
  if (token)
    log.info(`Create the first account, which runs this Xtablo, within 24 hours: ${url.href}setup/${token}`)
}
