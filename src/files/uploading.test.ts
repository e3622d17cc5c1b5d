import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { pino } from 'pino'
import { type Cast, cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { type Sent, send as sendWith, statesOf } from '../../test/files.ts'
import { PNG } from '../../test/samples.ts'
import { aborted, TestStorage } from '../../test/storage.ts'
import type { Person } from '../accounts/actor.ts'
import { recent } from '../activity/activity.ts'
import { newId } from '../platform/ids.ts'
import { StorageError } from '../platform/storage/storage.ts'
import * as tablos from '../tablos/tablos.ts'
import { cleanUp } from './cleanup.ts'
import { find, list, remove } from './files.ts'
import type { Uploading } from './uploading.ts'

const database = await testDatabase()
const { db, pool } = database
const LIMIT = 100_000

let people: Cast
let tablo: string
let storage: TestStorage
let deps: Uploading
beforeEach(async () => {
  await pool.query('truncate users, tablos, files, activity, activity_heads cascade')
  people = await cast(database)
  tablo = await tabloOf(database, people)
  storage = new TestStorage()
  const config = { maxUploadBytes: LIMIT, tabloQuotaBytes: undefined }
  deps = { db, storage, log: pino({ level: 'silent' }), config }
})

const send = (actor: Person, ...files: Sent[]) => sendWith(deps, actor, tablo, ...files)
const listed = async () => (await list(db, tablo)).files
const activity = async () =>
  (await recent(db, { tablo }, 10)).map(({ change }) => change).filter(({ kind }) => kind.startsWith('file'))

/** Nothing of an upload is to be seen, and nothing kept but a row that says so. */
async function nothingLeft(): Promise<void> {
  assert.deepEqual(await listed(), [])
  assert.deepEqual([...storage.objects.keys()], [])
  const { pending, stored } = await statesOf(database)
  assert.deepEqual([pending, stored], [undefined, undefined])
  assert.deepEqual(await activity(), [])
}

test('a file is kept with its name, size, type and hash, and its object under a key without the name', async () => {
  const [written] = await send(people.ben, { name: 'Été ☀.png', bytes: PNG })
  const [file] = await listed()
  assert.deepEqual(file, {
    id: written?.id,
    name: 'Été ☀.png',
    size: PNG.length,
    type: 'image/png',
    createdAt: written?.createdAt,
    uploader: { id: people.ben.id, name: 'Ben' },
  })
  assert.deepEqual([...storage.objects], [[`files/${tablo}/${written?.id}`, PNG]])
  const { sha256 } = await find(db, people.vera, tablo, file?.id ?? '')
  assert.deepEqual(sha256, createHash('sha256').update(PNG).digest())
  assert.deepEqual(await activity(), [{ kind: 'file_added', payload: { name: 'Été ☀.png' } }])
})

test('the owner and editors upload and delete; a viewer may not, and for a stranger there is no such Tablo', async () => {
  for (const person of [people.ada, people.ben]) {
    const [file] = await send(person, { name: 'a' })
    await remove(db, person, tablo, file?.id ?? '')
  }
  const [file] = await send(people.ada, { name: 'kept' })
  const read = { name: 'b', meanwhile: async () => assert.fail('a byte was read') }
  for (const [person, code] of [
    [people.vera, 'forbidden'],
    [people.eve, 'not_found'],
    [people.root, 'not_found'],
  ] as const) {
    await assert.rejects(send(person, read), { code })
    await assert.rejects(remove(db, person, tablo, file?.id ?? ''), { code })
  }
  assert.equal((await find(db, people.vera, tablo, file?.id ?? '')).name, 'kept')
  for (const person of [people.eve, people.root])
    await assert.rejects(find(db, person, tablo, file?.id ?? ''), { code: 'not_found' })
  assert.equal(storage.objects.size, 3)
})

test('a file is found in its own Tablo alone', async () => {
  const [file] = await send(people.ada, { name: 'a' })
  const other = await tablos.create(db, people.ada, { title: 'Other', description: '', color: 'red' })
  await assert.rejects(find(db, people.ada, other, file?.id ?? ''), { code: 'not_found' })
  await assert.rejects(remove(db, people.ada, other, file?.id ?? ''), { code: 'not_found' })
  assert.equal((await listed()).length, 1)
})

test('the limit is what a file may have: one byte more is refused, and nothing stays', async () => {
  await send(people.ada, { name: 'most', bytes: Buffer.alloc(LIMIT) })
  await remove(db, people.ada, tablo, (await listed())[0]?.id ?? '')
  storage.objects.clear()
  await pool.query('truncate activity')
  await assert.rejects(send(people.ada, { name: 'more', bytes: Buffer.alloc(LIMIT + 1) }), {
    code: 'too_large',
    file: 'more',
    limit: LIMIT,
  })
  await nothingLeft()
})

test('of several files all stay or none does', async () => {
  await assert.rejects(
    send(people.ada, { name: 'one' }, { name: 'two' }, { name: 'three', bytes: Buffer.alloc(LIMIT + 1) }),
    { code: 'too_large' },
  )
  await nothingLeft()
  await send(people.ada, { name: 'one' }, { name: 'two' })
  assert.deepEqual(
    (await listed()).map(({ name }) => name),
    ['two', 'one'],
  )
  assert.equal((await activity()).length, 2)
})

test('no file is no upload; one without a name has one, and an empty one is a file', async () => {
  await assert.rejects(send(people.ada), { text: 'file_missing' })
  await assert.rejects(send(people.ada, { name: '', bytes: '' }), { text: 'file_missing' })
  await nothingLeft()
  await send(people.ada, { name: '', bytes: 'x' }, { name: '..', bytes: 'x' }, { name: 'empty', bytes: '' })
  assert.deepEqual(
    (await listed()).map(({ name, size }) => [name, size]),
    [
      ['empty', 0],
      ['file', 1],
      ['file', 1],
    ],
  )
})

test('a storage that is down, full or breaks off is told as that, and nothing stays', async () => {
  for (const [mood, text] of [
    ['down', 'storage_unavailable'],
    ['full', 'storage_full'],
    ['cut', 'storage_unavailable'],
  ] as const) {
    storage.mood = mood
    await assert.rejects(send(people.ada, { name: mood }), { code: 'unavailable', text, retryAfter: 30 })
    storage.mood = 'well'
    await nothingLeft()
  }
})

test('a storage that takes nothing any more is given up, at the beginning, in the middle and at the end', async t => {
  const put = storage.put
  const ways: [name: string, put: typeof storage.put][] = [
    ['beginning', (_key, _body, { signal }) => aborted(signal)],
    [
      'middle',
      async (_key, body, { signal }) => {
        await body[Symbol.asyncIterator]().next()
        return aborted(signal)
      },
    ],
    [
      'end',
      async (_key, body, { signal }) => {
        for await (const chunk of body) assert.ok(chunk)
        return aborted(signal)
      },
    ],
  ]
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const [name, way] of ways) {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    storage.put = (key, body, options) => {
      setImmediate(() => setImmediate(reach))
      return way(key, body, options)
    }
    const sending = assert.rejects(send(people.ada, { name, bytes: Buffer.alloc(20_000) }), {
      text: 'storage_unavailable',
    })
    await reached
    t.mock.timers.tick(89_000)
    assert.equal(await Promise.race([sending, new Promise(done => setImmediate(done, 'waits'))]), 'waits')
    t.mock.timers.tick(1_000)
    await sending
    await nothingLeft()
  }
  t.mock.timers.reset()
  storage.put = put
})

