import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { temporaryFolder } from '../../test/folder.ts'
import { type Entry, readArchive, writeArchive } from './archive.ts'
import { headerOf, readHeader } from './tar.ts'

const entry = (name: string, bytes: Uint8Array): Entry => ({ name, size: bytes.length, body: [bytes] })
const archiveOf = (...entries: Entry[]) => buffer(writeArchive(all(entries)))
async function* all<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

/** Reads it in chunks of this size. */
async function read(archive: Uint8Array, size = 1000) {
  const chunks = Array.from({ length: Math.ceil(archive.length / size) }, (_, n) =>
    archive.subarray(n * size, (n + 1) * size),
  )
  const found: Record<string, Buffer> = {}
  for await (const { name, body } of readArchive(all(chunks))) found[name] = await buffer(body)
  return found
}

const text = Buffer.from('all about it\n')
const long = Buffer.alloc(3000, 'x')
const sample = await archiveOf(
  entry('manifest.json', text),
  entry('database/public.users.000001.copy.zst', long),
  entry('empty', Buffer.alloc(0)),
  entry('whole-block', Buffer.alloc(512, 'y')),
)

test('what was written is read, however the bytes come', async () => {
  for (const size of [1, 511, 512, 513, 2048, 1_000_000]) {
    const found = await read(sample, size)
    assert.deepEqual(Object.keys(found), [
      'manifest.json',
      'database/public.users.000001.copy.zst',
      'empty',
      'whole-block',
    ])
    assert.ok(found['database/public.users.000001.copy.zst']?.equals(long))
  }
})

test('an entry that is not read, or only begun, is passed over', async () => {
  const names = []
  for await (const { name, body } of readArchive(all([sample]))) {
    names.push(name)
    if (name.startsWith('database')) for await (const _ of body) break
  }
  assert.equal(names.length, 4)
})

test('no bit can change, wherever it is', async () => {
  const places = Array.from({ length: 400 }, (_, n) => Math.floor((n * (sample.length - 1)) / 399))
  for (const at of places) {
    const bent = Buffer.from(sample)
    bent[at] = (bent[at] ?? 0) ^ (1 << (at % 8))
    await assert.rejects(read(bent, 4096), { name: 'BackupError', message: /is damaged/ }, `byte ${at}`)
  }
})

test('no byte can be missing from its end, or follow it', async () => {
  const lengths = [0, 1, 511, 512, 1024, 2047, 2048, 2560, sample.length - 2048, sample.length - 1]
  for (const length of lengths)
    await assert.rejects(read(sample.subarray(0, length)), { name: 'BackupError' }, `${length} bytes`)
  for (const more of [1, 512, 2048])
    await assert.rejects(read(Buffer.concat([sample, Buffer.alloc(more)])), { name: 'BackupError' })
  await assert.rejects(read(Buffer.concat([sample, sample])), { name: 'BackupError' })
})

test('bytes that are no archive are refused, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 10_000 }), async bytes => {
      await assert.rejects(read(bytes, 700), { name: 'BackupError' })
    }),
    { numRuns: 50 },
  )
})

test('a size of any magnitude survives its header', () => {
  for (const size of [0, 1, 0o77777777777, 0o77777777777 + 1, 48 * 2 ** 30, 2 ** 52])
    assert.deepEqual(readHeader(headerOf('a/b', size)), { name: 'a/b', size })
  assert.throws(() => headerOf('x'.repeat(101), 1), /too long/)
})

test('an entry whose bytes are not as many as it said is a bug', async () => {
  await assert.rejects(
    archiveOf({ name: 'a', size: 3, body: [Buffer.alloc(2)] }),
    /has 2 bytes and was said to have 3/,
  )
})

test('the tar of this machine unpacks it', { skip: process.platform === 'win32' }, async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a.tar'), sample)
  execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder })
  assert.ok(readFileSync(join(folder, 'database/public.users.000001.copy.zst')).equals(long))
  const sum = readFileSync(join(folder, 'seal.sha256'), 'utf8').slice(0, 64)
  assert.equal(createHash('sha256').update(sample.subarray(0, -2048)).digest('hex'), sum)
})
