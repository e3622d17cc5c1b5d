// Rounds, and what follows from them. A group's cases and its floors take turns within each round, forwards and
// backwards, so that a machine that is busy for a while is busy for all of them; a ratio is the median of the ratios
// of each round.

import type pg from 'pg'
import { FORM } from './ask.ts'
import { type Round, read } from './drive.ts'
import type { Person } from './people.ts'
import type { Running } from './processes.ts'

export interface Ground {
  product: Running
  floors: { bare: Running; app: Running }
  pool: pg.Pool
  /** Owns the Tablos that are measured. */
  person: Person
  signal: AbortSignal
}

export interface Case {
  name: string
  /** Of the body of an answer. */
  bytes: number
  targets?: Target[]
  round(seconds: number): Promise<Round>
}

export type Target = { atLeast: number; of: 'first floor' | 'requests/s' } | { failures: 0 }

export interface Group {
  cases: Case[]
  floors: Case[]
}

export interface Row {
  name: string
  perSecond: number
  p50: number
  p99: number
  bytes: number
  failures: number
  /** Of each floor. */
  ratios: number[]
  targets: { text: string; met: boolean }[]
}

export interface Measured {
  rows: Row[]
  floors: Row[]
}

export interface Pace {
  rounds: number
  seconds: number
  warmUp: number
}

/** The three floors for answers of this size. */
export function floorsFor(ground: Ground, bytes: number, method: 'GET' | 'POST'): Case[] {
  const { bare, app } = ground.floors
  const { Cookie = '' } = ground.person.headers
  const body = method === 'POST' ? { body: 'status=todo&after=&title=A+title+as+long+as+most' } : {}
  const type = method === 'POST' ? FORM : {}
  const floor = (name: string, { origin }: Running, cookie: Record<string, string>): Case => {
    const url = `${origin}/constant?size=${bytes}`
    const headers = { ...cookie, ...type, Origin: origin }
    const says = (text: string) => text.length === bytes
    return {
      name,
      bytes,
      round: seconds => read({ url, method, headers, ...body, bytes, says }, seconds, ground.signal),
    }
  }
  return [
    floor('node:http, one query', bare, {}),
    floor('our server, the session query', app, { Cookie }),
    floor('our server, no query', app, {}),
  ]
}

export async function measure({ cases, floors }: Group, pace: Pace): Promise<Measured> {
  const all = [...cases, ...floors]
  const rounds = new Map<Case, Round[]>(all.map(each => [each, []]))
  for (const each of all) await each.round(pace.warmUp)
  for (let n = 0; n < pace.rounds; n++) {
    for (const each of n % 2 === 0 ? all : all.toReversed())
      rounds.get(each)?.push(await each.round(pace.seconds))
  }
  const of = (each: Case) => rounds.get(each) ?? []
  const speeds = floors.map(floor => of(floor).map(round => round.perSecond))
  const row = (each: Case) => summarize(each, of(each), speeds)
  return { rows: cases.map(row), floors: floors.map(row) }
}

function summarize({ name, bytes, targets = [] }: Case, rounds: Round[], floors: number[][]): Row {
  const times = rounds.flatMap(round => round.times).sort((a, b) => a - b)
  const row = {
    name,
    perSecond: median(rounds.map(round => round.perSecond)),
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    bytes,
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
    ratios: floors.map(speeds => median(speeds.map((speed, n) => (rounds[n]?.perSecond ?? 0) / speed))),
  }
  return { ...row, targets: targets.map(target => held(row, target)) }
}

function held(row: Omit<Row, 'targets'>, target: Target): { text: string; met: boolean } {
  if ('failures' in target) return { text: 'none failed', met: row.failures === 0 }
  const { atLeast, of } = target
  if (of === 'requests/s') return { text: `≥ ${atLeast}/s`, met: row.perSecond >= atLeast }
  return { text: `≥ ${atLeast} of the first floor`, met: (row.ratios[0] ?? 0) >= atLeast }
}

/** The middle one, or of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
}
