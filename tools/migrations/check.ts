// Whether the release before this one can go on working on the database of this one, as far as the text of the new
// migrations tells: they expand, and take away only what it does not use any more. squawk, a linter of SQL for
// Postgres, knows what breaks and what locks; a short list beside it has what squawk lets pass. Whoever knows better of
// a statement says so right above it, by `-- safe: ` and why, which is for the reviewer to judge and for the tests in
// test/previous to prove (docs/decisions/0013-expand-and-contract.md).

import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../src/platform/root.ts'
import { keptRelease, listKept, readKept } from '../previous/kept.ts'
import { type Statement, statementsOf } from './statements.ts'

/** Rules of squawk that are about taste, or about what the runner of migrations decides for all of them. */
const NOT_OURS = [
  'require-lock-timeout',
  'require-statement-timeout',
  'require-enum-value-ordering',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  'prefer-robust-stmts',
  'prefer-text-field',
]

/** The oldest Postgres that Xtablo runs on. */
const POSTGRES = '15'

/** What breaks code that was written before, and squawk lets pass. */
const BREAKING: [RegExp, string][] = [
  [
    /^drop (type|domain|view|materialized view|function|procedure|trigger|sequence|schema|extension)\b/,
    'Code of before may use what is dropped.',
  ],
  [/^truncate\b|^delete from\b/, 'Rows are gone that the code of before shows.'],
  [/^alter type\b.* rename\b/, 'The code of before knows the old name.'],
  [
    /^alter (function|view|sequence|index|schema|trigger)\b.* (rename|set schema)\b/,
    'The code of before knows the old name.',
  ],
  [/^alter table\b.* set schema\b/, 'The code of before looks for it where it was.'],
  [/^alter table\b.* rename constraint\b/, 'Code tells faults by the names of constraints.'],
  [
    /^alter table\b.* drop constraint\b/,
    'Code tells faults by constraints, and inserts "on conflict" with them.',
  ],
  [/^alter table\b.* drop default\b/, 'The code of before leaves the column out of its inserts.'],
  [
    /^alter table\b.* add (constraint \S+ )?(check|foreign key|exclude)\b/,
    'What it refuses, the code of before may write, "not valid" or not.',
  ],
  [/^do\b/, "What it does can't be read here."],
  [/^create unique index\b/, 'The code of before may write what is not unique.'],
  [
    /^create (or replace )?(constraint )?trigger\b/,
    'What it refuses or changes, the code of before does not expect.',
  ],
  [/^revoke\b/, 'The code of before may need that right.'],
]

/** Every fault of the migrations of a checkout that the release before it does not have, a line each. */
export function checkMigrations(checkout: string): string[] {
  const kept = keptRelease(checkout)
  if (!kept) return []
  const known = listKept(kept).filter(path => /^migrations\/.*\.sql$/.test(path))
  const files = globSync('migrations/*.sql', { cwd: checkout }).sort()
  return [
    ...known.flatMap(path => checkKept(checkout, path, readKept(kept, path), kept.version, files)),
    ...files
      .filter(path => path.endsWith('.up.sql') && !known.includes(path))
      .flatMap(path => checkNew(join(checkout, path), kept.version)),
  ]
}

function checkKept(checkout: string, path: string, sql: string, version: string, files: string[]): string[] {
  if (files.includes(path) && readFileSync(join(checkout, path), 'utf8') === sql) return []
  return [
    `${path}: it was in release ${version}, whose databases have run it: leave it as it is, and write another.`,
  ]
}

function checkNew(path: string, version: string): string[] {
  const sql = readFileSync(path, 'utf8')
  const name = `migrations/${basename(path)}`
  const [, serves = ''] = /^-- serves: (\S+)/.exec(sql) ?? []
  if (serves.localeCompare(version, 'en', { numeric: true }) > 0)
    return [
      `${name}:1: it serves ${serves} or later, so nobody could go back to ${version}: expand now, and take away in the release after this.`,
    ]
  const statements = statementsOf(sql)
  const created = new Set(
    statements.map(({ bare }) => /^create table (?:if not exists )?([\w.]+)/.exec(bare)?.[1]),
  )
  return [...squawk(path), ...statements.flatMap(statement => breaking(statement, created))]
    .filter(({ line }) => !statements.some(statement => holds(statement, line) && isSafe(statement)))
    .map(({ line, said }) => `${name}:${line + 1}: ${said}`)
}

interface Finding {
  /** From 0 */
  line: number
  said: string
}

function squawk(path: string): Finding[] {
  const program = join(root, 'node_modules/squawk-cli/js/bin/squawk')
  const options = ['--reporter', 'json', '--assume-in-transaction', '--pg-version', POSTGRES]
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...options, `--exclude=${NOT_OURS.join(',')}`, path],
    { encoding: 'utf8' },
  )
  if (!stdout.startsWith('[')) throw new Error(`squawk did not run: ${stdout}${stderr}`)
  const found: { line: number; message: string; help: string | null; rule_name: string }[] =
    JSON.parse(stdout)
  return found.map(({ line, message, help, rule_name }) => ({
    line,
    said: `${`${message} ${help ?? ''}`.replaceAll(/\s+/g, ' ').trim()} (${rule_name})`,
  }))
}

function breaking({ first, bare }: Statement, created: Set<string | undefined>): Finding[] {
  const [, table] = /\b(?:on|table) (?:only |if exists )?([\w.]+)/.exec(bare) ?? []
  if (table !== undefined && created.has(table)) return []
  return BREAKING.filter(([pattern]) => pattern.test(bare)).map(([, said]) => ({ line: first, said }))
}

const holds = ({ first, last }: Statement, line: number) => first <= line && line <= last

const isSafe = ({ above }: Statement) => /\bsafe: \S/.test(above)
