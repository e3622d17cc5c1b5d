// The processes of a run. The product is started as `npm start` starts it, but for its folder and its port; the floors
// are forked, so that they end with this process however it ends.

import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from '../src/platform/root.ts'
import { ask } from './ask.ts'

const HOST = '127.0.0.1'
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 15_000

export interface Running {
  origin: string
  pid: number
  /** Milliseconds from the spawn to the first page that was answered with 200. */
  startedIn: number
  stop(): Promise<void>
}

export interface Place {
  /** Holds the data directory, and is where the process runs. */
  folder: string
  dataDir: string
}

/** Starts the product with its log in a file, and waits for its first page. `node` are options of the runtime. */
export async function startProduct(place: Place, signal: AbortSignal, node: string[] = []): Promise<Running> {
  const port = await freePort()
  const log = join(place.folder, 'product.log')
  const output = openSync(log, 'a')
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', ...node, join(root, 'dist/src/main.js'), 'start'],
    { cwd: place.folder, env: environment(place, port), stdio: ['ignore', output, output] },
  )
  const origin = `http://${HOST}:${port}`
  try {
    await firstPage(`${origin}/login`, child, signal)
  } catch (error) {
    await stop(child)
    throw new Error(`The product did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`, {
      cause: error,
    })
  }
  const startedIn = performance.now() - started
  return { origin, pid: child.pid ?? 0, startedIn, stop: () => stop(child) }
}

/** Starts a file of this folder as a process that says its port once it listens. */
export async function startFloor(
  file: string,
  place: Place,
  variables: Record<string, string> = {},
): Promise<Running> {
  const output = openSync(join(place.folder, `${file}.log`), 'a')
  const started = performance.now()
  const child = fork(join(import.meta.dirname, file), {
    cwd: place.folder,
    env: { ...environment(place, await freePort()), ...variables },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', output, output, 'ipc'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it listened`)
  })
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number]
  ended.catch(() => {})
  return {
    origin: `http://${HOST}:${port}`,
    pid: child.pid ?? 0,
    startedIn: performance.now() - started,
    stop: () => stop(child),
  }
}

/** The memory that a process holds, in MiB. */
export function residentMemory(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}

/** Nothing of the caller's environment but what any process needs: a DATABASE_URL in it is not ours to fill. */
function environment({ dataDir }: Place, port: number): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, DATA_DIR: dataDir, HOST, PORT: String(port) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function firstPage(url: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)])
  const status = () =>
    ask(url, {}).then(
      answer => answer.status,
      () => undefined,
    )
  while ((await status()) !== 200) {
    limit.throwIfAborted()
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('It ended')
    await setTimeout(5)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = global.setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(late)
}
