// One Postgres process and how to reach it. It runs in a process group of its own, so that neither Ctrl-C nor a killed
// Xtablo takes it along, and writes to a file, since a pipe would break with the process that reads it. What proves
// that it runs is a connection. The pid in postmaster.pid proves nothing: after a crash or a reboot another process
// may have it, and Postgres would then refuse to start for ever (see freeLocks).

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Binaries } from './binaries.ts'
import { give, readPassword, USER } from './cluster.ts'
import { EmbeddedError, explain } from './errors.ts'
import type { Home } from './home.ts'
import { commandOf } from './processes.ts'

export interface Server {
  home: Home
  binaries: Binaries
  log: string
  settings: Record<string, string>
  /** What this process is called in pg_stat_activity. */
  name: string
}

export interface Launched {
  child: ChildProcess
  /** Where in the log this launch begins. */
  since: number
}

const PORT = 5432

/** Connects to the maintenance database. `starting`: it lives but takes no connection. `silent`: nothing is there. */
export async function reach(server: Server): Promise<pg.Client | 'starting' | 'silent'> {
  const client = new pg.Client({ ...address(server), database: 'postgres', application_name: server.name })
  // Without a listener a lost connection would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    return silence(error, server)
  }
}

/** Where the running server listens, or where the next one will. */
export function address({ home }: Server): pg.ClientConfig & { host: string } {
  const [, , , , folder] = lockLines(home)
  return { host: folder || socketFolder(home), port: PORT, user: USER, password: readPassword(home.folder) }
}

/** Starts Postgres. Throws an EmbeddedError when the system refuses. */
export function launch(server: Server): Launched {
  const { home, binaries } = server
  const folder = socketFolder(home)
  makeSocketFolder(folder, home)
  const since = boundLog(server.log)
  const output = openSync(server.log, 'a', 0o600)
  try {
    give(server.log, home.account)
    const child = spawn(binaries.postgres, ['-D', home.cluster, ...flags(server, folder)], {
      ...home.account,
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', output, output],
    })
    child.once('error', () => {})
    child.unref()
    return { child, since }
  } finally {
    closeSync(output)
  }
}

/**
 * Frees the lock files of a server that is gone. Postgres takes one for held when any process of its user has the pid
 * in it. Where that process is not the server of this cluster, the pid is replaced by ours, which Postgres knows to be
 * its parent's and so takes for stale. Deleting the file would also drop the key of the shared memory that a dying
 * backend may still use. To be called only after Postgres refused for a while: others may be starting it just now.
 */
export function freeLocks({ home }: Server): void {
  for (const path of [
    join(home.cluster, 'postmaster.pid'),
    join(socketFolder(home), `.s.PGSQL.${PORT}.lock`),
  ]) {
    const lock = readLock(path)
    const [pid, ...rest] = lock.split('\n')
    if (!pid || commandOf(Number(pid))?.includes(home.cluster) || readLock(path) !== lock) continue
    writeFileSync(path, [process.pid, ...rest].join('\n'))
  }
}

/**
 * Asks the server behind `client` to stop, and waits until it has: a minute at most, for it goes on by itself. The
 * connection is left for the server to end, since its lock keeps newcomers away until then.
 */
export async function stop(client: pg.Client, home: Home): Promise<void> {
  const pid = await pidOf(client)
  process.kill(pid, 'SIGINT')
  for (let waited = 0; waited < 60_000 && lockLines(home)[0] === String(pid); waited += 10)
    await setTimeout(10)
  await client.end().catch(() => {})
}

/** The pid of the server behind `client`, which it reads from its own data directory. */
export async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ file: string }>(`select pg_read_file('postmaster.pid') as file`)
  return Number.parseInt(rows[0]?.file ?? '', 10)
}

function silence(error: unknown, { home }: Server): 'starting' | 'silent' {
  const { code } = error as { code?: string }
  // cannot_connect_now: starting up, in recovery, or shutting down.
  if (code === '57P03') return 'starting'
  if (code === '28P01') {
    throw new EmbeddedError(
      `The password in ${join(home.folder, 'password')} does not open the database: bring that file back from a backup.`,
    )
  }
  if (code === 'EACCES' || code === 'EPERM') throw explain(error, home.folder)
  return 'silent'
}

function lockLines({ cluster }: Home): string[] {
  return readLock(join(cluster, 'postmaster.pid')).split('\n')
}

function readLock(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

// sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the zero at the end.
const LONGEST_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107

function socketFolder(home: Home): string {
  const folder = join(home.folder, 'socket')
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH) return folder
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  const short = join(tmpdir(), `xtablo-${hash}`)
  return short.length < 80 ? short : join('/tmp', `xtablo-${hash}`)
}

/** Makes the folder, or checks that the one that is there is not a trap that someone else laid in /tmp. */
function makeSocketFolder(folder: string, home: Home): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 })
    give(folder, home.account)
  }
  const { uid, mode } = statSync(folder)
  if (uid === (home.account?.uid ?? process.getuid?.()) && (mode & 0o077) === 0) return
  throw new EmbeddedError(
    `${folder} belongs to someone else or is open to others: delete that folder and start again.`,
  )
}

const LOG_LIMIT = 1_000_000

function boundLog(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size < LOG_LIMIT) return size
  renameSync(log, `${log}.old`)
  return 0
}

function flags(server: Server, folder: string): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    unix_socket_permissions: '0700',
    port: String(PORT),
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The log is for starts and crashes: a statement in it would show what people wrote, and let it grow for ever.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...server.settings,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** What Postgres wrote to its log since it was launched. */
export function logSince(server: Server, { since }: Launched): string {
  return existsSync(server.log) ? readFileSync(server.log).subarray(since).toString() : ''
}

export function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < 100_000
}
