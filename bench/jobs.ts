// Work in the background: how long a job waits that a request enqueues, and how many are done in a second, each beside
// pg-boss driven bare on the same database (floor-jobs.ts).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { ask } from './ask.ts'
import { type Ground, median } from './measure.ts'
import { type Place, startFloor } from './processes.ts'
import type { Fact } from './weight.ts'

const SINGLE = 300
const PAUSE_MS = 15
const MANY = 20_000
const PER_SECOND = 5_000
const P50_MS = 20
const P99_MS = 200

export async function measureJobs(
  { product, person, signal }: Ground,
  place: Place,
  connection: pg.PoolConfig,
  rounds: number,
): Promise<Fact[]> {
  const floor = await startFloor('floor-jobs.js', place, { BENCH_POOL: JSON.stringify(connection) })
  const told = async (path: string) => Number((await ask(`${floor.origin}${path}`, {})).body)
  const waits: number[] = []
  const bareWaits: number[] = []
  const speeds: number[] = []
  const bareSpeeds: number[] = []
  try {
    const began = await waitsOf(join(place.folder, 'product.log'), async () => {
      const { status, body } = await ask(`${product.origin}/debug/enqueue-test`, person.headers, '')
      const [, id = ''] = /id=(\S+)/.exec(String(body)) ?? []
      if (status !== 200 || !id) throw new Error(`Enqueuing answered ${status}: ${body}`)
      return id
    })
    waits.push(...began)
    for (let n = 0; n < SINGLE; n++) {
      signal.throwIfAborted()
      bareWaits.push(await told('/wait'))
      await setTimeout(PAUSE_MS)
    }
    for (let n = 0; n < rounds; n++) {
      signal.throwIfAborted()
      const ours = async () => speeds.push(await told(`/ours?count=${MANY}`))
      const bare = async () => bareSpeeds.push(await told(`/bare?count=${MANY}`))
      for (const each of n % 2 === 0 ? [ours, bare] : [bare, ours]) await each()
    }
  } finally {
    await floor.stop()
  }
  const ratio = median(speeds.map((speed, n) => speed / (bareSpeeds[n] ?? 0)))
  const wait = (part: number, limit: number): Fact => ({
    name: `A job, from the request that enqueues it to its start, p${part * 100}`,
    value: `${at(waits, part).toFixed(1)} ms (pg-boss alone ${at(bareWaits, part).toFixed(1)} ms)`,
    target: { text: `< ${limit} ms`, met: at(waits, part) < limit },
  })
  const whole = (number: number) => Math.round(number).toLocaleString('en')
  return [
    wait(0.5, P50_MS),
    wait(0.99, P99_MS),
    {
      name: `${whole(MANY)} trivial jobs`,
      value: `${whole(median(speeds))}/s (pg-boss alone ${whole(median(bareSpeeds))}/s, ratio ${ratio.toFixed(2)})`,
      target: { text: `≥ ${whole(PER_SECOND)}/s`, met: median(speeds) >= PER_SECOND },
    },
  ]

  /** Milliseconds from before each request to its job's line in the log, which tells them whole. */
  async function waitsOf(log: string, enqueue: () => Promise<string>): Promise<number[]> {
    const asked = new Map<string, number>()
    for (let n = 0; n < SINGLE; n++) {
      signal.throwIfAborted()
      const before = Date.now()
      asked.set(await enqueue(), before)
      await setTimeout(PAUSE_MS)
    }
    await setTimeout(1_000)
    const began = new Map<string, number>()
    for (const [, time = '', id = ''] of readFileSync(log, 'utf8').matchAll(
      /^(\S+) \w+ +worker heartbeat job_id=(\S+)/gm,
    ))
      began.set(id, Date.parse(`1970-01-01T${time}Z`))
    return [...asked].map(([id, before]) => {
      const time = began.get(id)
      if (time === undefined) throw new Error(`The job ${id} has not begun`)
      // The log has no day.
      return (time - (before % DAY_MS) + DAY_MS) % DAY_MS
    })
  }
}

const DAY_MS = 86_400_000

const at = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
