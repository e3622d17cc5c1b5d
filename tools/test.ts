// `npm test`: node:test over the built files, on one Postgres for the whole run. `--crash` runs only the tests that
// kill processes and fill disks, `--no-browser` leaves out those in a browser; words keep the files that have one of
// them in their path. Browser tests run after the rest, one file at a time: a browser takes both cores of a small
// machine, and its tests are about time.

import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { compose } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { root } from '../src/platform/root.ts'
import { findChromium } from '../test/chromium.ts'
import { publishServer, type TestServer } from '../test/server.ts'
import { openTemporaryServer } from './database.ts'

const TEST_LIMIT = 120_000
const FILE_LIMIT = 150_000
const SLOW_FILE_LIMIT = 600_000
/** Crash tests that mostly wait, for the clock or for what they started; the longest first. */
const WAITING = ['jobs-sharing', 'jobs-killed', 'scale-out', 'package', 'jobs-stopping', 'doctor']
const words = process.argv.slice(2).filter(word => !word.startsWith('--'))
const crash = process.argv.includes('--crash')
const withoutBrowser = process.argv.includes('--no-browser')
const interrupted = new AbortController()
const total = { passed: 0, failed: 0, skipped: 0 }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
process.exitCode = await main()

async function main(): Promise<number> {
  const files = testFiles()
  const browser = files.filter(file => file.startsWith('dist/test/browser/'))
  const others = files.filter(file => !browser.includes(file))
  const skipBrowser = browser.length > 0 && !hasBrowser()
  const server = await openTemporaryServer()
  try {
    await makeQueues(server)
    publishServer(server)
    if (crash) await runCrash(others)
    else await runFiles(others, Math.max(2, availableParallelism() - 1), FILE_LIMIT)
    if (!skipBrowser) await runFiles(browser, 1, SLOW_FILE_LIMIT)
  } finally {
    await server.close()
  }
  if (interrupted.signal.aborted) return 130
  if (skipBrowser) print('The browser tests were skipped: no Chromium was found (CHROMIUM_PATH names one).')
  if (total.passed + total.failed === 0) print('No test file matches.')
  print(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  )
  return total.failed > 0 || total.passed === 0 || (skipBrowser && process.env.CI === 'true') ? 1 : 0
}

/** In the template, so that every test may enqueue. What jobs draw is JSX, so their kinds are in built code alone. */
async function makeQueues({ connection, template }: TestServer): Promise<void> {
  const built = pathToFileURL(join(root, 'dist/test/jobs.js')).href
  const { queues }: typeof import('../test/jobs.ts') = await import(built)
  const config = { ...connection, database: template }
  const pool = new pg.Pool(config)
  await queues({ pool, config }).finally(() => pool.end())
}

/** The built test files whose source is still there. */
function testFiles(): string[] {
  return globSync('dist/{src,test,tools,bench}/**/*.test.js', { cwd: root })
    .filter(file => ['.ts', '.tsx'].some(ending => existsSync(join(root, file.slice(5, -3) + ending))))
    .filter(file => file.startsWith('dist/test/crash/') === crash)
    .filter(file => !withoutBrowser || !file.startsWith('dist/test/browser/'))
    .filter(file => words.length === 0 || words.some(word => file.includes(word)))
    .sort()
}

function hasBrowser(): boolean {
  const chromium = findChromium()
  if (chromium !== undefined) process.env.CHROMIUM_PATH = chromium
  return chromium !== undefined
}

/** One file at a time, but for those that mostly wait: of these, three. */
async function runCrash(files: string[]): Promise<void> {
  const waiting = WAITING.flatMap(name => files.filter(file => file.endsWith(`/${name}.test.js`)))
  const busy = files.filter(file => !waiting.includes(file))
  await runFiles(waiting, 3, SLOW_FILE_LIMIT)
  await runFiles(busy, 1, SLOW_FILE_LIMIT)
}

function runFiles(files: string[], concurrency: number, limit: number): Promise<void> {
  if (files.length === 0 || interrupted.signal.aborted) return Promise.resolve()
  process.env.XTABLO_TEST_FILE_LIMIT = String(limit)
  // Each file is a process, and so is each command that one runs: a fifth of a start is compiling what never changes.
  process.env.NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/compiled')
  const events = run({
    files: files.map(file => join(root, file)),
    cwd: root,
    concurrency,
    timeout: TEST_LIMIT,
    execArgv: ['--enable-source-maps', '--import', join(root, 'dist/test/watchdog.js')],
    signal: interrupted.signal,
  })
  events.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return
    total.passed += counts.passed
    total.failed += counts.tests - counts.passed - counts.skipped - counts.todo
    total.skipped += counts.skipped
  })
  return new Promise((resolve, reject) => {
    compose(events, new spec()).on('error', reject).on('end', resolve).pipe(process.stdout, { end: false })
  })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
