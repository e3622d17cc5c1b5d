// The long-running commands: `start` is web and worker in one process, `web` and `worker` each alone. They end on
// SIGTERM or SIGINT, also while they start: what is under way finishes, ten seconds at most, then everything is closed
// in reverse.

import { isIPv6 } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { offerSetup } from './accounts/accounts.ts'
import { signingKey } from './accounts/signing-keys.ts'
import { createApp } from './app.ts'
import { refuseWhenBusy } from './busy.tsx'
import type { Config } from './config.ts'
import { webHealth, workerHealth } from './health.ts'
import { CLOSE_GRACE_MS, type Opened, open } from './open.ts'
import { checkRelease, migrateUp } from './platform/database/migrate.ts'
import type { Deps, ServingDeps } from './platform/deps.ts'
import { type HealthCheck, serveHealth } from './platform/health-socket.ts'
import { declareQueues } from './platform/jobs/queues.ts'
import type { Log } from './platform/log.ts'
import { createMetrics } from './platform/metrics/metrics.ts'
import { metricsApp } from './platform/metrics/server.ts'
import { checkAtStart } from './platform/storage/check.ts'
import { watchedStorage } from './platform/storage/watched.ts'
import { Overload } from './platform/web/overload.ts'
import { listen, PROXY_LINGER_MS } from './platform/web/server.ts'
import { createWorker, jobs } from './worker.ts'

/** Of ten seconds in all, the last is for the database. */
const GRACE_MS = 10_000 - CLOSE_GRACE_MS

const MIGRATIONS_POLL_MS = 500

const STOP_LIMIT_MS = 11_000

/** How long what nobody waits for any more may keep the process. */
const LEFTOVERS_MS = 200

const PARENT_POLL_MS = 1_000

const NO_MAIL =
  'no mail goes out: SMTP_URL is not set. Nobody can have a link mailed for a forgotten password (xtablo reset-password EMAIL prints one), confirm or change an address, or be told of a new device.'

/** Runs until a signal ends it. Throws what keeps it from starting. */
export async function serve(
  config: Config,
  command: 'start' | 'web' | 'worker',
  prepare: (opened: Opened) => Promise<void> = async () => {},
): Promise<void> {
  const signalled = signal()
  const purpose = command === 'start' ? 'start' : 'join'
  const opened = measured(await open(config, { purpose, command, traced: true }))
  const { log } = opened.deps
  const stops: Stop[] = []
  let ending = false
  const keep: Keep = async stop => {
    // What comes up only after the signal, nobody would stop.
    if (ending) await stop(GRACE_MS)
    else stops.push(stop)
  }
  try {
    const started = begin(opened, command, prepare, keep)
    // A signal cuts the start off, by closing the database under it: then nobody asks how it failed.
    const name = await Promise.race([signalled, started.then(() => signalled)])
    log.info(`${name}: shutting down`)
  } finally {
    ending = true
    const late = global.setTimeout(() => cut(log), STOP_LIMIT_MS)
    // Beside each other, for they share the time that there is.
    await Promise.all(stops.map(stop => stop(GRACE_MS)))
    await opened.close()
    clearTimeout(late)
  }
  log.info('shutdown complete')
  // A job that did not heed its end may still wait for something; it was handed back, and holds nobody up.
  global.setTimeout(() => process.exit(), LEFTOVERS_MS).unref()
}

/** A database that neither answers nor hangs up would hold everybody who waits for it. */
function cut(log: Log): void {
  log.error('shutdown took too long: what is still under way is cut')
  process.exit(1)
}

interface Serving extends Opened {
  deps: ServingDeps
}

function measured(opened: Opened): Serving {
  const { tracing } = opened.deps
  const metrics = createMetrics()
  const storage = watchedStorage(opened.deps.storage, { metrics, tracing })
  return { ...opened, deps: { ...opened.deps, metrics, storage } }
}

/** Stops within so many milliseconds. */
type Stop = (graceMs: number) => Promise<void>

/** Takes what is to be stopped in the end. */
type Keep = (stop: Stop) => Promise<void>

async function begin(
  opened: Serving,
  command: 'start' | 'web' | 'worker',
  prepare: (opened: Opened) => Promise<void>,
  keep: Keep,
): Promise<void> {
  const { deps, notes } = opened
  const { config, db, log, mailer, pool, secret, storage } = deps
  const parts: Record<string, HealthCheck> = {}
  if (config.healthSocket) await keep((await serveHealth(config.healthSocket, parts)).stop)
  for (const note of notes) log.info(note)
  if (mailer.way === 'none') log.warn(NO_MAIL)
  if (config.metrics) await keep(await serveMetrics(deps, config.metrics))
  await checkAtStart(storage, log)
  if (command === 'worker') {
    await migrated(deps)
    const warning = await checkRelease(pool)
    if (warning) log.warn(warning)
  } else {
    await migrateUp(pool, { log: line => log.info(line) })
    await declareQueues(pool, jobs(deps))
    // Made now, so that whoever asks for the public keys before the first token finds one.
    await signingKey(db, secret, log)
    await prepare(opened)
    const gate = await refuseWhenBusy(deps, new Overload(pool, log))
    const lingerMs = config.trustedProxies.rules.length > 0 ? PROXY_LINGER_MS : 0
    const server = await listen(createApp(deps), config.host, config.port, { gate, lingerMs })
    await keep(server.stop)
    parts.web = webHealth(deps)
    await announce(opened, server.port)
  }
  if (command !== 'web') {
    const worker = await createWorker(deps)
    await keep(worker.stop)
    parts.worker = workerHealth(deps, worker)
  }
}

async function serveMetrics(
  deps: ServingDeps,
  { host, port }: { host: string; port: number },
): Promise<Stop> {
  const server = await listen(metricsApp(deps), host, port).catch(error => {
    // For the message, which names the variables to change.
    throw Object.assign(error, { variables: 'METRICS_' })
  })
  const url = new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${server.port}/metrics`)
  deps.log.info(`metrics: ${url.href}`)
  return server.stop
}

/** Waits until the web process, which may start at the same moment, has made the tables. */
async function migrated({ log, migrationsPending }: Deps): Promise<void> {
  if (!(await migrationsPending())) return
  log.info('waiting for migrations: xtablo web, xtablo start or xtablo migrate up makes them')
  while (await migrationsPending()) await setTimeout(MIGRATIONS_POLL_MS)
}

/**
 * Resolves with the name of the first signal, or when the process is gone that would have passed one on (see
 * bin/xtablo.cjs). Later signals change nothing: npm passes Ctrl-C on a second time.
 */
function signal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name))
  const parent = Number(process.env.XTABLO_PARENT)
  const look = () => process.ppid === parent || resolve('what started it has ended')
  if (parent) setInterval(look, PARENT_POLL_MS).unref()
  return promise
}

async function announce({ deps }: Opened, port: number): Promise<void> {
  const { config, db, log } = deps
  const url = new URL(config.baseUrl)
  if (url.port === '0') url.port = String(port)
  log.info(`Xtablo is ready: ${url.href}`)
  if (config.showsMail) log.info(`mails are shown at ${url.href}dev/mail`)
  if (!config.production) return
  const token = await offerSetup(db)
  if (token)
    log.info(`Create the first account, which runs this Xtablo, within 24 hours: ${url.href}setup/${token}`)
}
