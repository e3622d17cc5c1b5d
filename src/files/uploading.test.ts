import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { tabloOf } from '../../test/cast.ts'
import { send as sendWith, uploads } from '../../test/files.ts'
import { PNG } from '../../test/samples.ts'
import { newId } from '../platform/ids.ts'
import * as tablos from '../tablos/tablos.ts'
import { find, remove } from './files.ts'

const LIMIT = 100_000
const { database, db, pool, here, send, listed, activity, nothingLeft } = await uploads(LIMIT)

test('a file is kept with its name, size, type and hash, and its object under a key without the name', async () => {
  const [written] = await send(here.people.ben, { name: 'Été ☀.png', bytes: PNG })
  const [file] = await listed()
  assert.deepEqual(file, {
    id: written?.id,
    name: 'Été ☀.png',
    size: PNG.length,
    type: 'image/png',
    createdAt: written?.createdAt,
    uploader: { id: here.people.ben.id, name: 'Ben' },
  })
  assert.deepEqual([...here.storage.objects], [[`files/${here.tablo}/${written?.id}`, PNG]])
  const { sha256 } = await find(db, here.people.vera, here.tablo, file?.id ?? '')
  assert.deepEqual(sha256, createHash('sha256').update(PNG).digest())
  assert.deepEqual(await activity(), [{ kind: 'file_added', payload: { name: 'Été ☀.png' } }])
})

test('the owner and editors upload and delete; a viewer may not, and for a stranger there is no such Tablo', async () => {
  for (const person of [here.people.ada, here.people.ben]) {
    const [file] = await send(person, { name: 'a' })
    await remove(db, person, here.tablo, file?.id ?? '')
  }
  const [file] = await send(here.people.ada, { name: 'kept' })
  const read = { name: 'b', meanwhile: async () => assert.fail('a byte was read') }
  for (const [person, code] of [
    [here.people.vera, 'forbidden'],
    [here.people.eve, 'not_found'],
    [here.people.root, 'not_found'],
  ] as const) {
    await assert.rejects(send(person, read), { code })
    await assert.rejects(remove(db, person, here.tablo, file?.id ?? ''), { code })
  }
  assert.equal((await find(db, here.people.vera, here.tablo, file?.id ?? '')).name, 'kept')
  for (const person of [here.people.eve, here.people.root])
    await assert.rejects(find(db, person, here.tablo, file?.id ?? ''), { code: 'not_found' })
  assert.equal(here.storage.objects.size, 3)
})

test('a file is found in its own Tablo alone', async () => {
  const [file] = await send(here.people.ada, { name: 'a' })
  const other = await tablos.create(db, here.people.ada, { title: 'Other', description: '', color: 'red' })
  await assert.rejects(find(db, here.people.ada, other, file?.id ?? ''), { code: 'not_found' })
  await assert.rejects(remove(db, here.people.ada, other, file?.id ?? ''), { code: 'not_found' })
  assert.equal((await listed()).length, 1)
})

test('the limit is what a file may have: one byte more is refused, and nothing stays', async () => {
  await send(here.people.ada, { name: 'most', bytes: Buffer.alloc(LIMIT) })
  await remove(db, here.people.ada, here.tablo, (await listed())[0]?.id ?? '')
  here.storage.objects.clear()
  await pool.query('truncate activity')
  await assert.rejects(send(here.people.ada, { name: 'more', bytes: Buffer.alloc(LIMIT + 1) }), {
    code: 'too_large',
    file: 'more',
    limit: LIMIT,
  })
  await nothingLeft()
})

test('of several files all stay or none does', async () => {
  await assert.rejects(
    send(
      here.people.ada,
      { name: 'one' },
      { name: 'two' },
      { name: 'three', bytes: Buffer.alloc(LIMIT + 1) },
    ),
    { code: 'too_large' },
  )
  await nothingLeft()
  await send(here.people.ada, { name: 'one' }, { name: 'two' })
  assert.deepEqual(
    (await listed()).map(({ name }) => name),
    ['two', 'one'],
  )
  assert.equal((await activity()).length, 2)
})

test('no file is no upload; one without a name has one, and an empty one is a file', async () => {
  await assert.rejects(send(here.people.ada), { text: 'file_missing', fields: { file: 'file_missing' } })
  await assert.rejects(send(here.people.ada, { name: '', bytes: '' }), { text: 'file_missing' })
  await nothingLeft()
  await send(
    here.people.ada,
    { name: '', bytes: 'x' },
    { name: '..', bytes: 'x' },
    { name: 'empty', bytes: '' },
  )
  assert.deepEqual(
    (await listed()).map(({ name, size }) => [name, size]),
    [
      ['empty', 0],
      ['file', 1],
      ['file', 1],
    ],
  )
})

