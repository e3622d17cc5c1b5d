// People who work while something happens: some read, some write, all count what they were answered.

import { setTimeout } from 'node:timers/promises'
import type { Answer, Visitor } from './visitor.ts'

export interface Load {
  /** Ends it. Gives how many requests there were, what failed, and the titles that were answered as made. */
  stop(): Promise<{ sent: number; failed: string[]; made: string[]; slowestMs: number }>
}

const PEOPLE = 8
const PAUSE_MS = 25

/** Half of the people read pages of the Tablo, half add tasks to it, each the next as soon as the last is answered. */
export function putLoad(visitor: Visitor, tablo: string): Load {
  const failed: string[] = []
  const made: string[] = []
  let sent = 0
  let slowestMs = 0
  let enough = false
  const one = async (what: string, ask: () => Promise<Answer>, expected: number) => {
    const start = performance.now()
    sent++
    const fault = await ask().then(
      ({ status, body }) => (status === expected ? undefined : `${status} ${titleOf(body)}`),
      (error: Error) => error.message,
    )
    if (fault !== undefined) failed.push(`${what}: ${fault}`)
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - start))
    return fault === undefined
  }
  const person = async (n: number) => {
    for (let i = 0; !enough; i++) {
      const title = `Under load ${n}.${i}`
      if (n % 2 === 0) await one('GET', () => visitor.get(`${tablo}/files`), 200)
      else if (await one('POST', () => visitor.post(`${tablo}/tasks`, { title }), 303)) made.push(title)
      await setTimeout(PAUSE_MS)
    }
  }
  const people = Array.from({ length: PEOPLE }, (_, n) => person(n))
  const stop = async () => {
    enough = true
    await Promise.all(people)
    return { sent, failed, made, slowestMs }
  }
  return { stop }
}

/** Who answered, and how: Xtablo by the title of a page, Caddy by a line. */
const titleOf = (body: Buffer) => /<title>([^<]*)/.exec(body.toString())?.[1] ?? body.toString().slice(0, 100)
