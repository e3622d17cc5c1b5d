// Files on their way in and out: megabytes a second beside bare busboy on the same disk (floor-files.ts), in turn, and
// what the process holds in memory meanwhile. The bytes are made and thrown away here, which costs both the same.

import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Ground, median } from './measure.ts'
import { makeTablo } from './people.ts'
import { type Place, residentMemory, startFloor } from './processes.ts'
import type { Fact } from './weight.ts'

/** Megabytes of a file, just below what is allowed unless configured otherwise. */
const SIZE = 24
/** How many at once, and how many in all. */
const AT_ONCE = [1, 10, 20]
const UPLOADS = 20
const MEGABYTE = 1_000_000
const SAMPLE_MS = 200

const CHUNK = Buffer.alloc(MEGABYTE / 4, 'What we do, in which order, and who waits for what. ')
const BOUNDARY = 'between-the-parts'

export async function measureFiles(ground: Ground, place: Place, rounds: number): Promise<Fact[]> {
  const { product, person, signal } = ground
  const folder = join(place.folder, 'floor-files')
  mkdirSync(folder)
  const floor = await startFloor('floor-files.js', place, { BENCH_FOLDER: folder })
  const facts: Fact[] = []
  try {
    const tablo = await makeTablo(product.origin, person, 'Files')
    const ours = `${product.origin}/tablos/${tablo.id}/files`
    for (const atOnce of AT_ONCE) {
      const inMemory: number[] = []
      const into = (url: string) => () => all(atOnce, () => upload(url, person.headers))
      const watched = () => watching(product.pid, inMemory, into(ours))
      const speeds = await inTurn(watched, into(floor.origin), rounds, signal)
      facts.push(speedFact(`Uploads of ${SIZE} MB, ${atOnce} at once`, speeds), {
        name: 'Resident memory meanwhile, at the most',
        value: `${Math.round(Math.max(...inMemory))} MiB`,
      })
    }
    const [{ id = '' } = {}] = (
      await ground.pool.query<{ id: string }>('select id from files where tablo_id = $1 limit 1', [tablo.id])
    ).rows
    const from = (url: string) => () => all(10, () => download(url, person.headers))
    const speeds = await inTurn(from(`${ours}/${id}`), from(floor.origin), rounds, signal)
    facts.push(speedFact(`Downloads of ${SIZE} MB, 10 at once`, speeds))
  } finally {
    await floor.stop()
    rmSync(folder, { recursive: true })
  }
  return facts
}

interface Speeds {
  /** Megabytes a second */
  ours: number[]
  bare: number[]
}

async function inTurn(
  ours: () => Promise<number>,
  bare: () => Promise<number>,
  rounds: number,
  signal: AbortSignal,
): Promise<Speeds> {
  const speeds: Speeds = { ours: [], bare: [] }
  for (let n = 0; n < rounds; n++) {
    signal.throwIfAborted()
    const turns = [async () => speeds.ours.push(await ours()), async () => speeds.bare.push(await bare())]
    for (const turn of n % 2 === 0 ? turns : turns.reverse()) await turn()
  }
  return speeds
}

/** Megabytes a second of so many transfers, some at once. */
async function all(atOnce: number, transfer: () => Promise<void>): Promise<number> {
  const start = performance.now()
  let left = UPLOADS
  const worker = async () => {
    while (left-- > 0) await transfer()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return (UPLOADS * SIZE * 1000) / (performance.now() - start)
}

function* multipart(): Generator<Buffer> {
  yield Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="plan.txt"\r\nContent-Type: text/plain\r\n\r\n`,
  )
  for (let sent = 0; sent < SIZE * MEGABYTE; sent += CHUNK.length) yield CHUNK
  yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
}

async function upload(url: string, headers: Record<string, string>): Promise<void> {
  const type = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }
  const sent = request(url, { method: 'POST', agent: false, headers: { ...headers, ...type } })
  const answered = once(sent, 'response')
  await pipeline(Readable.from(multipart()), sent)
  const [answer] = (await answered) as [IncomingMessage]
  answer.resume()
  if (answer.statusCode !== 303) throw new Error(`An upload answered ${answer.statusCode}`)
}

async function download(url: string, headers: Record<string, string>): Promise<void> {
  const asked = request(url, { agent: false, headers }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let size = 0
  for await (const chunk of answer) size += chunk.length
  if (size !== SIZE * MEGABYTE) throw new Error(`A download had ${size} bytes`)
}

/** Looks at a process's memory while something is done, and adds what it saw. */
async function watching<T>(pid: number, seen: number[], work: () => Promise<T>): Promise<T> {
  const look = () => seen.push(residentMemory(pid))
  look()
  const timer = setInterval(look, SAMPLE_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    look()
  }
}

function speedFact(name: string, { ours, bare }: Speeds): Fact {
  const ratio = median(ours.map((speed, n) => speed / (bare[n] ?? 0)))
  const whole = (speed: number) => Math.round(speed).toLocaleString('en')
  return {
    name,
    value: `${whole(median(ours))} MB/s (bare busboy ${whole(median(bare))} MB/s, ratio ${ratio.toFixed(2)})`,
  }
}