test('a file on its way is in no list, and can’t be found or deleted', async () => {
  const look = async () => {
    const { rows } = await pool.query<{ id: string }>('select id from files')
    assert.equal(rows.length, 1)
    assert.deepEqual(await listed(), [])
    const id = rows[0]?.id ?? ''
    await assert.rejects(find(db, here.people.ada, here.tablo, id), { code: 'not_found' })
    await assert.rejects(remove(db, here.people.ada, here.tablo, id), { code: 'not_found' })
  }
  const bytes = Buffer.alloc(20_000)
  let looked = false
  here.storage.beforeWritten = async () => {
    await look()
    looked = true
  }
  await send(here.people.ada, { name: 'a', bytes })
  assert.ok(looked)
  assert.equal((await listed()).length, 1)
})

test('a quota holds for what is stored and what comes, and for two uploads that fit alone but not together', async () => {
  here.deps = { ...here.deps, config: { maxUploadBytes: LIMIT, tabloQuotaBytes: 1_000 } }
  const sized = (name: string, size: number) => ({ name, bytes: Buffer.alloc(size) })
  await send(here.people.ada, sized('a', 400))
  await assert.rejects(send(here.people.ada, sized('b', 601)), {
    text: 'quota_full',
    file: 'b',
    limit: 1_000,
  })
  let whole = 0
  here.storage.beforeWritten = async () => void whole++
  await assert.rejects(send(here.people.ada, sized('c', 300), sized('d', 301)), {
    text: 'quota_full',
    file: 'd',
  })
  assert.deepEqual([here.storage.objects.size, whole], [1, 1], 'the one too many was never whole')
  let met = 0
  const both = Promise.withResolvers<void>()
  here.storage.beforeWritten = async () => {
    if (++met === 2) both.resolve()
    await both.promise
  }
  const answers = await Promise.allSettled([
    send(here.people.ada, sized('e', 600)),
    send(here.people.ben, sized('f', 600)),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.deepEqual([(await listed()).length, here.storage.objects.size], [2, 2])
  const other = await tabloOf(database, here.people, 'Other')
  here.storage.beforeWritten = async () => {}
  await sendWith(here.deps, here.people.ada, other, sized('g', 1_000))
})

test('an upload that is sent again under its id is one, one after another and at once', async () => {
  const sentAs = newId()
  const [first] = await send(here.people.ada, { name: 'a', sentAs })
  const again = await send(here.people.ada, {
    name: 'a',
    sentAs,
    meanwhile: async () => assert.fail('it was read'),
  })
  assert.equal(again[0]?.id, first?.id)
  const another = newId()
  let met = 0
  const both = Promise.withResolvers<void>()
  here.storage.beforeWritten = async () => {
    if (++met === 2) both.resolve()
    await both.promise
  }
  const twins = await Promise.all([1, 2].map(() => send(here.people.ada, { name: 'b', sentAs: another })))
  assert.equal(twins[0]?.[0]?.id, twins[1]?.[0]?.id)
  assert.deepEqual([(await listed()).length, here.storage.objects.size], [2, 2])
  here.storage.beforeWritten = async () => {}
  // Of somebody else, or in another Tablo, the same id says nothing; and what was deleted can be sent again.
  await send(here.people.ben, { name: 'c', sentAs })
  await remove(db, here.people.ada, here.tablo, first?.id ?? '')
  await send(here.people.ada, { name: 'd', sentAs })
  assert.deepEqual(
    (await listed()).map(({ name }) => name),
    ['d', 'c', 'b'],
  )
})

test('a deleted file is gone at once; its object goes later, and twice is not found', async () => {
  const [file] = await send(here.people.ada, { name: 'a' })
  const id = file?.id ?? ''
  const answers = await Promise.allSettled([
    remove(db, here.people.ben, here.tablo, id),
    remove(db, here.people.ada, here.tablo, id),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.deepEqual(await listed(), [])
  assert.deepEqual((await activity())[0], { kind: 'file_removed', payload: { name: 'a' } })
  assert.equal(here.storage.objects.size, 1)
  await assert.rejects(remove(db, here.people.ada, here.tablo, newId()), { code: 'not_found' })
})

test('a file outlives the person who uploaded it', async () => {
  await send(here.people.ben, { name: 'a' })
  await pool.query('delete from users where id = $1', [here.people.ben.id])
  assert.deepEqual(
    (await listed()).map(({ uploader }) => uploader),
    [null],
  )
})
