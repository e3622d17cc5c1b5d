// `npm run dev`: the server as `npm start` runs it, built again and restarted when something changes. The build is the
// one of `npm run build`, which takes half a second, so nothing stays resident but this watcher and the server. One
// Ctrl-C reaches both, and this process leaves last.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { buildAssets } from './assets.ts'
import { compile } from './compile.ts'

const WATCHED = ['src', 'assets', 'migrations']
// An editor that saves writes more than once.
const QUIET_MS = 40
const PATIENCE_MS = 4000
const SERVER = ['--enable-source-maps', 'dist/src/main.js', 'start']

let server: ChildProcess | undefined
let building = false
let changed = false
let stopping = false

for (const folder of WATCHED.filter(existsSync)) {
  let timer: NodeJS.Timeout | undefined
  watch(folder, { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(buildAndRestart, QUIET_MS)
  })
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
await buildAndRestart()

/** Changes that come while it builds lead to one more build. What does not compile leaves the old server running. */
async function buildAndRestart(): Promise<void> {
  changed = true
  if (building) return
  building = true
  while (changed && !stopping) {
    changed = false
    const built = await build()
    if (built && !changed) await restart()
  }
  building = false
}

async function build(): Promise<boolean> {
  const started = performance.now()
  const [compiled] = await Promise.all([compile(), buildAssets()]).catch(error => {
    say(String(error))
    return [false]
  })
  if (compiled) say(`Built in ${Math.round(performance.now() - started)} ms`)
  return compiled === true
}

async function restart(): Promise<void> {
  await stopServer()
  if (stopping) return
  const started = spawn(process.execPath, SERVER, { stdio: 'inherit' })
  started.once('exit', code => {
    if (code && server === started) say('The server stopped. It starts again when something changes.')
  })
  server = started
}

function stopServer(): Promise<void> {
  const running = server
  server = undefined
  if (!running || running.exitCode !== null || running.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    const kill = setTimeout(() => running.kill('SIGKILL'), PATIENCE_MS)
    running.once('exit', () => {
      clearTimeout(kill)
      resolve()
    })
    running.kill('SIGTERM')
  })
}

async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await stopServer()
  process.exit(0)
}

function say(words: string): void {
  process.stderr.write(`${words}\n`)
}
