// The command line as a person runs it: a process of its own, on the database of the test.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after } from 'node:test'
import { root } from '../src/platform/root.ts'
import type { TestDatabase } from './database.ts'

export interface Command {
  process: ChildProcessByStdio<null, Readable, Readable>
  /** What it has said so far, on both outputs. */
  said(): string
  /** Resolves once it has said something that matches, with the match. Rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit code when it has ended. */
  ended: Promise<number | null>
}

/** What a test run keeps of compiled code (tools/test.ts). */
const { NODE_COMPILE_CACHE = '' } = process.env
const COMPILED = NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}

const folder = mkdtempSync(join(tmpdir(), 'xtablo-command-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs `xtablo` with these arguments, in a folder without a .env unless another is given. */
export function xtablo(
  { url }: Pick<TestDatabase, 'url'>,
  args: string[],
  environment: Record<string, string> = {},
  cwd = folder,
): Command {
  const env = { DATABASE_URL: url, DATA_DIR: join(folder, 'data'), PORT: '0', ...environment }
  return program(join(root, 'dist/src/main.js'), args, env, { cwd })
}

/** How a program is run, where not in a folder without a .env, by this Node, as this user. */
interface How {
  cwd?: string
  node?: string
  uid?: number
  gid?: number
}

/** Runs a built file as a process of its own. */
export function program(
  file: string,
  args: string[],
  env: Record<string, string>,
  { node = process.execPath, ...how }: How = {},
): Command {
  const child = spawn(node, ['--enable-source-maps', file, ...args], {
    cwd: folder,
    ...how,
    env: { ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const { promise: ended, resolve: end } = Promise.withResolvers<number | null>()
  child.once('close', end)
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (part: string) => {
      said += part
    })
  }
  const says = (pattern: RegExp): Promise<RegExpExecArray> => {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = () => {
      const match = pattern.exec(said)
      if (match) resolve(match)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    ended.then(() => {
      look()
      reject(new Error(`It ended before it said ${pattern}:\n${said}`))
    })
    look()
    return promise
  }
  after(() => child.kill('SIGKILL'))
  return { process: child, said: () => said, says, ended }
}