test('a storage that is busy with others is not one that failed, however long it lets an upload wait', async t => {
  const lines: string[] = []
  deps = { ...deps, log: pino({ level: 'warn' }, { write: line => void lines.push(line) }) }
  for (const [fault, text] of [
    ['busy', 'uploads_busy'],
    ['slow', 'upload_too_slow'],
  ] as const) {
    storage.put = async () => {
      throw new StorageError(fault, 'among many')
    }
    await assert.rejects(send(people.ada, { name: fault }), { code: 'unavailable', text, retryAfter: 30 })
    await nothingLeft()
  }
  assert.deepEqual(lines, [])
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { put } = TestStorage.prototype
  storage.put = async (key, body, options) => {
    options.queued?.(true)
    t.mock.timers.tick(200_000)
    options.queued?.(false)
    await put.call(storage, key, body, options)
  }
  await send(people.ada, { name: 'patient' })
  const deaf = new TestStorage()
  deaf.put = (_key, _body, { signal, queued }) => {
    queued?.(true)
    queued?.(false)
    setImmediate(() => t.mock.timers.tick(90_000))
    return aborted(signal)
  }
  deps = { ...deps, storage: deaf }
  await assert.rejects(send(people.ada, { name: 'after its turn' }), { text: 'storage_unavailable' })
})

