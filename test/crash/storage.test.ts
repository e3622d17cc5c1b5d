import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { folderStorage } from '../../src/platform/storage/folder.ts'
import { StorageError, type StorageFault } from '../../src/platform/storage/storage.ts'
import { dataDirectory, mount } from './holding.ts'

const KEY = 'files/tablo/file'
const plain = { type: 'text/plain', signal: new AbortController().signal }
const faults = (fault: StorageFault) => (error: unknown) =>
  error instanceof StorageError && error.fault === fault

async function* bytes(count: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < count; at += 100_000) yield Buffer.alloc(Math.min(100_000, count - at))
}

test('a disk that is full is told, nothing half written is left, and with room it goes on', async t => {
  const folder = dataDirectory()
  if (!mount(folder, '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs')) return t.skip('no mount here')
  const storage = folderStorage(join(folder, 'storage'))
  await assert.rejects(storage.put(KEY, bytes(3_000_000), plain), faults('full'))
  assert.ok(!existsSync(join(folder, 'storage/files/tablo')))
  writeFileSync(join(folder, 'filler'), Buffer.alloc(1_500_000))
  await assert.rejects(storage.put(KEY, bytes(1_000_000), plain), faults('full'))
  rmSync(join(folder, 'filler'))
  await storage.put(KEY, bytes(1_000_000), plain)
  assert.equal((await buffer(await storage.read(KEY))).length, 1_000_000)
})

test('a disk that is read-only is a wrong setting, and what is on it is still read', async t => {
  const folder = dataDirectory()
  const storage = folderStorage(folder)
  await storage.put(KEY, bytes(10), plain)
  if (!mount(folder, '--bind', folder)) return t.skip('no mount here')
  execFileSync('mount', ['-o', 'remount,ro,bind', folder])
  await assert.rejects(storage.check(), faults('misconfigured'))
  assert.equal((await buffer(await storage.read(KEY))).length, 10)
})

test('a folder that its user may not write to is a wrong setting', async t => {
  if (process.getuid?.() === 0) return t.skip('root may write everywhere')
  const folder = dataDirectory()
  chmodSync(folder, 0o500)
  await assert.rejects(folderStorage(folder).check(), faults('misconfigured'))
})
