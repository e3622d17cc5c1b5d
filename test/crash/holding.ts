import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { commandOf } from '../../src/platform/database/embedded/processes.ts'

export interface Holder {
  child: ChildProcess
  /** What it said when it had the database, or why it has not. */
  said: { pool: pg.PoolConfig; notes: string[]; startedHere: boolean; error?: string; message: string }
  /** What it said later. */
  lines: { log: string }[]
  kill(): Promise<void>
  stop(): Promise<number | null>
}

const children: ChildProcess[] = []

/** A data directory that Postgres can enter, even as another user. */
export function dataDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xtablo-crash-'))
  chmodSync(folder, 0o711)
  after(async () => {
    // A holder that is left would start its server again.
    for (const child of children) child.kill('SIGKILL')
    const pid = serverPid(folder)
    if (pid !== undefined && commandOf(pid)?.includes(folder)) {
      process.kill(pid, 'SIGQUIT')
      await hasEnded(pid)
    }
    // A test may have mounted something there.
    if (process.getuid?.() === 0) spawnSync('umount', ['-l', folder], { stdio: 'ignore' })
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  })
  return folder
}

/** Mounts a small or read-only file system for one test. False: this machine does not let us. */
export function mount(target: string, ...options: string[]): boolean {
  try {
    execFileSync('mount', [...options, target], { stdio: 'ignore' })
  } catch {
    return false
  }
  return true
}

/** Starts a process that uses the database in `dataDir`, and waits until it has it or has said why not. */
export async function hold(
  dataDir: string,
  purpose = 'join',
  how: { uid?: number; gid?: number } = {},
): Promise<Holder> {
  const script = join(import.meta.dirname, 'holder.js')
  const child = spawn(process.execPath, [script, dataDir, purpose], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...how,
  })
  children.push(child)
  const lines: { log: string }[] = []
  const said = await new Promise<Holder['said']>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The process ended without a word')))
    createInterface(child.stdout).on('line', line => {
      const parsed = JSON.parse(line)
      if ('log' in parsed) lines.push(parsed)
      else resolve(parsed)
    })
  })
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  const stop = async () => {
    await end('SIGTERM')
    return child.exitCode
  }
  return { child, said, lines, kill: () => end('SIGKILL'), stop }
}

export async function query(pool: pg.PoolConfig, statement: string): Promise<unknown[]> {
  const client = new pg.Client(pool as pg.ClientConfig)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** The pid of the running server, as its lock file says it. */
export function serverPid(dataDir: string): number | undefined {
  const path = join(dataDir, 'postgres/cluster/postmaster.pid')
  return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : undefined
}

/** Waits until a process is gone, and says whether it went: one that its new parent has not reaped yet is gone too. */
export async function hasEnded(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 20) {
    if (commandOf(pid) === undefined) return true
    await setTimeout(20)
  }
  return false
}
