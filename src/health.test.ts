import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { testApp } from '../test/app.ts'
import { xtablo } from '../test/command.ts'
import { testDatabase } from '../test/database.ts'
import { temporaryFolder } from '../test/folder.ts'
import { jobIn, queues } from '../test/jobs.ts'
import { webHealth, workerHealth } from './health.ts'
import { connect } from './platform/database/database.ts'

const database = await testDatabase()
const { deps } = testApp(database)
await queues(database, deps)
const heard = { silentMs: () => 0 }
const beats = (interval: string) =>
  database.pool.query(`update pgboss.job set completed_on = now() - $1::interval`, [interval])

test('the web is well when it is ready', async () => {
  assert.equal(await webHealth(deps)(), undefined)
  assert.match((await webHealth({ ...deps, migrationsPending: async () => true })()) ?? '', /migration/)
  const gone = { ...deps, migrationsPending: () => Promise.reject(new Error('gone')) }
  assert.match((await webHealth(gone)()) ?? '', /database does not answer/)
})

test('a worker is well while it hears from the queue and heartbeats are run', async () => {
  const health = workerHealth(deps, heard)
  for (const state of ['running', 'discarded'] as const) {
    await jobIn(database, state)
    assert.equal(await health(), 'no heartbeat was ever run', state)
  }
  await jobIn(database, 'completed')
  assert.equal(await health(), undefined)
  await beats('2 minutes')
  assert.equal(await health(), undefined)
  await beats('4 minutes')
  assert.match((await health()) ?? '', /^no heartbeat was run for 2[34]\d s$/)
})

test('a worker whose connections are all in use is busy, and well', { timeout: 10_000 }, async () => {
  await beats('0')
  const pool = new pg.Pool({ ...database.config, max: 1 })
  const held = await pool.connect()
  const ofBusy = { ...deps, pool, db: connect(pool) }
  const busy = workerHealth(ofBusy, heard)
  assert.equal(await busy(), undefined)
  held.release()
  await pool.end()
})

test('a worker that hears nothing is not well, even while others work', async () => {
  await beats('0')
  const stuck = workerHealth(deps, { silentMs: () => 45_000 })
  assert.equal(await stuck(), 'nothing heard from the queue for 45 s')
})

test('healthcheck asks the process behind HEALTH_SOCKET, and says in one line how it is', async () => {
  const HEALTH_SOCKET = join(temporaryFolder(), 'health.sock')
  // As a killed process leaves one.
  writeFileSync(HEALTH_SOCKET, '')
  const running = xtablo(database, ['start'], { HEALTH_SOCKET })
  await running.says(/worker heartbeat/)
  let check = xtablo(database, ['healthcheck'], { HEALTH_SOCKET })
  assert.equal(await check.ended, 0, check.said())
  assert.equal(check.said(), 'web and worker: well\n')
  await database.pool.query('delete from migrations where id = (select max(id) from migrations)')
  check = xtablo(database, ['healthcheck'], { HEALTH_SOCKET })
  assert.equal(await check.ended, 1)
  assert.equal(check.said(), 'web: a migration of this release is missing\n')
  running.process.kill('SIGKILL')
  await running.ended
  check = xtablo(database, ['healthcheck'], { HEALTH_SOCKET })
  assert.equal(await check.ended, 1)
  assert.match(check.said(), /^Nothing answers on .*health\.sock \(ECONNREFUSED\)/)
})

test('healthcheck without HEALTH_SOCKET says what is missing', async () => {
  const { ended, said } = xtablo(database, ['healthcheck'])
  assert.equal(await ended, 1)
  assert.match(said(), /^HEALTH_SOCKET is not set/)
})

test('a socket that can’t be made ends the start, and says why', async () => {
  const { ended, said } = xtablo(database, ['worker'], { HEALTH_SOCKET: '/nowhere/health.sock' })
  assert.equal(await ended, 1)
  assert.match(said(), /\/nowhere\/health\.sock can't be used/)
})
