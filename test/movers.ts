// Somebody else's web process, as far as the order of tasks goes: a thread with its own connections and its own memory,
// started by the tests of ordering. It makes random changes, many at once, and answers with what became of them.

import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { Actor } from '../src/accounts/actor.ts'
import { taskStatuses } from '../src/activity/kinds.ts'
import { AppError } from '../src/errors.ts'
import { connect } from '../src/platform/database/database.ts'
import { move } from '../src/tasks/ordering.ts'
import { create, remove } from '../src/tasks/tasks.ts'

export interface Orders {
  config: pg.PoolConfig
  actor: Actor
  tablo: string
  ids: string[]
  moves: number
  creates: number
  deletes: number
  seed: number
}

export interface Outcome {
  moved: number
  created: string[]
  deleted: string[]
}

const { config, actor, tablo, ids, moves, creates, deletes, seed }: Orders = workerData
const pool = new pg.Pool(config)
const db = connect(pool)
const pick = random(seed)
const outcome: Outcome = { moved: 0, created: [], deleted: [] }

const anyOf = <T>(list: readonly T[]): T => list[pick(list.length)] as T
const work = [
  ...Array.from({ length: moves }, () => async () => {
    const to = { status: anyOf(taskStatuses), after: pick(3) === 0 ? null : anyOf(ids) }
    await move(db, actor, tablo, anyOf(ids), to)
    outcome.moved++
  }),
  ...Array.from({ length: creates }, () => async () => {
    const card = await create(db, actor, tablo, {
      title: 'New',
      description: '',
      status: anyOf(taskStatuses),
    })
    outcome.created.push(card.id)
  }),
  ...Array.from({ length: deletes }, () => async () => {
    const id = anyOf(ids)
    await remove(db, actor, tablo, id)
    outcome.deleted.push(id)
  }),
]
work.sort(() => pick(3) - 1)
await Promise.all(work.map(step => step().catch(staleOrGone)))
await pool.end()
parentPort?.postMessage(outcome)

/** What a page that is out of date may be told; anything else is a bug. */
function staleOrGone(error: unknown): void {
  if (!(error instanceof AppError) || !['stale', 'not_found'].includes(error.code)) throw error
}

/** A number generator that a test can be repeated with. */
function random(start: number): (below: number) => number {
  let state = start
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
