// Movers: each has tasks of its own, takes one of them after the other to another column, and puts it behind a task
// that nobody else touches. So every move is valid whoever moves what at the same time, none is without effect, and
// afterwards everybody knows where their tasks must be. Some tasks stay where they are, for all to go by.

import type pg from 'pg'
import { type TaskStatus, taskStatuses } from '../src/activity/kinds.ts'
import { ask as request } from './ask.ts'
import type { Ask } from './drive.ts'
import type { Speaker } from './speaking.ts'

export interface Mover {
  next(): Ask
  /** Where its tasks are; the one of a move that was not answered is left out. */
  places(): Map<string, TaskStatus>
  moves(): number
}

interface Placed {
  id: string
  status: TaskStatus
}

/** So many movers for a Tablo as it is now. */
export async function movers(
  pool: pg.Pool,
  tabloId: string,
  speaker: Speaker,
  count: number,
): Promise<Mover[]> {
  const { rows } = await pool.query<Placed>(
    'select id, status from tasks where tablo_id = $1 order by status, position',
    [tabloId],
  )
  const share = (n: number) => rows.filter((_, index) => index % (count + 1) === n)
  const still = share(count)
  return Array.from({ length: count }, (_, n) => mover(tabloId, speaker, share(n), still))
}

function mover(tabloId: string, speaker: Speaker, own: readonly Placed[], still: readonly Placed[]): Mover {
  const places = new Map(own.map(task => [task.id, task.status]))
  let moves = 0
  let under: string | undefined
  return {
    next() {
      const { id } = pick(own)
      const status = pick(taskStatuses.filter(each => each !== places.get(id)))
      const mine = own.filter(task => task.id !== id && places.get(task.id) === status)
      const all = still.filter(task => task.status === status)
      const after = pick([...mine.map(task => task.id), ...all.map(task => task.id), null])
      under = id
      const asked = speaker.move(tabloId, id, status, after)
      return {
        ...asked,
        answered(code, body) {
          if (!asked.answered(code, body)) return false
          places.set(id, status)
          under = undefined
          moves++
          return true
        },
      }
    },
    places: () => new Map([...places].filter(([id]) => id !== under)),
    moves: () => moves,
  }
}

/** Moves one task every 100 ms until it is stopped, which gives how many moves were not answered as they should. */
export async function keepMoving(pool: pg.Pool, origin: string, tabloId: string, speaker: Speaker) {
  const [one] = await movers(pool, tabloId, speaker, 1)
  let failures = 0
  let last: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    last = last.then(move)
  }, 100)
  async function move(): Promise<void> {
    const ask = one?.next()
    if (!ask) return
    const { path, headers, body, answered } = ask
    const answer = await request(origin + path, headers, body).catch(() => undefined)
    if (!answered(answer?.status ?? 0, String(answer?.body))) failures++
  }
  return {
    async stop(): Promise<number> {
      clearInterval(timer)
      await last
      return failures
    },
  }
}

function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)]
  if (value === undefined) throw new Error('There is nothing to pick from')
  return value
}
