import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { pino } from 'pino'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { send, statesOf } from '../../test/files.ts'
import { TestStorage } from '../../test/storage.ts'
import { newId } from '../platform/ids.ts'
import { StorageError } from '../platform/storage/storage.ts'
import * as tablos from '../tablos/tablos.ts'
import { cleanUp } from './cleanup.ts'
import { keyOf, remove } from './files.ts'

const database = await testDatabase()
const { db, pool } = database
const HOUR = 3_600_000

let people: Cast
let tablo: string
let storage: TestStorage
beforeEach(async () => {
  await pool.query('truncate users, tablos, files, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
  storage = new TestStorage()
})

const after = (hours: number) => new Date(Date.now() + hours * HOUR)
const clean = (now?: Date) => cleanUp({ db, storage, ...(now && { clock: () => now }) })

async function add(name: string): Promise<string> {
  const config = { maxUploadBytes: 1_000, tabloQuotaBytes: undefined }
  const [file] = await send({ db, storage, config, log: pino({ level: 'silent' }) }, people.ada, tablo, {
    name,
  })
  return file?.id ?? ''
}

/** Rows as an upload leaves them that was killed. */
async function pending(count: number, age: string): Promise<void> {
  await pool.query(
    `insert into files (id, tablo_id, name, created_at)
     select gen_random_uuid(), $1, 'killed', now() - $3::interval from generate_series(1, $2)`,
    [tablo, count, age],
  )
}

test('the object of a deleted file goes first, its row an hour and a second removal later', async () => {
  const kept = await add('kept')
  const id = await add('gone')
  await remove(db, people.ada, tablo, id)
  assert.equal(await clean(), 1)
  assert.deepEqual([...storage.objects.keys()], [keyOf(tablo, kept)])
  assert.deepEqual(await statesOf(database), { stored: 1, removing: 1 })
  assert.equal(await clean(after(0.9)), 0)
  // What a write left that was still under way.
  storage.objects.set(keyOf(tablo, id), Buffer.from('late'))
  assert.equal(await clean(after(1.1)), 1)
  assert.deepEqual([...storage.objects.keys()], [keyOf(tablo, kept)])
  assert.deepEqual(await statesOf(database), { stored: 1 })
  assert.equal(await clean(after(3)), 0)
})

test('the files of a deleted Tablo go, those of another stay', async () => {
  const stays = await tabloOf(database, people, 'Stays')
  await add('a')
  await add('b')
  const gone = tablo
  tablo = stays
  const kept = await add('c')
  await tablos.remove(db, people.ada, gone)
  assert.equal(await clean(), 2)
  assert.equal(await clean(after(2)), 2)
  assert.deepEqual([...storage.objects.keys()], [keyOf(stays, kept)])
  assert.deepEqual(await statesOf(database), { stored: 1 })
})

test('an upload that was killed is taken when none can be under way any more, and not before', async () => {
  await pending(1, '11 hours')
  assert.equal(await clean(), 0)
  assert.deepEqual(await statesOf(database), { pending: 1 })
  assert.equal(await clean(after(2)), 1)
  assert.equal(await clean(after(4)), 1)
  assert.deepEqual(await statesOf(database), {})
})

test('the row says what is coming before the object is touched', async () => {
  await pending(1, '13 hours')
  const states: unknown[] = []
  storage.remove = async () => void states.push(await statesOf(database))
  await clean()
  assert.deepEqual(states, [{ removing: 1 }])
})

test('an object that can’t be removed keeps no other waiting, and the run ends by throwing', async () => {
  const ids = [await add('a'), await add('b'), await add('c')]
  for (const id of ids) await remove(db, people.ada, tablo, id)
  storage.stuck.add(keyOf(tablo, ids[1] ?? ''))
  await assert.rejects(clean(), {
    name: 'Error',
    message: /^1 objects could not be removed: .*is stuck/,
  })
  assert.equal(storage.objects.size, 1)
  storage.stuck.clear()
  assert.equal(await clean(after(0.01)), 1)
  assert.equal(await clean(after(2)), 3)
  assert.deepEqual(await statesOf(database), {})
})

test('a storage that is down loses no row', async () => {
  await remove(db, people.ada, tablo, await add('a'))
  storage.mood = 'down'
  await assert.rejects(clean())
  assert.deepEqual(await statesOf(database), { removing: 1 })
  storage.mood = 'well'
  assert.equal(await clean(after(0.01)), 1)
})

/** Removes as before, and tells how many were begun. */
function watched(onRemove: (count: number) => void): void {
  let count = 0
  const { remove } = storage
  storage.remove = async key => {
    onRemove(++count)
    await remove.call(storage, key)
  }
}

test('a run that is told to end does so before the next object, and keeps nothing claimed', async () => {
  await pending(250, '13 hours')
  const end = new AbortController()
  watched(count => {
    if (count === 120) end.abort(new Error('the time of the job is over'))
  })
  await assert.rejects(cleanUp({ db, storage, signal: end.signal }), /the time of the job is over/)
  assert.ok(storage.removed.length < 120 + 8, `${storage.removed.length} were removed`)
  const done = storage.removed.length
  assert.equal(await clean(), 250 - done)
  await assert.rejects(cleanUp({ db, storage, signal: end.signal }), /the time of the job is over/)
})

test('a run whose time is over ends well, and the next goes on', async () => {
  await pending(250, '13 hours')
  const start = Date.now()
  let passed = 0
  watched(() => {
    passed += 3_000
  })
  const first = await cleanUp({ db, storage, clock: () => new Date(start + passed) })
  assert.ok(first >= 100 && first < 108, `${first} were removed`)
  assert.equal(await clean(new Date(start + passed)), 250 - first)
})

test('a claim is counted from the moment it is made', async () => {
  await pending(150, '13 hours')
  const start = Date.now()
  let passed = 0
  const claims = new Set<number>()
  const { remove } = storage
  storage.remove = async key => {
    const { rows } = await pool.query(
      `select extract(epoch from clean_at) * 1000 as until from files where $1 like '%' || id`,
      [key],
    )
    claims.add(Math.round(Number(rows[0].until)) - start)
    passed += 1_000
    await remove.call(storage, key)
  }
  await cleanUp({ db, storage, clock: () => new Date(start + passed) })
  assert.deepEqual([...claims], [15 * 60_000, 15 * 60_000 + 100_000])
})

test('a storage that is away or refuses ends the run at once, and no row stays claimed', async () => {
  await pending(300, '13 hours')
  for (const fault of ['unavailable', 'misconfigured'] as const) {
    let asked = 0
    const dead = new TestStorage()
    dead.remove = async () => {
      asked++
      throw new StorageError(fault, 'not now')
    }
    await assert.rejects(cleanUp({ db, storage: dead }), { name: 'StorageError', fault })
    assert.ok(asked <= 8, `${asked} were tried`)
  }
  assert.equal(await clean(after(0.01)), 300)
})

test('of many failures the first is told, and how many there were', async () => {
  await pending(300, '13 hours')
  storage.remove = async key => {
    throw new Error(`${key} is stuck`)
  }
  await assert.rejects(clean(), error => {
    assert.ok(error instanceof Error && error.cause instanceof Error && !('errors' in error))
    assert.match(error.message, /^300 objects could not be removed: Error: files.* is stuck$/)
    return true
  })
})

test('two workers share more than either takes at once, and each object is taken once', async () => {
  await pending(1_200, '13 hours')
  const taken = await Promise.all([clean(), clean()])
  const rest = await clean(after(0.01))
  assert.equal(taken[0] + taken[1] + rest, 1_200)
  assert.equal(new Set(storage.removed).size, 1_200)
  assert.equal(storage.removed.length, 1_200)
})

test('what a worker claimed that was killed is taken by the next, once the claim has run out', async () => {
  await remove(db, people.ada, tablo, await add('a'))
  const { promise: hanging, resolve: taken } = Promise.withResolvers<void>()
  const dead = new TestStorage()
  dead.remove = () => {
    taken()
    return new Promise(() => {})
  }
  void cleanUp({ db, storage: dead })
  await hanging
  assert.equal(await clean(), 0)
  assert.equal(await clean(after(0.5)), 1)
})

test('what it looks for, and the sum of a Tablo, are read from indexes alone', async () => {
  await pool.query(`
    insert into files (id, tablo_id, name, state, size, type, sha256)
    select gen_random_uuid(), gen_random_uuid(), 'x', 'stored', 1, 'text/plain', sha256('') from generate_series(1, 20000)`)
  await pool.query('vacuum analyze files')
  const plan = async (query: string) => {
    // Rows as short as these would be read from the table itself.
    const answers = await pool.query(`begin; set local enable_seqscan = off; explain ${query}; commit`)
    const [, , explained] = answers as unknown as { rows: Record<string, string>[] }[]
    return explained?.rows.map(row => row['QUERY PLAN']).join('\n') ?? ''
  }
  const orphans = await plan(`select id from files where state = 'stored'
    and not exists (select from tablos where tablos.id = files.tablo_id) limit 500`)
  assert.match(orphans, /Index Only Scan using files_stored/)
  const sum = `select count(*), sum(size) from files where tablo_id = '${newId()}' and files.state = 'stored'`
  assert.match(await plan(sum), /Index Only Scan using files_stored/)
  const due = `select id from files where state = 'removing' and clean_at <= now() order by clean_at limit 500`
  assert.match(await plan(due), /Index Scan using files_removing/)
  const old = `select id from files where state = 'pending' and created_at < now() limit 500`
  assert.match(await plan(old), /Index Scan using files_pending/)
  const page = `select id, name from files where tablo_id = '${newId()}' and files.state = 'stored' order by id desc limit 101`
  assert.match(await plan(page), /Index Scan Backward using files_stored/)
})
