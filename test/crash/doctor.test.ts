// What `xtablo doctor` says of an installation that is ill in ways that only a machine of its own can be.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openEmbedded } from '../../src/platform/database/embedded/embedded.ts'
import { migrateUp } from '../../src/platform/database/migrate.ts'
import { openPool } from '../../src/platform/database/pool.ts'
import { xtablo } from '../command.ts'
import { dataDirectory, mount, serverPid } from './holding.ts'

async function look(dataDir: string) {
  const doctor = xtablo({ url: '' }, ['doctor'], { DATA_DIR: dataDir })
  const code = await doctor.ended
  return { code, said: doctor.said() }
}

/** Opens the embedded Postgres in this process, with the schema in it. */
async function opened(dataDir: string, settings: Record<string, string> = {}) {
  const embedded = await openEmbedded({ dataDir, purpose: 'join', settings })
  const { pool, close } = openPool(embedded.pool, () => {})
  await migrateUp(pool)
  await close(1_000)
  return embedded
}

test('an embedded Postgres that is not running is started to be looked at, and stopped again', async () => {
  const dataDir = dataDirectory()
  await (await opened(dataDir)).close()
  assert.equal(serverPid(dataDir), undefined)
  const { code, said } = await look(dataDir)
  assert.equal(code, 0, said)
  assert.match(said, /^✔ database: Postgres 18/m)
  assert.match(said, /^! worker: No worker has ever run/m)
  assert.equal(serverPid(dataDir), undefined)
})

test('while the product runs it is looked at and left running', async () => {
  const dataDir = dataDirectory()
  const start = xtablo({ url: '' }, ['start'], { DATA_DIR: dataDir })
  await start.says(/worker heartbeat/)
  const pid = serverPid(dataDir)
  const { code, said } = await look(dataDir)
  assert.equal(code, 0, said)
  assert.match(said, /^✔ migrations: /m)
  assert.equal(serverPid(dataDir), pid)
  start.process.kill('SIGTERM')
  assert.equal(await start.ended, 0, start.said())
  assert.doesNotMatch(start.said(), /connection lost|Postgres has ended/)
})

test('a server without room for another process is a warning', async () => {
  const dataDir = dataDirectory()
  const embedded = await opened(dataDir, { max_connections: '14' })
  const { code, said } = await look(dataDir)
  assert.equal(code, 0, said)
  assert.match(said, /^! connections: \d+ of 11 connections in use.*\n {4}Raise max_connections/m)
  await embedded.close()
})

test('a disk that is nearly full, and one that is full, are told', async t => {
  const dataDir = dataDirectory()
  if (!mount(dataDir, '-t', 'tmpfs', '-o', 'size=400m,mode=711', 'tmpfs')) return t.skip('no mount here')
  const embedded = await opened(dataDir)
  const nearly = await look(dataDir)
  assert.equal(nearly.code, 0, nearly.said)
  assert.match(nearly.said, /^! disk: Only \d+ MiB free for .*\n {4}Make room/m)
  try {
    writeFileSync(join(dataDir, 'filler'), Buffer.alloc(500_000_000))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
  const full = await look(dataDir)
  assert.equal(full.code, 1, full.said)
  assert.match(full.said, /^✘ disk: Only /m)
  assert.match(full.said, /^✘ storage: The disk that holds .* is full\.\n {4}Make room there/m)
  assert.match(full.said, /^✔ database: /m)
  execFileSync('rm', [join(dataDir, 'filler')])
  await embedded.close()
})

test('a folder of files that is read-only is a fault', async t => {
  const dataDir = dataDirectory()
  const storage = join(dataDir, 'storage')
  execFileSync('mkdir', [storage])
  const embedded = await opened(dataDir)
  if (!mount(storage, '--bind', storage)) return t.skip('no mount here')
  execFileSync('mount', ['-o', 'remount,ro,bind', storage])
  const { code, said } = await look(dataDir)
  execFileSync('umount', [storage])
  assert.equal(code, 1, said)
  assert.match(said, /^✘ storage: Xtablo may not keep files in .* \(EROFS\).*\n {4}Set it right and restart/m)
  await embedded.close()
})

test('a database, a storage and a site that never answer hold it up for a while only', {
  timeout: 30_000,
}, async () => {
  const silent = createServer(socket => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  after(() => silent.close())
  const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`
  const start = performance.now()
  const doctor = xtablo({ url: `postgres://ada:hidden@${host}/x` }, ['doctor'], {
    S3_BUCKET: 'files',
    S3_ENDPOINT: `http://${host}`,
    S3_ACCESS_KEY: 'hidden-id',
    S3_SECRET_KEY: 'hidden',
    BASE_URL: `https://${host}`,
  })
  assert.equal(await doctor.ended, 1)
  assert.ok(performance.now() - start < 15_000)
  const said = doctor.said()
  assert.match(said, /^✘ database: The database can't be reached: .*timeout/m)
  assert.match(said, /^✘ storage: It could not be looked at: no answer within 10 s/m)
  assert.match(said, /^! address: No safe connection to 127\.0\.0\.1: no answer/m)
  assert.doesNotMatch(said, /hidden/)
})
