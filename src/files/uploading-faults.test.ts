import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { send as sendWith, statesOf, uploads } from '../../test/files.ts'
import { aborted, TestStorage } from '../../test/storage.ts'
import { StorageError } from '../platform/storage/storage.ts'
import * as tablos from '../tablos/tablos.ts'
import { cleanUp } from './cleanup.ts'

const { database, db, pool, here, send, listed, nothingLeft } = await uploads(100_000)

test('a storage that is down, full or breaks off is told as that, and nothing stays', async () => {
  for (const [mood, text] of [
    ['down', 'storage_unavailable'],
    ['full', 'storage_full'],
    ['cut', 'storage_unavailable'],
  ] as const) {
    here.storage.mood = mood
    await assert.rejects(send(here.people.ada, { name: mood }), { code: 'unavailable', text, retryAfter: 30 })
    here.storage.mood = 'well'
    await nothingLeft()
  }
})

test('a storage that takes nothing any more is given up, at the beginning, in the middle and at the end', async t => {
  const put = here.storage.put
  const ways: [name: string, put: typeof here.storage.put][] = [
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
    here.storage.put = (key, body, options) => {
      setImmediate(() => setImmediate(reach))
      return way(key, body, options)
    }
    const sending = assert.rejects(send(here.people.ada, { name, bytes: Buffer.alloc(20_000) }), {
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
  here.storage.put = put
})

test('a storage that is busy with others is not one that failed, however long it lets an upload wait', async t => {
  const lines: string[] = []
  here.deps = { ...here.deps, log: pino({ level: 'warn' }, { write: line => void lines.push(line) }) }
  for (const [fault, text] of [
    ['busy', 'uploads_busy'],
    ['slow', 'upload_too_slow'],
  ] as const) {
    here.storage.put = async () => {
      throw new StorageError(fault, 'among many')
    }
    await assert.rejects(send(here.people.ada, { name: fault }), {
      code: 'unavailable',
      text,
      retryAfter: 30,
    })
    await nothingLeft()
  }
  assert.deepEqual(lines, [])
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { put } = TestStorage.prototype
  here.storage.put = async (key, body, options) => {
    options.queued?.(true)
    t.mock.timers.tick(200_000)
    options.queued?.(false)
    await put.call(here.storage, key, body, options)
  }
  await send(here.people.ada, { name: 'patient' })
  const deaf = new TestStorage()
  deaf.put = (_key, _body, { signal, queued }) => {
    queued?.(true)
    queued?.(false)
    setImmediate(() => t.mock.timers.tick(90_000))
    return aborted(signal)
  }
  here.deps = { ...here.deps, storage: deaf }
  await assert.rejects(send(here.people.ada, { name: 'after its turn' }), { text: 'storage_unavailable' })
})

test('a sender who goes away leaves nothing, also while the storage hangs', async () => {
  const cut = async () => {
    throw new Error('the connection is gone')
  }
  await assert.rejects(
    send(here.people.ada, { name: 'a', bytes: Buffer.alloc(9_000), meanwhile: cut }),
    /is gone/,
  )
  await nothingLeft()
  here.storage.mood = 'hang'
  const gone = new AbortController()
  const sending = send(here.people.ada, { name: 'b', signal: gone.signal })
  gone.abort(new Error('the connection is gone'))
  await assert.rejects(sending, /is gone/)
  here.storage.mood = 'well'
  await nothingLeft()
})

test('a failure in the last step leaves nothing', async () => {
  await pool.query('alter table activity add constraint refuse check (subject_id is null) not valid')
  try {
    await assert.rejects(send(here.people.ada, { name: 'a' }), /refuse/)
  } finally {
    await pool.query('alter table activity drop constraint refuse')
  }
  await nothingLeft()
})

test('an object that can’t be removed after a failure is left to the cleanup, and the failure is told', async () => {
  here.storage.beforeWritten = async key => {
    here.storage.objects.set(key, Buffer.from('half'))
    here.storage.mood = 'down'
    throw new StorageError('unavailable', 'went down')
  }
  await assert.rejects(send(here.people.ada, { name: 'a' }), { text: 'storage_unavailable' })
  assert.deepEqual(await statesOf(database), { removing: 1 })
  here.storage.mood = 'well'
  assert.equal(await cleanUp({ db, storage: here.storage }), 1)
  assert.equal(here.storage.objects.size, 0)
})

test('a Tablo that is deleted during an upload takes it along', async () => {
  await assert.rejects(
    send(here.people.ada, { name: 'a', meanwhile: () => tablos.remove(db, here.people.ada, here.tablo) }),
    { code: 'not_found' },
  )
  await nothingLeft()
})

test('whoever loses the right to upload while uploading has not uploaded', async () => {
  const demote = () =>
    pool.query(`update members set role = 'viewer' where user_id = $1`, [here.people.ben.id])
  await assert.rejects(send(here.people.ben, { name: 'a', meanwhile: demote }), { code: 'forbidden' })
  await nothingLeft()
})

test('an upload that comes back after the cleanup has not happened, and takes its object with it', async () => {
  const later = new Date(Date.now() + 13 * 3_600_000)
  here.storage.beforeWritten = async () => {
    assert.equal(await cleanUp({ db, storage: here.storage, clock: () => later }), 1)
  }
  await assert.rejects(send(here.people.ada, { name: 'a' }), { code: 'not_found' })
  await nothingLeft()
  const secondPass = new Date(later.getTime() + 2 * 3_600_000)
  await cleanUp({ db, storage: here.storage, clock: () => secondPass })
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
  await assert.rejects(
    sendWith({ ...here.deps, db: deaf }, here.people.ada, here.tablo, { name: 'a' }),
    /connection lost/,
  )
  const [file] = await listed()
  assert.ok(here.storage.objects.has(`files/${here.tablo}/${file?.id}`))
})
