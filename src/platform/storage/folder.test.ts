import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { temporaryFolder } from '../../../test/folder.ts'
import { newId } from '../ids.ts'
import { checkAtStart } from './check.ts'
import { folderStorage } from './folder.ts'
import { StorageError, type StorageFault } from './storage.ts'

const root = join(temporaryFolder(), 'storage')
const storage = folderStorage(root)
const newKey = (folder = newId()) => `files/${folder}/${newId()}`
const plain = { type: 'text/plain', signal: new AbortController().signal }
const faults = (fault: StorageFault) => (error: unknown) =>
  error instanceof StorageError && error.fault === fault && !error.message.includes('\n')

async function* text(...chunks: string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

test('files and folders are for their owner alone', async () => {
  const key = newKey()
  await storage.put(key, text('a'), plain)
  assert.equal(statSync(join(root, key)).mode & 0o777, 0o600)
  for (let folder = dirname(join(root, key)); folder.startsWith(root); folder = dirname(folder))
    assert.equal(statSync(folder).mode & 0o777, 0o700, folder)
})

test('what is being written is read by nobody, and is not in memory', async () => {
  const key = newKey()
  const body = (async function* () {
    for (let n = 1; n <= 3; n++) {
      yield Buffer.alloc(1000)
      // Each chunk reaches the file by itself, without the next one.
      while (statSync(join(root, `${key}.part`)).size < n * 1000) await setTimeout(1)
      await assert.rejects(storage.read(key), faults('missing'))
    }
  })()
  await storage.put(key, body, plain)
  assert.deepEqual(readdirSync(dirname(join(root, key))), [key.split('/')[2]])
})

test('a write that was killed leaves what removing takes, and nothing that is read', async () => {
  const key = newKey()
  const module = join(import.meta.dirname, 'folder.js')
  const script = `
    import { folderStorage } from ${JSON.stringify(module)}
    const body = async function* () { yield Buffer.alloc(100_000); console.log('half'); await new Promise(() => {}) }
    setInterval(() => {}, 1000)
    await folderStorage(${JSON.stringify(root)}).put(${JSON.stringify(key)}, body(), { signal: new AbortController().signal })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const path = join(root, `${key}.part`)
  for (let waited = 0; !existsSync(path) && waited < 5_000; waited += 20) await setTimeout(20)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(existsSync(path))
  await assert.rejects(storage.read(key), faults('missing'))
  await assert.rejects(storage.put(key, text('again'), plain), faults('unavailable'))
  await storage.remove(key)
  assert.ok(!existsSync(dirname(path)))
  await storage.put(key, text('again'), plain)
  await storage.remove(key)
})

test('removing an object while it is written fails the write', async () => {
  const key = newKey()
  const body = (async function* () {
    yield Buffer.from('a')
    await storage.remove(key)
  })()
  await assert.rejects(storage.put(key, body, plain), faults('unavailable'))
  assert.ok(!existsSync(dirname(join(root, key))))
})

test('the folder goes with its last object, not before', async () => {
  const [one, two] = [newKey('both'), newKey('both')]
  await storage.put(one, text('1'), plain)
  await storage.put(two, text('2'), plain)
  await storage.remove(one)
  assert.equal((await buffer(await storage.read(two))).toString(), '2')
  await storage.remove(two)
  assert.ok(!existsSync(join(root, 'files/both')))
})

test('a folder that vanishes under a write is made again', async () => {
  const folder = newId()
  let writing = true
  const vanishing = async () => {
    while (writing) {
      await rmdir(join(root, 'files', folder)).catch(() => {})
      await setTimeout(1)
    }
  }
  const loop = vanishing()
  try {
    for (let round = 0; round < 300; round++) {
      const key = newKey(folder)
      await storage.put(key, text('a'), plain)
      await storage.remove(key)
    }
  } finally {
    writing = false
    await loop
  }
})

test('a link in the place of a file leads nowhere', async () => {
  const outside = join(dirname(root), 'outside')
  writeFileSync(outside, 'secret')
  const key = newKey()
  mkdirSync(dirname(join(root, key)), { recursive: true })
  symlinkSync(outside, join(root, key))
  await assert.rejects(storage.read(key), faults('missing'))
  await storage.put(key, text('ours'), plain)
  assert.equal((await buffer(await storage.read(key))).toString(), 'ours')
  await storage.remove(key)
  mkdirSync(dirname(join(root, key)), { recursive: true })
  symlinkSync(outside, join(root, `${key}.part`))
  await assert.rejects(storage.put(key, text('theirs'), plain), faults('unavailable'))
  await storage.remove(key)
  assert.equal(readFileSync(outside, 'utf8'), 'secret')
})

/** The paths of what this process has open, some of which may close meanwhile. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return []
    }
  })
}

test('a reader that stops closes its file', async () => {
  const key = newKey()
  await storage.put(key, text('a'.repeat(1_000_000)), plain)
  const read = await storage.read(key)
  await once(read, 'readable')
  if (process.platform === 'linux') assert.ok(openFiles().includes(join(root, key)))
  read.destroy()
  await once(read, 'close')
  if (process.platform === 'linux') assert.ok(!openFiles().includes(join(root, key)))
  await storage.remove(key)
})

test('a root that is a file, or below one, is a wrong setting', async () => {
  const file = join(dirname(root), 'file')
  writeFileSync(file, '')
  for (const path of [file, join(file, 'below')]) {
    await assert.rejects(folderStorage(path).check(), error => {
      assert.ok(faults('misconfigured')(error))
      return (error as Error).message.includes(path) && (error as Error).message.includes('DATA_DIR')
    })
  }
})

test('at the start a wrong setting is thrown, and what may pass is warned of', async () => {
  const warned: string[] = []
  const log = { warn: (line: string) => warned.push(line) } as unknown as Parameters<typeof checkAtStart>[1]
  const failing = (fault: StorageFault) => ({
    check: () => Promise.reject(new StorageError(fault, `It is ${fault}.`)),
  })
  await checkAtStart({ check: async () => {} }, log)
  assert.deepEqual(warned, [])
  await checkAtStart(failing('unavailable'), log)
  await checkAtStart(failing('full'), log)
  assert.match(warned[0] ?? '', /^It is unavailable\. .*files answer 503 until it is back/)
  assert.match(warned[1] ?? '', /^It is full\. .*until there is room/)
  await assert.rejects(checkAtStart(failing('misconfigured'), log), /It is misconfigured/)
  assert.equal(warned.length, 2)
})

test('a start waits for a storage that never answers, but not for ever', { timeout: 20_000 }, async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  // The timers that were imported by name are replaced only by this.
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.timers.reset()
    syncBuiltinESMExports()
  })
  const warned: string[] = []
  const log = { warn: (line: string) => warned.push(line) } as unknown as Parameters<typeof checkAtStart>[1]
  const start = checkAtStart({ check: () => new Promise(() => {}) }, log)
  t.mock.timers.tick(10_000)
  await start
  assert.match(warned[0] ?? '', /did not answer within 8 s/)
})

test('chunks that come faster than the disk takes them are all there, in their order', async () => {
  const key = newKey()
  async function* many() {
    for (let n = 0; n < 3_000; n++) yield Buffer.alloc(1_000, `${n},`)
  }
  await storage.put(key, many(), plain)
  const kept = await buffer(await storage.read(key))
  assert.equal(kept.length, 3_000_000)
  for (let n = 0; n < 3_000; n++)
    assert.ok(kept.subarray(n * 1_000, (n + 1) * 1_000).equals(Buffer.alloc(1_000, `${n},`)), String(n))
})
