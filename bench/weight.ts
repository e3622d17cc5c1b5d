// What a browser loads for the first Kanban it opens.

import { gzipSync } from 'node:zlib'
import { ask } from './ask.ts'
import { type Ground, median } from './measure.ts'
import { addTasks, makeTablo } from './people.ts'
import { type Place, startProduct } from './processes.ts'

const SIZE = 1_000
const STARTS = 5
const BROWSER = { 'Accept-Encoding': 'gzip, br' }

export interface Fact {
  name: string
  value: string
  target?: { text: string; met: boolean }
}

/** The page's bytes, its requests, and the scripts and styles as they travel. */
export async function weigh({ product, person, pool }: Ground): Promise<Fact[]> {
  const tablo = await makeTablo(product.origin, person, `Weighed ${SIZE}`)
  await addTasks(pool, tablo.id, SIZE)
  const url = `${product.origin}/tablos/${tablo.id}/tasks`
  const page = await ask(url, person.headers)
  const text = String(page.body)
  const assets = new Set([...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path))
  let code = 0
  for (const path of assets) {
    if (/\.(js|css)$/.test(path)) code += (await ask(product.origin + path, BROWSER)).body.length
  }
  const bytes = page.body.length
  const requests = assets.size + 1
  return [
    {
      name: 'Kanban of 1,000 tasks, uncompressed',
      value: kilobytes(bytes),
      target: { text: '< 450 KB', met: bytes < 450_000 },
    },
    { name: 'The same by gzip', value: kilobytes(gzipSync(text).length) },
    {
      name: 'JavaScript and CSS of its first load, compressed',
      value: kilobytes(code),
      target: { text: '< 60 KB', met: code < 60_000 },
    },
    {
      name: 'Requests of its first load',
      value: String(requests),
      target: { text: '< 10', met: requests < 10 },
    },
  ]
}

/** Starts the product on its database again and again, each time with Postgres stopped. */
export async function startCold(place: Place, signal: AbortSignal): Promise<Fact> {
  const times: number[] = []
  for (let n = 0; n < STARTS; n++) {
    const product = await startProduct(place, signal)
    times.push(product.startedIn)
    await product.stop()
  }
  const value = `${Math.round(median(times))} ms`
  return { name: 'Cold start, from the command to the first 200', value, target: under(2_000, median(times)) }
}

export const memoryFact = (mebibytes: number): Fact => ({
  name: 'Resident memory after the load',
  value: `${Math.round(mebibytes)} MiB`,
})

const under = (limit: number, ms: number) => ({ text: `< ${limit / 1000} s`, met: ms < limit })

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`
