// The figures as Markdown, and their place in docs/benchmarks.md: the newest first, one section for each commit.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { root } from '../src/platform/root.ts'
import type { Measured, Row } from './measure.ts'
import type { Fact } from './weight.ts'

export interface Report {
  measured: readonly Measured[]
  facts: readonly Fact[]
  machine: string
  commit: string
  /** How long and how often everything was measured. */
  pace: string
  day: string
}

/** The report as a section, which begins with its heading. */
export function section({ measured, facts, machine, commit, pace, day }: Report): string {
  const rows = measured.flatMap(each => each.rows)
  const floors = measured.flatMap(each => each.floors.map(floor => ({ ...floor, beside: besideOf(each) })))
  return [
    heading(day, commit),
    '',
    machine,
    pace,
    ...(rows.length > 0 ? ['', ...table(RESULTS, rows.map(resultCells))] : []),
    ...(facts.length > 0 ? ['', ...table(['', '', 'Target'], facts.map(factCells))] : []),
    ...(floors.length > 0 ? ['', ...table(FLOORS, floors.map(floorCells))] : []),
    '',
  ].join('\n')
}

/** The document with a section as its newest; it replaces an earlier one of the same commit. */
export function withSection(document: string, added: string): string {
  const [intro = '', ...sections] = document.split(/^(?=## \d)/m)
  const of = (text: string) => text.match(/^## \S+ · (\S+)/)?.[1]
  const others = sections.filter(each => of(each) !== of(added))
  return `${[intro, added, ...others].map(each => each.trimEnd()).join('\n\n')}\n`
}

export function writeReport(report: Report): string {
  const path = join(root, 'docs/benchmarks.md')
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), section(report)))
  return path
}

/** What the figures were taken on, in a line. */
export async function describeMachine(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string; fsync: string; commit: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit`,
  )
  const { version = '', fsync = '', commit = '' } = rows[0] ?? {}
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${availableParallelism()} cores (${model}), ${memory}; ${process.platform} ${process.arch}; Node ${process.versions.node}; Postgres ${version}, fsync ${fsync}, synchronous_commit ${commit}.`
}

/** The commit that is checked out, and whether files differ from it. */
export function describeCommit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
    const changed = git('status', '--porcelain', '--', '.', ':!docs') !== ''
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes' : ''}`
  } catch {
    return 'no commit'
  }
}

const heading = (day: string, commit: string) => `## ${day} · ${commit}`

const RESULTS = [
  '',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'bytes',
  'failures',
  'of node:http + query',
  'of our server + session',
  'of our server',
  'Target',
]
const FLOORS = ['Floor', 'beside', 'requests/s', 'p50 ms', 'p99 ms', 'bytes', 'failures']

function resultCells(row: Row): string[] {
  const targets = row.targets.map(verdict)
  return [...figures(row), ...row.ratios.map(ratio => ratio.toFixed(2)), targets.join('; ')]
}

function floorCells(row: Row & { beside: string }): string[] {
  const [name = '', ...rest] = figures(row)
  return [name, row.beside, ...rest]
}

const factCells = ({ name, value, target }: Fact) => [name, value, target ? verdict(target) : '']

const figures = ({ name, perSecond, p50, p99, bytes, failures }: Row) => [
  name,
  whole(perSecond),
  p50.toFixed(1),
  p99.toFixed(1),
  whole(bytes),
  String(failures),
]

const verdict = ({ text, met }: { text: string; met: boolean }) => `${text}: ${met ? 'met' : '**missed**'}`

const whole = (number: number) => Math.round(number).toLocaleString('en')

/** What the cases of a group share in their names. */
function besideOf({ rows }: Measured): string {
  const names = rows.map(row => row.name.split(', '))
  const [first = []] = names
  return first.filter((part, n) => names.every(name => name[n] === part)).join(', ')
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)]
}
