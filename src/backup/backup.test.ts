import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { zstdDecompressSync } from 'node:zlib'
import {
  archiveOf,
  assertSameObjects,
  assertSameRows,
  fileOf,
  fill,
  type Installation,
  installation,
  restoreInto,
  rowsOf,
} from '../../test/backup.ts'
import type { Cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { TestStorage } from '../../test/storage.ts'
import { cleanUp } from '../files/cleanup.ts'
import { remove } from '../files/files.ts'
import { folderStorage } from '../platform/storage/folder.ts'
import { create } from '../tasks/tasks.ts'
import { readArchive } from './archive.ts'
import { backUp } from './backup.ts'
import { verify } from './reading.ts'

const source = installation(await testDatabase(), new TestStorage())
const { database, storage } = source as Installation & { storage: TestStorage }
let people: Cast & { tablo: string }
before(async () => {
  people = await fill(source)
})

const empty = async (kind: 'empty' | 'migrated' = 'empty') =>
  installation(await testDatabase(kind), folderStorage(temporaryFolder()))

for (const kind of ['empty', 'migrated'] as const)
  test(`a database that is ${kind} gets every row and every byte of a backup`, async () => {
    const expected = await rowsOf(database)
    const { archive, told } = await archiveOf(source)
    const target = await empty(kind)
    const restored = await restoreInto(target, await fileOf(archive))
    assertSameRows(await rowsOf(target.database), expected)
    await assertSameObjects(database, target.storage, storage)
    assert.deepEqual(restored, { foreign: [], leftOver: 0, lostKey: undefined, lostAuthenticators: [] })
    assert.equal(told.rows, Object.values(expected).flat().length)
    assert.deepEqual([told.files, told.bytes, told.faulty], [7, 6_071_537, 0])
  })

test('what is restored counts on from where the backup was', async () => {
  await database.pool.query(`select setval('migrations_id_seq', 4711)`)
  const target = await empty()
  await restoreInto(target, await fileOf((await archiveOf(source)).archive))
  const { rows } = await target.database.pool.query(`select nextval('migrations_id_seq') as next`)
  assert.equal(rows[0]?.next, 4712)
})

test('a backup shows one moment, however much is written meanwhile', async () => {
  let over = false
  const write = async (n: number) => {
    while (!over)
      await create(database.db, people.ada, people.tablo, {
        title: `while it runs ${n}`,
        description: '',
        status: 'todo',
      })
  }
  const writers = [write(1), write(2)]
  await setTimeout(50)
  const { archive } = await archiveOf(source)
  over = true
  await Promise.all(writers)
  const target = await empty()
  await restoreInto(target, await fileOf(archive))
  const { rows } = await target.database.pool.query(
    `select (select count(*) from tasks where title like 'while%') as tasks,
       (select count(*) from activity where kind = 'task_created') as changes,
       (select version from activity_heads where tablo_id = $1) as version,
       (select max(version) from activity where tablo_id = $1 and version < 1e9) as newest`,
    [people.tablo],
  )
  const [{ tasks, changes, version, newest }] = rows
  assert.ok(tasks > 0)
  assert.equal(tasks, changes)
  assert.equal(version, newest)
})

test('a file that is deleted while a backup runs is in it, and its object stays until the backup has ended', async () => {
  const { rows } = await database.pool.query(
    `select id from files where state = 'stored' order by id limit 2`,
  )
  const [{ id }, { id: other }] = rows
  const { bytes } = backUp({ connection: database.config, storage }, 'backup', new AbortController().signal)
  const chunks = [(await bytes.next()).value]
  await remove(database.db, people.ada, people.tablo, id)
  await remove(database.db, people.ada, people.tablo, other)
  const later = () => new Date(Date.now() + 7_200_000)
  assert.equal(await cleanUp({ db: database.db, storage, clock: later }), 0)
  assert.ok(storage.objects.has(`files/${people.tablo}/${id}`))
  for await (const chunk of bytes) chunks.push(chunk)
  const { summary } = await verify(await fileOf(Buffer.concat(chunks as Uint8Array[])))
  assert.deepEqual([summary.files, summary.faulty], [7, 0])
  assert.equal(await cleanUp({ db: database.db, storage, clock: later }), 2)
  assert.ok(!storage.objects.has(`files/${people.tablo}/${id}`))
})

test('objects that are not what their rows say are named, and restored as they are', async () => {
  const { rows } = await database.pool.query(
    `select id, size from files where state = 'stored' order by size desc limit 3`,
  )
  const [short, other, missing] = rows.map(({ id }) => `files/${people.tablo}/${id}`) as [
    string,
    string,
    string,
  ]
  const kept = new Map(storage.objects)
  const cut = (kept.get(short) ?? Buffer.alloc(0)).subarray(0, 1_000_001)
  const changed = Buffer.from(kept.get(other) ?? '')
  changed[7] = (changed[7] ?? 0) ^ 1
  storage.objects.set(short, cut)
  storage.objects.set(other, changed)
  storage.objects.delete(missing)
  const { archive, told } = await archiveOf(source)
  for (const [key, bytes] of kept) storage.objects.set(key, bytes)
  const faults = Object.fromEntries(told.faults.map(({ key, fault, size }) => [key, [fault, size]]))
  assert.deepEqual(faults, {
    [short]: ['short', 1_000_001],
    [other]: ['other', changed.length],
    [missing]: ['missing', 0],
  })
  const target = installation(await testDatabase('empty'), new TestStorage())
  await restoreInto(target, await fileOf(archive))
  const { objects } = target.storage as TestStorage
  assert.deepEqual([objects.get(short)?.equals(cut), objects.get(other)?.equals(changed)], [true, true])
  assert.equal(objects.has(missing), false)
})

test('a storage that breaks off is read on from there', async () => {
  const flaky = new TestStorage()
  for (const [key, bytes] of storage.objects) flaky.objects.set(key, bytes)
  const read = flaky.read.bind(flaky)
  let broken = 0
  flaky.read = async (key, range) => {
    flaky.mood = broken++ === 0 ? 'cut' : 'well'
    return read(key, range)
  }
  const { told } = await archiveOf({ ...source, storage: flaky })
  assert.deepEqual(told.faults, [])
})

test('a backup that is given up lets go of its connection', async () => {
  const controller = new AbortController()
  const { bytes } = backUp({ connection: database.config, storage }, 'given up', controller.signal)
  await bytes.next()
  const running = `select count(*) from pg_stat_activity where application_name = 'xtablo given up'`
  assert.equal((await database.pool.query(running)).rows[0]?.count, 1)
  controller.abort(new Error('no more'))
  await assert.rejects(async () => {
    for await (const _ of bytes);
  })
  for (let left = 1; left > 0; await setTimeout(10))
    left = (await database.pool.query(running)).rows[0]?.count
})

test('a database that was never migrated has nothing to back up', async () => {
  const bare = await empty()
  await assert.rejects(archiveOf(bare), { name: 'BackupError', message: /never migrated/ })
})

test('the rows of a table, unpacked, are what COPY writes', async () => {
  const { archive } = await archiveOf(source)
  const parts: Buffer[] = []
  for await (const { name, body } of readArchive(Readable.from([archive])))
    if (name.startsWith('database/public.users.')) parts.push(await buffer(body))
  const lines = zstdDecompressSync(Buffer.concat(parts)).toString().trimEnd().split('\n')
  assert.deepEqual(lines.map(line => line.split('\t')[2]).sort(), ['Ada', 'Ben', 'Eve', 'Root', 'Vera'])
})
