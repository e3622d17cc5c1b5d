// What every storage does, on a folder, on S3 in this process, and, where the environment names one, on a real S3:
// TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY, TEST_S3_SECRET_KEY (TEST_S3_REGION).

import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { after, suite, test } from 'node:test'
import { temporaryFolder } from '../../../test/folder.ts'
import { realS3, startS3 } from '../../../test/s3.ts'
import { newId } from '../ids.ts'
import { folderStorage } from './folder.ts'
import { s3Storage } from './s3.ts'
import { type Storage, StorageError, type StorageFault } from './storage.ts'

const MIB = 1_048_576
const root = temporaryFolder()
const storages: Record<string, Storage> = {
  folder: folderStorage(root),
  's3rver over S3': s3Storage(await startS3()),
}
const real = realS3()
if (real) storages[real.endpoint ?? 'S3'] = s3Storage(real)

/** The bytes in chunks of chance sizes; then, if there is one, the error. */
async function* chunks(bytes: Buffer, error?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const size = randomInt(1, 300_000)
    yield bytes.subarray(at, at + size)
    at += size
  }
  if (error) throw error
}

/** Gives all its bytes, and then neither more nor an end. */
async function* stalled(bytes: Buffer, whenStalled: () => void): AsyncGenerator<Buffer> {
  yield bytes
  setImmediate(whenStalled)
  await new Promise(() => {})
}

const newKey = (folder = newId()) => `files/${folder}/${newId()}`
const plain = (signal = new AbortController().signal) => ({ type: 'application/octet-stream', signal })
const faults = (fault: StorageFault) => (error: unknown) =>
  error instanceof StorageError && error.fault === fault

