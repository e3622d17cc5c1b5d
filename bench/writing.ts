// What is written: tasks added and tasks moved, by ten at once in one Tablo. After each round the database is asked
// whether everything that was answered is there, once, and nothing else; and the Kanban whether it shows exactly that.

import { setTimeout } from 'node:timers/promises'
import { taskStatuses } from '../src/activity/kinds.ts'
import { ask } from './ask.ts'
import { type Round, write } from './drive.ts'
import { type Case, floorsFor, type Ground, type Group, type Target } from './measure.ts'
import { movers } from './moving.ts'
import { addTasks, type MadeTablo, makeTablo } from './people.ts'
import { isAsStored } from './reading.ts'
import { byForm, type Speaker } from './speaking.ts'

const WRITERS = 10
const PER_SECOND = 500
export const TARGETS: Target[] = [{ atLeast: PER_SECOND, of: 'requests/s' }, { failures: 0 }]

const named = (what: string, size: number) => `${what}, ${size.toLocaleString('en')} tasks`

/** Adds tasks at the foot of a column. Each round has a Tablo of its own, which begins with `size` tasks. */
export async function creating(ground: Ground, sizes: readonly number[]): Promise<Group> {
  const answers: number[] = []
  const cases = sizes.map(size => ({
    name: named('Create', size),
    bytes: 0,
    targets: TARGETS,
    round: async (seconds: number) =>
      createRound(ground, await tabloOf(ground, size), byForm(ground.person), seconds, answers),
  }))
  for (const each of cases) await each.round(0.1)
  return group(ground, cases, answers)
}

/** Ten movers in one Tablo of each size. */
export async function moving(ground: Ground, sizes: readonly number[]): Promise<Group> {
  const answers: number[] = []
  const cases: Case[] = []
  for (const size of sizes) {
    const tablo = await tabloOf(ground, size)
    const round = (seconds: number) => moveRound(ground, tablo, byForm(ground.person), seconds, answers)
    await round(0.1)
    cases.push({ name: named('Move', size), bytes: 0, targets: TARGETS, round })
  }
  return group(ground, cases, answers)
}

/** All answers are of nearly one size, so one set of floors does for all. */
export function group(ground: Ground, cases: Case[], answers: readonly number[]): Group {
  const bytes = Math.round(answers.reduce((sum, size) => sum + size, 0) / answers.length)
  return { cases: cases.map(each => ({ ...each, bytes })), floors: floorsFor(ground, bytes, 'POST') }
}

export async function tabloOf({ product, person, pool, signal }: Ground, size: number): Promise<MadeTablo> {
  signal.throwIfAborted()
  const tablo = await makeTablo(product.origin, person, `Written ${size}`)
  await addTasks(pool, tablo.id, size)
  return tablo
}

export async function createRound(
  ground: Ground,
  tablo: MadeTablo,
  speaker: Speaker,
  seconds: number,
  sizes: number[],
): Promise<Round> {
  const { pool, product, signal } = ground
  const before = await stateOf(pool, tablo)
  const added: string[] = []
  let asked = 0
  const next = () => {
    const title = `Added ${asked++} while the others add theirs`
    const request = speaker.create(tablo.id, title, taskStatuses[asked % 4] ?? 'todo')
    return {
      ...request,
      answered(code: number, body: string) {
        if (!request.answered(code, body)) return false
        added.push(title)
        if (sizes.length < 100) sizes.push(Buffer.byteLength(body))
        return true
      },
    }
  }
  const round = await write({ origin: product.origin, next }, seconds, signal)
  const after = await settled(ground, tablo)
  const { rows } = await pool.query<{ title: string }>(
    `select title from tasks where tablo_id = $1 and title like 'Added %'`,
    [tablo.id],
  )
  const stored = new Set(rows.map(row => row.title))
  const wrong = [
    ...added.filter(title => !stored.has(title)).map(title => `“${title}” was answered and is not there`),
    ...(stored.size === rows.length ? [] : ['a task is there twice']),
    ...(stored.size <= added.length + WRITERS ? [] : ['more was added than was asked for']),
    ...(after.version - before.version === stored.size ? [] : ['an Activity is missing or doubled']),
    ...((await showsAll(ground, tablo)) ? [] : ['the Kanban shows something else']),
  ]
  return withWrong(round, tablo, wrong)
}