test('a sender who goes away leaves nothing, also while the storage hangs', async () => {
  const cut = async () => {
    throw new Error('the connection is gone')
  }
  await assert.rejects(send(people.ada, { name: 'a', bytes: Buffer.alloc(9_000), meanwhile: cut }), /is gone/)
  await nothingLeft()
  storage.mood = 'hang'
  const gone = new AbortController()
  const sending = send(people.ada, { name: 'b', signal: gone.signal })
  gone.abort(new Error('the connection is gone'))
  await assert.rejects(sending, /is gone/)
  storage.mood = 'well'
  await nothingLeft()
})

test('a failure in the last step leaves nothing', async () => {
  await pool.query('alter table activity add constraint refuse check (subject_id is null) not valid')
  try {
    await assert.rejects(send(people.ada, { name: 'a' }), /refuse/)
  } finally {
    await pool.query('alter table activity drop constraint refuse')
  }
  await nothingLeft()
})

test('an object that can’t be removed after a failure is left to the cleanup, and the failure is told', async () => {
  storage.beforeWritten = async key => {
    storage.objects.set(key, Buffer.from('half'))
    storage.mood = 'down'
    throw new StorageError('unavailable', 'went down')
  }
  await assert.rejects(send(people.ada, { name: 'a' }), { text: 'storage_unavailable' })
  assert.deepEqual(await statesOf(database), { removing: 1 })
  storage.mood = 'well'
  assert.equal(await cleanUp({ db, storage }), 1)
  assert.equal(storage.objects.size, 0)
})

test('a Tablo that is deleted during an upload takes it along', async () => {
  await assert.rejects(
    send(people.ada, { name: 'a', meanwhile: () => tablos.remove(db, people.ada, tablo) }),
    { code: 'not_found' },
  )
  await nothingLeft()
})

test('whoever loses the right to upload while uploading has not uploaded', async () => {
  const demote = () => pool.query(`update members set role = 'viewer' where user_id = $1`, [people.ben.id])
  await assert.rejects(send(people.ben, { name: 'a', meanwhile: demote }), { code: 'forbidden' })
  await nothingLeft()
})

test('a file on its way is in no list, and can’t be found or deleted', async () => {
  const look = async () => {
    const { rows } = await pool.query<{ id: string }>('select id from files')
    assert.equal(rows.length, 1)
    assert.deepEqual(await listed(), [])
    const id = rows[0]?.id ?? ''
    await assert.rejects(find(db, people.ada, tablo, id), { code: 'not_found' })
    await assert.rejects(remove(db, people.ada, tablo, id), { code: 'not_found' })
  }
  const bytes = Buffer.alloc(20_000)
  let looked = false
  storage.beforeWritten = async () => {
    await look()
    looked = true
  }
  await send(people.ada, { name: 'a', bytes })
  assert.ok(looked)
  assert.equal((await listed()).length, 1)
})

test('an upload that comes back after the cleanup has not happened, and takes its object with it', async () => {
  const later = new Date(Date.now() + 13 * 3_600_000)
  storage.beforeWritten = async () => {
    assert.equal(await cleanUp({ db, storage, clock: () => later }), 1)
  }
  await assert.rejects(send(people.ada, { name: 'a' }), { code: 'not_found' })
  await nothingLeft()
  const secondPass = new Date(later.getTime() + 2 * 3_600_000)
  await cleanUp({ db, storage, clock: () => secondPass })
  assert.deepEqual(await statesOf(database), {})
})

