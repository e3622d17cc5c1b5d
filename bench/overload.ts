// Twice as many requests as can be answered, whether or not the earlier ones were: nobody waits before they ask. Beside
// the product stands the same application without the gate that refuses, on the same database; before and after them it is measured how many
// ten connections get, which wait for each answer. Health is asked for all the while.

import { setTimeout } from 'node:timers/promises'
import { ask } from './ask.ts'
import { read } from './drive.ts'
import { flood } from './flooding.ts'
import { type Ground, median } from './measure.ts'
import { addTasks, makeTablo } from './people.ts'
import type { Running } from './processes.ts'
import { dashboardOf, type Page, pageAt } from './reading.ts'
import type { Fact } from './weight.ts'

const SECONDS = 4
const CAPACITY_SECONDS = 3
/** Milliseconds */
const HEALTH_EVERY = 50
/** For what was given up to be over. */
const REST_MS = 6_000
const GOODPUT = 0.9
const HEALTH_LIMIT_MS = 2_000

interface Flooded {
  /** Answered well, a second */
  good: number
  /** Share of what was answered or broke off */
  refused: number
  /** Of the good ones, in milliseconds */
  p99: number
  healthFailures: number
  /** Milliseconds */
  slowestHealth: number
}

/** How the product bears twice what it can do, and how it would without refusing. */
export async function overload(ground: Ground, rounds: number): Promise<Fact[]> {
  const facts: Fact[] = []
  for (const [name, page] of await pages(ground)) {
    const capacity: number[] = []
    const shedding: Flooded[] = []
    const open: Flooded[] = []
    for (let n = 0; n < rounds; n++) {
      const before = await capacityOf(ground, page)
      shedding.push(await flooded(ground, ground.product, page, 2 * before))
      await setTimeout(REST_MS)
      open.push(await flooded(ground, ground.floors.app, page, 2 * before))
      await setTimeout(REST_MS)
      capacity.push((before + (await capacityOf(ground, page))) / 2)
    }
    facts.push(...told(name, capacity, shedding, open))
  }
  return facts
}

async function pages(ground: Ground): Promise<[string, Page][]> {
  const { product, pool, person } = ground
  const tablo = await makeTablo(product.origin, person, 'Kanban under load')
  await addTasks(pool, tablo.id, 100)
  const kanban = await pageAt(ground, `/tablos/${tablo.id}/tasks`, person.headers, body =>
    body.includes(tablo.title),
  )
  return [
    ['Dashboard, 50 Tablos', await dashboardOf(ground, 'Overload')],
    ['Kanban, 100 tasks', kanban],
  ]
}

async function capacityOf({ signal, product: { origin } }: Ground, page: Page): Promise<number> {
  const { perSecond, failures } = await read({ ...page, url: origin + page.path }, CAPACITY_SECONDS, signal)
  if (failures > 0) throw new Error(`${page.path} failed ${failures} times with ten connections`)
  return perSecond
}

async function flooded(ground: Ground, { origin }: Running, page: Page, rate: number): Promise<Flooded> {
  const over = new AbortController()
  const health = watchHealth(origin, over.signal)
  const url = new URL(page.path, origin)
  const pace = { rate, seconds: SECONDS, signal: ground.signal }
  const { times, refused, lost } = await flood(url, page.headers, pace).finally(() => over.abort())
  times.sort((a, b) => a - b)
  return {
    good: times.length / SECONDS,
    refused: refused / Math.max(1, times.length + refused + lost),
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    ...(await health),
  }
}

async function watchHealth(origin: string, over: AbortSignal) {
  let healthFailures = 0
  let slowestHealth = 0
  while (!over.aborted) {
    for (const path of ['/healthz', '/readyz']) {
      const from = performance.now()
      const status = await ask(origin + path, {}).then(
        answer => answer.status,
        () => 0,
      )
      if (status !== 200) healthFailures++
      slowestHealth = Math.max(slowestHealth, performance.now() - from)
    }
    await setTimeout(HEALTH_EVERY)
  }
  return { healthFailures, slowestHealth }
}

function told(name: string, capacity: number[], shedding: Flooded[], open: Flooded[]): Fact[] {
  const middle = (floods: Flooded[], of: (flood: Flooded, n: number) => number) => median(floods.map(of))
  const share = (floods: Flooded[]) => middle(floods, ({ good }, n) => good / (capacity[n] ?? 1))
  const ms = (floods: Flooded[]) => `${Math.round(middle(floods, ({ p99 }) => p99))} ms`
  const failures = shedding.reduce((sum, { healthFailures }) => sum + healthFailures, 0)
  const slowest = Math.max(...shedding.map(({ slowestHealth }) => slowestHealth))
  const percent = Math.round(100 * middle(shedding, ({ refused }) => refused))
  const good = share(shedding)
  const of = `${name}, asked for at twice its ${Math.round(median(capacity))}/s`
  return [
    {
      name: `${of}: answered, of what it can`,
      value: `${good.toFixed(2)} (not refusing ${share(open).toFixed(2)})`,
      target: { text: `≥ ${GOODPUT}`, met: good >= GOODPUT },
    },
    { name: 'The 99th percentile of what was answered', value: `${ms(shedding)} (not refusing ${ms(open)})` },
    { name: 'Refused by 503', value: `${percent} %` },
    {
      name: 'Health and readiness meanwhile, the slowest',
      value: `${Math.round(slowest)} ms, ${failures} failed`,
      target: { text: 'all 200', met: failures === 0 && slowest < HEALTH_LIMIT_MS },
    },
  ]
}