export async function moveRound(
  ground: Ground,
  tablo: MadeTablo,
  speaker: Speaker,
  seconds: number,
  sizes: number[],
): Promise<Round> {
  const { pool, product, signal } = ground
  const all = await movers(pool, tablo.id, speaker, WRITERS)
  const before = await stateOf(pool, tablo)
  const next = (connection: number) => {
    const ask = all[connection]?.next()
    if (!ask) throw new Error('There are more connections than movers')
    return {
      ...ask,
      answered(code: number, body: string) {
        if (sizes.length < 100) sizes.push(Buffer.byteLength(body))
        return ask.answered(code, body)
      },
    }
  }
  const round = await write({ origin: product.origin, next }, seconds, signal)
  const after = await settled(ground, tablo)
  const moves = all.reduce((sum, mover) => sum + mover.moves(), 0)
  const made = after.version - before.version
  const places = new Map(all.flatMap(mover => [...mover.places()]))
  const wrong = [
    ...[...places]
      .filter(([id, status]) => after.places.get(id) !== status)
      .map(([id, status]) => `${id} was moved to ${status} and is not there`),
    ...([...before.places.keys()].sort().join() === [...after.places.keys()].sort().join()
      ? []
      : ['a task is gone or new']),
    ...(made >= moves && made <= moves + WRITERS ? [] : ['a move is missing or doubled']),
    ...((await showsAll(ground, tablo)) ? [] : ['the Kanban shows something else']),
  ]
  return withWrong(round, tablo, wrong)
}

/** What the database got wrong counts as failed, and is said at once: the table has only its number. */
function withWrong(round: Round, tablo: MadeTablo, wrong: readonly string[]): Round {
  for (const what of wrong.slice(0, 5)) process.stderr.write(`\n${tablo.title}: ${what}\n`)
  return { ...round, failures: round.failures + wrong.length }
}

interface State {
  /** The newest Activity's, which must be the Tablo's. */
  version: number
  places: Map<string, string>
}

async function stateOf(pool: Ground['pool'], { id }: MadeTablo): Promise<State> {
  const [{ rows: tasks }, { rows: heads }] = await Promise.all([
    pool.query<{ id: string; status: string }>('select id, status from tasks where tablo_id = $1', [id]),
    pool.query<{ version: number; newest: number; count: number }>(
      `select head.version, max(activity.version) as newest, count(*) as count
      from activity_heads head join activity using (tablo_id) where tablo_id = $1 group by head.version`,
      [id],
    ),
  ])
  const { version = 0, newest, count } = heads[0] ?? {}
  if (version !== newest || version !== count) throw new Error(`The versions of Tablo ${id} have a gap`)
  return { version, places: new Map(tasks.map(task => [task.id, task.status])) }
}

/** The state once the requests that were cut off at the end of a round have ended too: nothing changes any more. */
async function settled({ pool }: Ground, tablo: MadeTablo): Promise<State> {
  let last = await stateOf(pool, tablo)
  for (let quiet = 0; quiet < 3; ) {
    await setTimeout(100)
    const state = await stateOf(pool, tablo)
    quiet = state.version === last.version ? quiet + 1 : 0
    last = state
  }
  return last
}

/** Whether the Kanban shows what is stored; asked again when a late change came between the two. */
async function showsAll(ground: Ground, tablo: MadeTablo): Promise<boolean> {
  const url = `${ground.product.origin}/tablos/${tablo.id}/tasks`
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = await stateOf(ground.pool, tablo)
    const { body } = await ask(url, ground.person.headers)
    if (await isAsStored(ground, tablo, String(body))) return true
    const after = await stateOf(ground.pool, tablo)
    if (before.version === after.version) return false
  }
  return false
}
