// `npm run dev`: the server as `npm start` runs it, built again and restarted on any change. The compiler watches the
// code; this process watches what it wrote, the styles and the migrations, and restarts once things are quiet. One Ctrl-C
// reaches the whole group, and this process leaves last.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { buildAssets } from './assets.ts'
import { compile, PROJECTS, removeOrphans, tscArguments } from './compile.ts'

const QUIET_MS = 60
const PATIENCE_MS = 4000
const SERVER = ['--enable-source-maps', 'dist/src/main.js', 'start']

let server: ChildProcess | undefined
let restarting: Promise<void> | undefined
let wanted = false
let stopping = false

await Promise.all([compile(), buildAssets()])
const compilers = PROJECTS.map(project => {
  const args = [...tscArguments(project), '--watch', '--preserveWatchOutput', '--pretty']
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
})
onChange(['dist/src', 'migrations'], restart)
onChange(['assets', 'src'], rebuildAssets)
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
startServer()

/** Calls `then` when the folders have been quiet for a moment after a change. */
function onChange(folders: string[], then: () => void): void {
  let timer: NodeJS.Timeout | undefined
  for (const folder of folders.filter(existsSync)) {
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(then, QUIET_MS)
    })
  }
}

async function rebuildAssets(): Promise<void> {
  try {
    if (await buildAssets()) restart()
  } catch (error) {
    say(String(error))
  }
}

/** Restarts the server. Changes that come meanwhile lead to one more restart. */
function restart(): void {
  wanted = true
  restarting ??= (async () => {
    while (wanted && !stopping) {
      wanted = false
      await stopServer()
      await removeOrphans()
      if (!stopping) startServer()
    }
    restarting = undefined
  })()
}

function startServer(): void {
  server = spawn(process.execPath, SERVER, { stdio: 'inherit' })
  server.once('exit', code => {
    if (code) say('The server stopped. It starts again when something changes.')
  })
}

function stopServer(): Promise<void> {
  const running = server
  server = undefined
  if (!running || running.exitCode !== null || running.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    const kill = setTimeout(() => running.kill('SIGKILL'), PATIENCE_MS)
    running.removeAllListeners('exit')
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
  for (const compiler of compilers) compiler.kill()
  await stopServer()
  process.exit(0)
}

function say(words: string): void {
  process.stderr.write(`${words}\n`)
}
