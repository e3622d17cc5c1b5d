import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { fill, installation } from '../../test/backup.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { TestStorage } from '../../test/storage.ts'
import { parseConfig } from '../config.ts'
import { declareQueues } from '../platform/jobs/queues.ts'
import { mailFolder } from '../platform/mail/shown.ts'
import { jobs } from '../worker.ts'
import { backUpNightly } from './nightly.ts'
import { verify } from './reading.ts'

const source = installation(await testDatabase(), new TestStorage())
await fill(source)
const { database, storage } = source
const lines: Record<string, unknown>[] = []
const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })
const deps = { connection: database.config, storage, log }
const endless = new AbortController().signal
const root = temporaryFolder()
let folders = 0
const newFolder = () => join(root, String(++folders), 'made', 'when missing')
const night = (n: number) => new Date(Date.UTC(2026, 10, n, 2, 30, 0, 123))
const names = (folder: string) => readdirSync(folder).sort()

test('a nightly backup is a whole archive named by its moment, for its owner alone', async () => {
  const folder = newFolder()
  await backUpNightly(deps, { folder, keep: 2 }, endless, night(20))
  assert.deepEqual(names(folder), ['xtablo-2026-11-20T02-30-00Z.tar'])
  const path = join(folder, 'xtablo-2026-11-20T02-30-00Z.tar')
  assert.equal((await verify(path)).summary.files, 7)
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
  const said = lines.find(({ msg }) => msg === 'backup made')
  assert.deepEqual([said?.path, said?.files, said?.bytes], [path, 7, statSync(path).size])
})

test('the newest stay, and nothing that is not ours is touched', async () => {
  const folder = newFolder()
  await backUpNightly(deps, { folder, keep: 2 }, endless, night(1))
  const others = [
    'xtablo-2026-11-01T02-30-00Z.tar.gz',
    'mine.tar',
    'xtablo-before-the-move.tar',
    'mine.tar.0a1b2c3d.part',
  ]
  for (const name of others) writeFileSync(join(folder, name), name)
  for (const day of [2, 3]) await backUpNightly(deps, { folder, keep: 2 }, endless, night(day))
  const kept = ['xtablo-2026-11-02T02-30-00Z.tar', 'xtablo-2026-11-03T02-30-00Z.tar']
  assert.deepEqual(names(folder), [...others, ...kept].sort())
})

test('one that a wrong clock dated ahead takes the place of none', async () => {
  const folder = newFolder()
  for (const day of [20, 21, 3]) await backUpNightly(deps, { folder, keep: 1 }, endless, night(day))
  const ahead = 'xtablo-2026-11-21T02-30-00Z.tar'
  assert.deepEqual(names(folder), ['xtablo-2026-11-03T02-30-00Z.tar', ahead])
  await backUpNightly(deps, { folder, keep: 1 }, endless, night(4))
  assert.deepEqual(names(folder), ['xtablo-2026-11-04T02-30-00Z.tar', ahead])
})

test('what a killed worker has left half written is removed, and a failure removes nothing else', async () => {
  const folder = newFolder()
  for (const day of [1, 2]) await backUpNightly(deps, { folder, keep: 2 }, endless, night(day))
  const whole = names(folder)
  writeFileSync(join(folder, 'xtablo-2026-11-03T02-30-00Z.tar.0a1b2c3d.part'), 'half')
  const controller = new AbortController()
  const slow = new TestStorage()
  slow.read = async () => {
    controller.abort(new Error('the worker ends'))
    throw new Error('never mind')
  }
  const failing = backUpNightly({ ...deps, storage: slow }, { folder, keep: 1 }, controller.signal, night(4))
  await assert.rejects(failing, /the worker ends/)
  assert.deepEqual(names(folder), whole)
})

test('two workers do not make two at once', async () => {
  const folder = newFolder()
  const reached = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const slow = new TestStorage()
  slow.read = async key => {
    reached.resolve()
    await go.promise
    return storage.read(key)
  }
  const first = backUpNightly({ ...deps, storage: slow }, { folder, keep: 5 }, endless, night(1))
  await reached.promise
  await backUpNightly(deps, { folder, keep: 5 }, endless, night(2))
  go.resolve()
  await first
  assert.deepEqual(names(folder), ['xtablo-2026-11-01T02-30-00Z.tar'])
})

test('a folder that can not be used is named by its variable', async () => {
  const file = join(root, 'a file')
  writeFileSync(file, '')
  await assert.rejects(backUpNightly(deps, { folder: file, keep: 1 }, endless), {
    name: 'BackupError',
    message: /BACKUP_DIR .*a file can't be used/,
  })
})

test('the job has a schedule as long as there is a folder for it', async () => {
  const scheduled = async (environment: Record<string, string>) => {
    const config = parseConfig(environment)
    await declareQueues(database.pool, jobs({ ...deps, config, db: database.db, mailer: mailFolder(root) }))
    const { rows } = await database.pool.query(`select cron from pgboss.schedule where name = 'backup'`)
    return rows.map(({ cron }) => cron)
  }
  assert.deepEqual(await scheduled({ BACKUP_DIR: '/backups' }), ['30 2 * * *'])
  assert.deepEqual(await scheduled({ BACKUP_DIR: '/backups', BACKUP_SCHEDULE: '0 */6 * * 1-5' }), [
    '0 */6 * * 1-5',
  ])
  assert.deepEqual(await scheduled({}), [])
})
