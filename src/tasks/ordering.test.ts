import assert from 'node:assert/strict'
import { once } from 'node:events'
import { before, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { generateKeyBetween } from 'fractional-indexing'
import pg from 'pg'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import type { Orders, Outcome } from '../../test/movers.ts'
import { type TaskStatus, taskStatuses } from '../activity/kinds.ts'
import { connect, type Db } from '../platform/database/database.ts'
import { newId } from '../platform/ids.ts'
import { create as createTablo } from '../tablos/tablos.ts'
import { move, placesFor } from './ordering.ts'
import { cardsOf, create, edit, remove } from './tasks.ts'

const database = await testDatabase()
const { db, pool } = database
let people: Cast
before(async () => {
  people = await cast(database)
})

type Columns = Record<TaskStatus, string[]>

const columnsOf = async (tablo: string, reader: Db = db): Promise<Columns> => {
  const columns: Columns = { todo: [], in_progress: [], in_review: [], done: [] }
  for (const { id, status } of await cardsOf(reader, tablo)) columns[status].push(id)
  return columns
}
const keysOf = async (tablo: string): Promise<string[]> =>
  (
    await pool.query('select position from tasks where tablo_id = $1 order by status, position', [tablo])
  ).rows.map(({ position }) => position)
const newTablo = () => tabloOf(database, people)
const add = async (tablo: string, title: string, status: TaskStatus = 'todo', at: Db = db) =>
  (await create(at, people.ada, tablo, { title, description: '', status })).id
const addAll = async (tablo: string, count: number, status?: TaskStatus) => {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await add(tablo, `Task ${n}`, status))
  return ids
}

test('a new task comes to the foot of its column', async () => {
  const tablo = await newTablo()
  const ids = await addAll(tablo, 5)
  assert.deepEqual((await columnsOf(tablo)).todo, ids)
})

test('a task goes right after the one that was named, or to the top', async () => {
  const tablo = await newTablo()
  const [a = '', b = '', c = ''] = await addAll(tablo, 3)
  await move(db, people.ada, tablo, a, { status: 'todo', after: b })
  assert.deepEqual((await columnsOf(tablo)).todo, [b, a, c])
  await move(db, people.ada, tablo, c, { status: 'todo', after: null })
  assert.deepEqual((await columnsOf(tablo)).todo, [c, b, a])
  await move(db, people.ada, tablo, b, { status: 'done', after: null })
  await move(db, people.ada, tablo, c, { status: 'done', after: b })
  assert.deepEqual(await columnsOf(tablo), { todo: [a], in_progress: [], in_review: [], done: [b, c] })
})

test('a move writes the moved task and no other', async () => {
  const tablo = await newTablo()
  const [a = '', b = '', c = ''] = await addAll(tablo, 3)
  const rows = async () =>
    (await pool.query('select id, xmin from tasks where tablo_id = $1 and id <> $2', [tablo, a])).rows
  const before = await rows()
  await move(db, people.ada, tablo, a, { status: 'todo', after: b })
  await move(db, people.ada, tablo, a, { status: 'todo', after: c })
  assert.deepEqual(await rows(), before)
})

test('a move to where the task is writes nothing', async () => {
  const tablo = await newTablo()
  const [a = '', b = ''] = await addAll(tablo, 3)
  const versions = async () =>
    (await pool.query('select version from activity_heads where tablo_id = $1', [tablo])).rows
  const before = await versions()
  await move(db, people.ada, tablo, b, { status: 'todo', after: a })
  await move(db, people.ada, tablo, a, { status: 'todo', after: null })
  assert.deepEqual(await versions(), before)
})

test('after a task of another column or tablo, after itself, a deleted one or nonsense: stale, and nothing moves', async () => {
  const tablo = await newTablo()
  const [a = '', b = '', gone = ''] = await addAll(tablo, 3)
  const done = await add(tablo, 'Done', 'done')
  await remove(db, people.ada, tablo, gone)
  const elsewhere = await add(await newTablo(), 'Elsewhere')
  const before = await columnsOf(tablo)
  for (const after of [done, elsewhere, a, gone, newId(), 'x', b.toUpperCase(), ' ', `${b} `, '\0']) {
    const moving = move(db, people.ada, tablo, a, { status: 'todo', after })
    await assert.rejects(moving, { code: 'stale', text: 'place_gone' }, after)
  }
  assert.deepEqual(await columnsOf(tablo), before)
})

test('the steps that a task can take are told by the task it would follow', async () => {
  const tablo = await newTablo()
  const [a = '', b = '', c = '', d = ''] = await addAll(tablo, 4)
  assert.deepEqual(await placesFor(db, tablo, a), { down: b, bottom: d })
  assert.deepEqual(await placesFor(db, tablo, b), { up: '', down: c, bottom: d })
  assert.deepEqual(await placesFor(db, tablo, c), { top: '', up: a, down: d })
  assert.deepEqual(await placesFor(db, tablo, d), { top: '', up: b })
  const alone = await add(tablo, 'Alone', 'done')
  assert.deepEqual(await placesFor(db, tablo, alone), {})
})

/** Lets several processes loose on one Tablo at the same moment, and gives what they did. */
function letLoose(processes: number, orders: Omit<Orders, 'config' | 'actor' | 'seed'>): Promise<Outcome[]> {
  const { config } = database
  const started = Array.from({ length: processes }, (_, n) => {
    const actor = n % 2 === 0 ? people.ada : people.ben
    const workerData: Orders = { ...orders, config: { ...config, max: 5 }, actor, seed: 7 + n }
    return new Worker(new URL('../../test/movers.js', import.meta.url), { workerData, execArgv: [] })
  })
  return Promise.all(
    started.map(async worker => {
      const [outcome]: Outcome[] = await once(worker, 'message')
      return outcome ?? assert.fail()
    }),
  )
}