for (const [name, storage] of Object.entries(storages)) {
  suite(name, () => {
    const kept = new Set<string>()
    const put = async (bytes: Buffer, key = newKey()) => {
      kept.add(key)
      await storage.put(key, chunks(bytes), plain())
      return key
    }
    const bytesOf = async (key: string) => buffer(await storage.read(key))
    const isMissing = (key: string) => assert.rejects(storage.read(key), faults('missing'))
    after(async () => {
      for (const key of kept) await storage.remove(key)
      storage.close()
    })

    test('what was put is read, whatever its size and its chunks', async () => {
      for (const size of [0, 1, 5 * MIB, 5 * MIB + 1, 12 * MIB]) {
        const bytes = randomBytes(size)
        const key = await put(bytes)
        assert.ok((await bytesOf(key)).equals(bytes), `${size} bytes`)
      }
    })

    test('a chunk may be larger than a part, or empty', async () => {
      const key = newKey()
      kept.add(key)
      const bytes = randomBytes(11 * MIB)
      const whole = (async function* () {
        yield* [Buffer.alloc(0), bytes, Buffer.alloc(0)]
      })()
      await storage.put(key, whole, plain())
      assert.ok((await bytesOf(key)).equals(bytes))
    })

    test('a range is read, both ends included', async () => {
      const bytes = randomBytes(1000)
      const key = await put(bytes)
      for (const [start, end] of [
        [0, 0],
        [0, 99],
        [500, 599],
        [999, 999],
        [0, 999],
      ] as const) {
        const read = await buffer(await storage.read(key, { start, end }))
        assert.ok(read.equals(bytes.subarray(start, end + 1)), `${start}–${end}`)
      }
    })

    test('a reader that stops early leaves the storage usable', async () => {
      const key = await put(randomBytes(6 * MIB))
      for (let round = 0; round < 5; round++) (await storage.read(key)).destroy()
      assert.equal((await bytesOf(key)).length, 6 * MIB)
    })

    test('what is not there is missing, at once', async () => {
      await isMissing(newKey())
      await assert.rejects(storage.read(newKey(), { start: 0, end: 1 }), faults('missing'))
    })

    test('what was removed is missing, and removing it again is no fault', async () => {
      const key = await put(randomBytes(10))
      await storage.remove(key)
      await storage.remove(key)
      await isMissing(key)
      await storage.remove(newKey())
    })

    test('the error of a body comes out as it is, and nothing is left', async () => {
      for (const size of [0, 10, 7 * MIB]) {
        const key = newKey()
        // As a request that was cut throws it: no fault of the storage.
        const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
        await assert.rejects(
          storage.put(key, chunks(randomBytes(size), error), plain()),
          thrown => thrown === error,
        )
        await isMissing(key)
      }
    })

    test('an abort gives up with its reason, before, in the middle and while a body stalls', async () => {
      for (const at of [0, 1, 8 * MIB]) {
        const key = newKey()
        const reason = new Error('gone')
        const abort = new AbortController()
        const body = (async function* () {
          let given = 0
          if (at === 0) abort.abort(reason)
          for await (const chunk of chunks(randomBytes(12 * MIB))) {
            given += chunk.length
            if (given >= at) abort.abort(reason)
            yield chunk
          }
        })()
        await assert.rejects(storage.put(key, body, plain(abort.signal)), thrown => thrown === reason)
        await isMissing(key)
      }
      const abort = new AbortController()
      const key = newKey()
      const body = stalled(randomBytes(6 * MIB), () => abort.abort(new Error('stalled')))
      const put = storage.put(key, body, plain(abort.signal))
      await assert.rejects(put, /stalled/)
      await isMissing(key)
      await assert.rejects(storage.put(key, chunks(randomBytes(9)), plain(abort.signal)), /stalled/)
      await isMissing(key)
    })

    test('an abort with the last byte leaves the whole object or none', async () => {
      for (const size of [10, 6 * MIB]) {
        const key = newKey()
        kept.add(key)
        const bytes = randomBytes(size)
        const abort = new AbortController()
        const body = (async function* () {
          yield* chunks(bytes)
          abort.abort(new Error('late'))
        })()
        const ended = await storage.put(key, body, plain(abort.signal)).then(
          () => 'put',
          error => (error as Error).message,
        )
        if (ended === 'put') assert.ok((await bytesOf(key)).equals(bytes))
        else {
          assert.equal(ended, 'late')
          await isMissing(key)
        }
      }
    })

    test('many are put at once', async () => {
      const folder = newId()
      const all = Array.from({ length: 20 }, () => ({
        key: newKey(folder),
        bytes: randomBytes(randomInt(6 * MIB)),
      }))
      await Promise.all(all.map(({ key, bytes }) => put(bytes, key)))
      for (const { key, bytes } of all) assert.ok((await bytesOf(key)).equals(bytes))
    })

    test('of two that are put under one key at once, one is there, whole', async () => {
      const key = newKey()
      const both = [randomBytes(3 * MIB), randomBytes(3 * MIB)]
      const puts = await Promise.allSettled(both.map(bytes => put(bytes, key)))
      assert.ok(puts.some(({ status }) => status === 'fulfilled'))
      const read = await bytesOf(key)
      assert.ok(both.some(bytes => read.equals(bytes)))
    })

    test('putting and removing in one folder do not get in each other’s way', async () => {
      const folder = newId()
      const comeAndGo = async () => {
        for (let round = 0; round < 25; round++) {
          const bytes = randomBytes(10)
          const key = await put(bytes, newKey(folder))
          assert.ok((await bytesOf(key)).equals(bytes))
          await storage.remove(key)
        }
      }
      await Promise.all(Array.from({ length: 6 }, comeAndGo))
    })

    test('a key that is none is a bug, and touches nothing', async () => {
      const bad = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '..',
        'a/../b',
        './a',
        'a/.',
        'a\\b',
        'a\0b',
        'a b',
        'a\n',
        'é',
        '%2e',
        'a/b.part',
      ]
      const isBug = (error: unknown) => error instanceof Error && !(error instanceof StorageError)
      for (const key of bad) {
        await assert.rejects(storage.put(key, chunks(randomBytes(3)), plain()), isBug, JSON.stringify(key))
        await assert.rejects(storage.read(key), isBug, JSON.stringify(key))
        await assert.rejects(storage.remove(key), isBug, JSON.stringify(key))
      }
    })

    test('the check passes, and leaves nothing', async () => {
      await storage.check()
      if (storage === storages.folder) assert.ok(!existsSync(`${root}/checks`))
    })

    test('checks at once all pass, and leave nothing', async () => {
      for (const _ of [1, 2, 3, 4, 5]) await Promise.all([1, 2, 3].map(() => storage.check()))
      for (let n = 0; n < 10; n++) await isMissing(`checks/${n}`)
    })
  })
}

test('a folder from which all was removed holds no folder of a Tablo', () => {
  assert.deepEqual(readdirSync(`${root}/files`), [])
})
