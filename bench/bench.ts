// `npm run bench`: how fast Xtablo is, beside how fast it could be. Starts the product on a database of its own, on the
// loopback address, drives it, checks what it answers and what it stores, and prints a table. Takes about twelve minutes
// and ends what it started, also when it is interrupted. docs/benchmarks.md tells how to read the figures.

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { openEmbedded } from '../src/platform/database/embedded/embedded.ts'
import { root } from '../src/platform/root.ts'
import { apiCreate, apiList, apiMove, apiRead } from './api.ts'
import { measureFiles } from './files.ts'
import { measureJobs } from './jobs.ts'
import { type Ground, type Group, type Measured, measure, type Pace } from './measure.ts'
import { open } from './opening.ts'
import { overload } from './overload.ts'
import { signUp } from './people.ts'
import { type Place, residentMemory, startFloor, startProduct } from './processes.ts'
import { dashboard, kanban, signIn } from './reading.ts'
import { describeCommit, describeMachine, section, writeReport } from './report.ts'
import { type Fact, memoryFact, startCold, weigh } from './weight.ts'
import { creating, moving } from './writing.ts'

const HELP = `Usage: npm run bench -- [--quick] [--only PART] [--write] [--profile FOLDER]

  --quick           one round of two seconds for each figure
  --only PART       sign-in, dashboard, kanban, kanban-1000 (or 100, 5000), create, move, api, jobs, files, overload or
                    start; may be repeated
  --write           puts the figures into docs/benchmarks.md
  --profile FOLDER  keeps a CPU profile of the product's process there
`

const SIZES = [100, 1_000, 5_000]
const LIMIT_MS = 18 * 60_000
const WHOLE: Pace = { rounds: 3, seconds: 2, warmUp: 0.5 }
const QUICK: Pace = { rounds: 1, seconds: 2, warmUp: 0.3 }

const PARTS: Record<string, (ground: Ground) => Promise<Group>> = {
  'sign-in': signIn,
  dashboard,
  ...Object.fromEntries(SIZES.map(size => [`kanban-${size}`, (ground: Ground) => kanban(ground, size)])),
  create: ground => creating(ground, SIZES),
  move: ground => moving(ground, SIZES),
  'api-list': apiList,
  'api-read': apiRead,
  'api-create': apiCreate,
  'api-move': apiMove,
}

interface Options {
  quick: boolean
  only: string[]
  write: boolean
  profile: string | undefined
}

async function run(options: Options, signal: AbortSignal): Promise<void> {
  const pace = options.quick ? QUICK : WHOLE
  const wanted = (part: string) =>
    options.only.length === 0 || options.only.some(only => part === only || part.startsWith(`${only}-`))
  const commit = describeCommit()
  await using ends = new AsyncDisposableStack()
  const place = makePlace(ends)
  const { measured, facts, machine } = await load(place, { ...options, pace, wanted, ends }, signal)
  if (wanted('start')) facts.push(await startCold(place, signal))
  const report = {
    measured,
    facts,
    machine,
    commit,
    pace: `Ten connections; median of ${pace.rounds} × ${pace.seconds} s.`,
    day: new Date().toISOString().slice(0, 10),
  }
  process.stdout.write(`\n${section(report)}`)
  if (options.write) process.stdout.write(`\nWritten to ${writeReport(report)}\n`)
}

/** Under `dist`, and not where temporary files go: that is often memory, on which fsync costs nothing. */
function makePlace(ends: AsyncDisposableStack): Place {
  mkdirSync(join(root, 'dist'), { recursive: true })
  const folder = mkdtempSync(join(root, 'dist/bench-run-'))
  ends.defer(() => rmSync(folder, { recursive: true, force: true }))
  // Postgres runs as another user when this is root, and must be able to enter.
  chmodSync(folder, 0o711)
  return { folder, dataDir: join(folder, 'data') }
}

interface Wanted extends Options {
  pace: Pace
  wanted(part: string): boolean
  /** What is done once everything has stopped. */
  ends: AsyncDisposableStack
}

async function load(place: Place, { pace, wanted, profile, ends: last }: Wanted, signal: AbortSignal) {
  await using ends = new AsyncDisposableStack()
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const product = await startProduct(place, signal, flags)
  ends.defer(product.stop)
  const embedded = await openEmbedded({ dataDir: place.dataDir, purpose: 'join', command: 'bench' })
  ends.defer(embedded.close)
  // Where Postgres can't enter the data directory, its cluster lies elsewhere.
  last.defer(() => rmSync(embedded.home, { recursive: true, force: true }))
  const pool = new pg.Pool({ ...embedded.pool, max: 4 })
  // The end of a pool does not wait for its connections, and Postgres may be stopped before the last one is closed.
  pool.on('error', () => {})
  ends.defer(() => pool.end())
  const person = await signUp(product.origin, 'Bench')
  const bare = await startFloor('floor.js', place, { BENCH_POOL: JSON.stringify(embedded.pool) })
  ends.defer(bare.stop)
  const app = await startFloor('floor-app.js', place)
  ends.defer(app.stop)
  const ground: Ground = { product, floors: { bare, app }, pool, person, signal }
  const measured: Measured[] = []
  for (const [part, group] of Object.entries(PARTS).filter(([part]) => wanted(part))) {
    process.stderr.write(`${part} … `)
    measured.push(await measure(await group(ground), pace))
  }
  const facts: Fact[] = []
  if (measured.length > 0) facts.push(memoryFact(residentMemory(product.pid)))
  if (wanted('jobs')) {
    process.stderr.write('jobs … ')
    facts.push(...(await measureJobs(ground, place, embedded.pool, pace.rounds)))
  }
  if (wanted('files')) {
    process.stderr.write('files … ')
    facts.push(...(await measureFiles(ground, place, pace.rounds)))
  }
  if (wanted('overload')) {
    process.stderr.write('overload … ')
    facts.push(...(await overload(ground, pace.rounds)))
  }
  if (wanted('kanban')) facts.push(...(await weigh(ground)), ...(await open(ground)))
  return { measured, facts, machine: await describeMachine(pool) }
}

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const parts = [...Object.keys(PARTS), 'kanban', 'api', 'jobs', 'files', 'overload', 'start']
  const unknown = values.only.find(only => !parts.includes(only))
  if (unknown !== undefined) throw new Error(`There is no part “${unknown}”.`)
  if (values.write && values.only.length > 0) throw new Error('--write takes all parts.')
  return { ...values, profile: values.profile }
}

function optionsOrHelp(): Options | undefined {
  try {
    return parseOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    process.exitCode = 1
    return undefined
  }
}

const options = optionsOrHelp()
if (options) {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
  try {
    await run(options, AbortSignal.any([interrupted.signal, AbortSignal.timeout(LIMIT_MS)]))
  } catch (error) {
    const reason = interrupted.signal.aborted ? 'Interrupted.' : error instanceof Error ? error.stack : error
    process.stderr.write(`\n${reason}\n`)
    process.exitCode = interrupted.signal.aborted ? 130 : 1
  }
}
