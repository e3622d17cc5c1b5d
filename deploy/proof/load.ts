// People who work while something happens: some read, some write, all count what they were answered.

import { setTimeout } from 'node:timers/promises'
import type { Visitor } from './visitor.ts'

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
  const one = async (what: string, ask: () => Promise<{ status: number }>, expected: number) => {
    const start = performance.now()
    sent++
    const answer = await ask().catch((error: Error) => ({ status: error.message }))
    if (answer.status !== expected) failed.push(`${what}: ${answer.status}`)
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - start))
    return answer.status === expected
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