test('a commit whose end nobody heard is believed when it was one', async () => {
  let lost = 0
  // The connection breaks after Postgres has committed and before it could say so.
  const deaf = new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value
      return () => ({
        execute: async (work: (tx: unknown) => Promise<unknown>) => {
          const result = await (target as never as { transaction(): { execute: typeof work } })
            .transaction()
            .execute(work as never)
          if ((await statesOf(database)).stored && lost++ === 0) throw new Error('connection lost')
          return result
        },
      })
    },
  })
  await assert.rejects(sendWith({ ...deps, db: deaf }, people.ada, tablo, { name: 'a' }), /connection lost/)
  const [file] = await listed()
  assert.ok(storage.objects.has(`files/${tablo}/${file?.id}`))
})

test('a quota holds for what is stored and what comes, and for two uploads that fit alone but not together', async () => {
  deps = { ...deps, config: { maxUploadBytes: LIMIT, tabloQuotaBytes: 1_000 } }
  const sized = (name: string, size: number) => ({ name, bytes: Buffer.alloc(size) })
  await send(people.ada, sized('a', 400))
  await assert.rejects(send(people.ada, sized('b', 601)), { text: 'quota_full', file: 'b', limit: 1_000 })
  let whole = 0
  storage.beforeWritten = async () => void whole++
  await assert.rejects(send(people.ada, sized('c', 300), sized('d', 301)), { text: 'quota_full', file: 'd' })
  assert.deepEqual([storage.objects.size, whole], [1, 1], 'the one too many was never whole')
  let met = 0
  const both = Promise.withResolvers<void>()
  storage.beforeWritten = async () => {
    if (++met === 2) both.resolve()
    await both.promise
  }
  const answers = await Promise.allSettled([
    send(people.ada, sized('e', 600)),
    send(people.ben, sized('f', 600)),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.deepEqual([(await listed()).length, storage.objects.size], [2, 2])
  const other = await tabloOf(database, people, 'Other')
  storage.beforeWritten = async () => {}
  await sendWith(deps, people.ada, other, sized('g', 1_000))
})

test('an upload that is sent again under its id is one, one after another and at once', async () => {
  const sentAs = newId()
  const [first] = await send(people.ada, { name: 'a', sentAs })
  const again = await send(people.ada, {
    name: 'a',
    sentAs,
    meanwhile: async () => assert.fail('it was read'),
  })
  assert.equal(again[0]?.id, first?.id)
  const another = newId()
  let met = 0
  const both = Promise.withResolvers<void>()
  storage.beforeWritten = async () => {
    if (++met === 2) both.resolve()
    await both.promise
  }
  const twins = await Promise.all([1, 2].map(() => send(people.ada, { name: 'b', sentAs: another })))
  assert.equal(twins[0]?.[0]?.id, twins[1]?.[0]?.id)
  assert.deepEqual([(await listed()).length, storage.objects.size], [2, 2])
  storage.beforeWritten = async () => {}
  // Of somebody else, or in another Tablo, the same id says nothing; and what was deleted can be sent again.
  await send(people.ben, { name: 'c', sentAs })
  await remove(db, people.ada, tablo, first?.id ?? '')
  await send(people.ada, { name: 'd', sentAs })
  assert.deepEqual(
    (await listed()).map(({ name }) => name),
    ['d', 'c', 'b'],
  )
})

test('a deleted file is gone at once; its object goes later, and twice is not found', async () => {
  const [file] = await send(people.ada, { name: 'a' })
  const id = file?.id ?? ''
  const answers = await Promise.allSettled([
    remove(db, people.ben, tablo, id),
    remove(db, people.ada, tablo, id),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.deepEqual(await listed(), [])
  assert.deepEqual((await activity())[0], { kind: 'file_removed', payload: { name: 'a' } })
  assert.equal(storage.objects.size, 1)
  await assert.rejects(remove(db, people.ada, tablo, newId()), { code: 'not_found' })
})

test('a file outlives the person who uploaded it', async () => {
  await send(people.ben, { name: 'a' })
  await pool.query('delete from users where id = $1', [people.ben.id])
  assert.deepEqual(
    (await listed()).map(({ uploader }) => uploader),
    [null],
  )
})
