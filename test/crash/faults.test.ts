import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { dataDirectory, hold, mount, query, serverPid } from './holding.ts'
import { until } from './working.ts'

const isRoot = process.getuid?.() === 0

async function refusal(dataDir: string, purpose = 'start'): Promise<string> {
  const { said } = await hold(dataDir, purpose)
  assert.equal(said.error, 'EmbeddedError')
  assert.equal(said.message.split('\n').length, 1)
  return said.message
}

async function makeDatabase(dataDir: string): Promise<void> {
  const holder = await hold(dataDir)
  await query(holder.said.pool, 'create table kept as select 1 as n')
  await holder.stop()
}

async function checkKept(dataDir: string): Promise<void> {
  const holder = await hold(dataDir)
  assert.equal(holder.said.message, undefined)
  assert.deepEqual(await query(holder.said.pool, 'select n from kept'), [{ n: 1 }])
  await holder.stop()
}

function fill(folder: string): void {
  try {
    writeFileSync(join(folder, 'filler'), Buffer.alloc(200_000_000))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
}

test('a command that only reads makes no database', async () => {
  const dataDir = join(dataDirectory(), 'new')
  assert.equal(await refusal(dataDir, 'read'), `There is no database in ${dataDir} yet: start Xtablo first.`)
  assert.equal(existsSync(dataDir), false)
})

test('a database of another Postgres version is refused and left as it is', async () => {
  const dataDir = dataDirectory()
  await makeDatabase(dataDir)
  const path = join(dataDir, 'postgres/cluster/PG_VERSION')
  writeFileSync(path, '17\n')
  assert.match(
    await refusal(dataDir),
    /was made by Postgres 17, and this release brings Postgres 18: run xtablo backup FILE by the release that made it, move .*cluster to another place, and run xtablo restore FILE/,
  )
  writeFileSync(path, '18\n')
  await checkKept(dataDir)
})

test('a data directory that is a file, a Postgres of its own or holds something else is refused', async () => {
  const dataDir = dataDirectory()
  writeFileSync(join(dataDir, 'file'), '')
  assert.match(await refusal(join(dataDir, 'file')), /is not a folder/)
  assert.match(await refusal(join(dataDir, 'file/below')), /is not a folder/)
  mkdirSync(join(dataDir, 'theirs'))
  writeFileSync(join(dataDir, 'theirs/PG_VERSION'), '15\n')
  assert.match(
    await refusal(join(dataDir, 'theirs')),
    /is the data directory of a Postgres server, not of Xtablo/,
  )
  mkdirSync(join(dataDir, 'other/postgres'), { recursive: true })
  writeFileSync(join(dataDir, 'other/postgres/novel.txt'), '')
  assert.match(await refusal(join(dataDir, 'other')), /holds "novel.txt", which is not Xtablo's/)
  mkdirSync(join(dataDir, 'hollow/postgres/cluster'), { recursive: true })
  if (isRoot) execFileSync('chown', ['nobody', join(dataDir, 'hollow/postgres/cluster')])
  assert.match(await refusal(join(dataDir, 'hollow')), /is not a Postgres database/)
})

test('a lost password file is named', async () => {
  const dataDir = dataDirectory()
  await makeDatabase(dataDir)
  const path = join(dataDir, 'postgres/password')
  const password = readFileSync(path)
  writeFileSync(path, 'wrong\n')
  assert.match(await refusal(dataDir), /password does not open the database: bring that file back/)
  process.kill(serverPid(dataDir) ?? 0, 'SIGINT')
  for (let waited = 0; serverPid(dataDir) !== undefined && waited < 10_000; waited += 20) await setTimeout(20)
  writeFileSync(path, password)
  await checkKept(dataDir)
})

test('a read-only data directory is refused, whether it has a database or not', async t => {
  if (!isRoot) return t.skip('needs a read-only mount')
  const [dataDir, fresh] = [dataDirectory(), dataDirectory()]
  await makeDatabase(dataDir)
  for (const folder of [dataDir, fresh]) {
    if (!mount(folder, '--bind', folder)) return t.skip('no mount here')
    execFileSync('mount', ['-o', 'remount,ro,bind', folder])
    assert.match(await refusal(folder), /^Xtablo may not write to .*: make it writable/)
  }
  execFileSync('mount', ['-o', 'remount,rw,bind', dataDir])
  await checkKept(dataDir)
})

test('a data directory that its user may not write to is refused', async t => {
  if (isRoot) return t.skip('root may write everywhere')
  const dataDir = dataDirectory()
  chmodSync(dataDir, 0o555)
  assert.match(await refusal(dataDir), /^Xtablo may not write to .*: make it writable/)
})

test('a disk too small for a new database is named, and nothing half made is left', async t => {
  const dataDir = dataDirectory()
  if (!mount(dataDir, '-t', 'tmpfs', '-o', 'size=20m,mode=711', 'tmpfs')) return t.skip('no mount here')
  assert.match(await refusal(dataDir), /^The disk that holds .* is full: free some space/)
  assert.deepEqual(readdirSync(join(dataDir, 'postgres')), ['password'])
  execFileSync('mount', ['-o', 'remount,size=200m', dataDir])
  await makeDatabase(dataDir)
})

test('a disk that filled up is named, and the database is whole when there is space again', async t => {
  const dataDir = dataDirectory()
  if (!mount(dataDir, '-t', 'tmpfs', '-o', 'size=100m,mode=711', 'tmpfs')) return t.skip('no mount here')
  await makeDatabase(dataDir)
  fill(dataDir)
  assert.match(await refusal(dataDir), /^The disk that holds .* is full: free some space/)
  execFileSync('rm', [join(dataDir, 'filler')])
  await checkKept(dataDir)
})

test('a start that was killed while it made the database does not hold up the next', async () => {
  for (const delay of [50, 150, 250, 350, 500]) {
    const dataDir = dataDirectory()
    const script = join(import.meta.dirname, 'holder.js')
    const child = spawn(process.execPath, [script, dataDir, 'start'], { stdio: 'ignore' })
    await setTimeout(delay + 60)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const next = await hold(dataDir, 'start')
    assert.equal(next.said.message, undefined)
    assert.deepEqual(await query(next.said.pool, 'select 1 as n'), [{ n: 1 }])
    await next.stop()
    // The killed start's initdb may have outlived it for a moment: then it takes a start more.
    await setTimeout(1500)
    await until('nothing half made is left', 30, async () => {
      await (await hold(dataDir, 'start')).stop()
      const left = readdirSync(join(dataDir, 'postgres')).sort()
      return isDeepStrictEqual(left, ['cluster', 'password', 'socket'])
    })
  }
})