test('200 random moves by three processes leave every task once, in one order, under short keys', async () => {
  const tablo = await newTablo()
  const ids = (await Promise.all(taskStatuses.map(status => addAll(tablo, 5, status)))).flat()
  const outcomes = await letLoose(3, { tablo, ids, moves: 67, creates: 0, deletes: 0 })
  const moved = outcomes.reduce((sum, outcome) => sum + outcome.moved, 0)
  assert.ok(moved > 60, `${moved} moves went through`)
  const columns = await columnsOf(tablo)
  assert.deepEqual(Object.values(columns).flat().sort(), [...ids].sort())
  const other = new pg.Pool(database.config)
  assert.deepEqual(await columnsOf(tablo, connect(other)), columns)
  await other.end()
  const longest = Math.max(...(await keysOf(tablo)).map(key => key.length))
  assert.ok(longest < 40, `the longest key has ${longest} characters`)
})

test('creating, moving and deleting by three processes at once loses nothing and doubles nothing', async () => {
  const tablo = await newTablo()
  const ids = await addAll(tablo, 12)
  const outcomes = await letLoose(3, { tablo, ids, moves: 25, creates: 12, deletes: 2 })
  const created = outcomes.flatMap(outcome => outcome.created)
  const deleted = outcomes.flatMap(outcome => outcome.deleted)
  assert.equal(created.length, 36)
  const left = [...ids, ...created].filter(id => !deleted.includes(id))
  assert.deepEqual(
    Object.values(await columnsOf(tablo))
      .flat()
      .sort(),
    left.sort(),
  )
  const { rows } = await pool.query('select version from activity_heads where tablo_id = $1', [tablo])
  const { rowCount } = await pool.query('select from activity where tablo_id = $1', [tablo])
  assert.equal(rows[0].version, rowCount)
})

test('a thousand moves to one place keep the keys short, and the order', async () => {
  const tablo = await newTablo()
  const [a = '', b = '', c = '', d = ''] = await addAll(tablo, 4)
  // Most of the thousand are made up here: between a and b, again and again, as the moves below go on.
  const [low = ''] = await keysOf(tablo)
  let high = (await keysOf(tablo))[1] ?? ''
  for (let n = 0; n < 560; n++) high = generateKeyBetween(low, high)
  assert.ok(high.length > 90 && high.length < 100, `${high.length}`)
  await pool.query('update tasks set position = $1 where id = $2', [high, d])
  assert.deepEqual((await columnsOf(tablo)).todo, [a, d, b, c])
  let longest = 0
  for (let n = 0; n < 60; n++) {
    const id = n % 2 === 0 ? c : d
    await move(db, people.ada, tablo, id, { status: 'todo', after: a })
    assert.deepEqual((await columnsOf(tablo)).todo, [a, id, id === c ? d : c, b])
    longest = Math.max(longest, ...(await keysOf(tablo)).map(key => key.length))
  }
  assert.ok(longest <= 100, `a key had ${longest} characters`)
  const after = Math.max(...(await keysOf(tablo)).map(key => key.length))
  assert.ok(after < 20, `the longest key has ${after} characters`)
})

// What a person does, told without ids: tasks are named by how many there are.
const place = { status: fc.constantFrom(...taskStatuses), task: fc.nat(30) }
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), ...place }),
  fc.record({ kind: fc.constant('delete' as const), ...place }),
  fc.record({ kind: fc.constant('edit' as const), ...place }),
  fc.record({ kind: fc.constant('move' as const), ...place, after: fc.option(fc.nat(30)) }),
  fc.record({ kind: fc.constant('move' as const), ...place, after: fc.option(fc.nat(30)) }),
)

test('columns behave like plain lists', async () => {
  const run = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
    const tablo = await createTablo(db, people.ada, { title: 'Model', description: '', color: 'red' })
    const lists: Columns = { todo: [], in_progress: [], in_review: [], done: [] }
    for (const { kind, status, task, ...rest } of steps) {
      const all = Object.values(lists).flat()
      const id = all[task % Math.max(all.length, 1)]
      if (kind === 'create') lists[status].push(await add(tablo, 'New', status))
      else if (id === undefined) continue
      else if (kind === 'delete') {
        await remove(db, people.ada, tablo, id)
        take(lists, id)
      } else if (kind === 'edit') {
        const version = (await pool.query('select version from tasks where id = $1', [id])).rows[0].version
        await edit(db, people.ada, tablo, id, { title: 'New', description: '', status, version })
        if (!lists[status].includes(id)) {
          take(lists, id)
          lists[status].push(id)
        }
      } else {
        const named = 'after' in rest && rest.after !== null ? all[rest.after % all.length] : undefined
        const fits = named === undefined || (named !== id && lists[status].includes(named))
        const moving = move(db, people.ada, tablo, id, { status, after: named ?? null })
        if (!fits) await assert.rejects(moving, { code: 'stale' })
        else {
          await moving
          take(lists, id)
          lists[status].splice(named === undefined ? 0 : lists[status].indexOf(named) + 1, 0, id)
        }
      }
      assert.deepEqual(await columnsOf(tablo), lists)
    }
  })
  await fc.assert(run, { numRuns: 20 })
})

function take(lists: Columns, id: string): void {
  for (const status of taskStatuses) lists[status] = lists[status].filter(each => each !== id)
}
