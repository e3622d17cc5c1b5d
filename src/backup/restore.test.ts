import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { before, test } from 'node:test'
import pg from 'pg'
import { pino } from 'pino'
import {
  archiveOf,
  assertSameObjects,
  assertSameRows,
  fileOf,
  fill,
  installation,
  type Rows,
  restoreInto,
  rowsOf,
} from '../../test/backup.ts'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { TestStorage } from '../../test/storage.ts'
import { signingKey } from '../accounts/signing-keys.ts'
import { cleanUp } from '../files/cleanup.ts'
import { migrateDown, migrationStatus } from '../platform/database/migrate.ts'
import { type Entry, readArchive, writeArchive } from './archive.ts'
import { checkRelease } from './place.ts'
import { verify } from './reading.ts'
import { restore } from './restore.ts'

const source = installation(await testDatabase(), new TestStorage())
let archive: Buffer
let path: string
let expected: Rows
before(async () => {
  await fill(source)
  expected = await rowsOf(source.database)
  archive = (await archiveOf(source)).archive
  path = await fileOf(archive)
})

const fresh = async (kind: 'empty' | 'migrated' = 'empty') =>
  installation(await testDatabase(kind), new TestStorage())

/** The archive with another manifest. */
async function withManifest(change: (manifest: { migrations: string[] }) => object): Promise<string> {
  async function* entries(): AsyncGenerator<Entry> {
    for await (const entry of readArchive(one(archive))) {
      if (entry.name !== 'manifest.json') yield entry
      else {
        const parts = []
        for await (const part of entry.body) parts.push(part)
        const bytes = Buffer.from(JSON.stringify(change(JSON.parse(Buffer.concat(parts).toString()))))
        yield { name: entry.name, size: bytes.length, body: [bytes] }
      }
    }
  }
  const chunks = []
  for await (const chunk of writeArchive(entries())) chunks.push(chunk)
  return fileOf(Buffer.concat(chunks))
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item
}

test('an archive of a form that is not known yet is refused by the release that made it', async () => {
  const later = await withManifest(manifest => ({
    ...manifest,
    format: 2,
    release: '7.1.0',
    tables: 'other',
  }))
  await assert.rejects(verify(later), {
    name: 'BackupError',
    message: /made by Xtablo 7\.1\.0.*this release/,
  })
})

test('an archive with a migration that is not known is refused by its name', async () => {
  const later = await withManifest(manifest => ({
    ...manifest,
    release: '7.1.0',
    migrations: [...manifest.migrations, '9999_later'],
  }))
  const { manifest } = await verify(later)
  await assert.rejects(checkRelease(manifest), { name: 'BackupError', message: /7\.1\.0 .*9999_later/ })
  const gap = await withManifest(manifest => ({ ...manifest, migrations: manifest.migrations.slice(1) }))
  await assert.rejects(checkRelease((await verify(gap)).manifest), /lacks the migration 0001_accounts/)
})

test('an archive with rows behind its files is none of ours', async () => {
  async function* entries(): AsyncGenerator<Entry> {
    let rows: Entry | undefined
    for await (const { name, size, body } of readArchive(one(archive))) {
      const entry = { name, size, body: [await buffer(body)] }
      if (name.startsWith('database/')) rows = entry
      if (name === 'summary.json' && rows) yield rows
      yield entry
    }
  }
  const turned = await fileOf(await buffer(writeArchive(entries())))
  await assert.rejects(verify(turned), { name: 'BackupError', message: /rows behind its files/ })
})

test('reading an archive heeds a signal', async () => {
  const controller = new AbortController()
  controller.abort(new Error('interrupted'))
  await assert.rejects(verify(path, controller.signal), /^Error: interrupted$/)
})

test('an archive of an older schema is restored and migrated up', async () => {
  const old = await fresh('migrated')
  await migrateDown(old.database.pool, 1)
  await old.database.pool.query(
    `insert into users (id, email, name) values (gen_random_uuid(), 'old@example.org', 'Old')`,
  )
  const before = await archiveOf(old)
  const target = await fresh()
  await restoreInto(target, await fileOf(before.archive))
  const status = await migrationStatus(target.database.pool)
  assert.ok(status.every(({ state }) => state === 'applied'))
  const { rows } = await target.database.pool.query('select name, email from users')
  assert.deepEqual(rows, [{ name: 'Old', email: 'old@example.org' }])
  assert.equal((await target.database.pool.query('select from idempotency_keys')).rowCount, 0)
})

test('an installation that is not empty stays as it is, and says what it has', async () => {
  const target = await fresh('migrated')
  await fill(target)
  const was = await rowsOf(target.database)
  await assert.rejects(restoreInto(target, path), {
    name: 'BackupError',
    message: /5 rows in users.*--replace/,
  })
  assertSameRows(await rowsOf(target.database), was)
})

test('replacing gives the archive, and leaves the objects of before to the cleanup', async () => {
  const target = await fresh('migrated')
  const { tablo } = await fill(target)
  const restored = await restoreInto(target, path, { replace: true })
  assert.equal(restored.leftOver, 7)
  const { db, pool } = target.database
  const storage = target.storage as TestStorage
  assert.equal([...storage.objects.keys()].filter(key => key.includes(tablo)).length, 7)
  for (const hours of [1, 3]) {
    const clock = () => new Date(Date.now() + hours * 3_600_000)
    await cleanUp({ db, storage, clock })
  }
  assert.deepEqual(
    [...storage.objects.keys()].filter(key => key.includes(tablo)),
    [],
  )
  assertSameRows(await rowsOf(target.database), expected)
  await assertSameObjects(source.database, storage, source.storage)
  assert.equal((await pool.query(`select from files where state = 'removing'`)).rowCount, 0)
})

test('replacing an installation by its own backup writes only the objects that are not whole', async () => {
  const target = await fresh()
  await restoreInto(target, path)
  const storage = target.storage as TestStorage
  const [spoilt = '', lost = ''] = [...storage.objects.keys()]
  storage.objects.set(spoilt, Buffer.from('spoilt'))
  storage.objects.delete(lost)
  const written: string[] = []
  storage.beforeWritten = async key => void written.push(key)
  const { leftOver } = await restoreInto(target, path, { replace: true })
  assert.deepEqual([written.sort(), leftOver], [[spoilt, lost].sort(), 0])
  assertSameRows(await rowsOf(target.database), expected)
  await assertSameObjects(source.database, storage, source.storage)
})

test('a restore that fails half way leaves what was there, and can be run again', async () => {
  const target = await fresh('migrated')
  await fill(target)
  const was = await rowsOf(target.database)
  const storage = target.storage as TestStorage
  const objects = new Map(storage.objects)
  let count = 0
  storage.beforeWritten = async () => {
    if (++count === 3) throw new Error('the power failed')
  }
  await assert.rejects(restoreInto(target, path, { replace: true }), /the power failed/)
  assertSameRows(await rowsOf(target.database), was)
  for (const [key, bytes] of objects) assert.ok(storage.objects.get(key)?.equals(bytes), key)
  storage.beforeWritten = async () => {}
  await restoreInto(target, path, { replace: true })
  await assertSameObjects(source.database, storage, source.storage)
})

test('an archive that changes after it was looked at is not restored', async () => {
  const verified = await verify(path)
  const bent = Buffer.from(archive)
  // In the bytes of an object: nothing but the seal shows it.
  const at = archive.lastIndexOf('seal.sha256') - 512 * 100
  bent[at] = (bent[at] ?? 0) ^ 1
  const target = await fresh('migrated')
  await assert.rejects(restoreInto(target, await fileOf(bent), { verified }), /is damaged/)
  assert.equal((await target.database.pool.query('select from users')).rowCount, 0)
})

test('nobody else may use the database meanwhile', async () => {
  const target = await fresh('migrated')
  const web = xtablo(target.database, ['web'])
  await web.says(/Xtablo is ready/)
  await assert.rejects(restoreInto(target, path, { replace: true }), {
    name: 'BackupError',
    message: /Others use this database \(xtablo web\): stop/,
  })
  web.process.kill('SIGTERM')
  await web.ended
  await restoreInto(target, path, { replace: true })
})

test('whoever has a transaction open on the tables is named, and waited for by nobody', async () => {
  const target = await fresh('migrated')
  const psql = new pg.Client({ ...target.database.config, application_name: 'psql' })
  await psql.connect()
  try {
    await psql.query('begin; select from users')
    await assert.rejects(restoreInto(target, path, { replace: true }), {
      name: 'BackupError',
      message: /^psql has a transaction open.*pg_terminate_backend\(\d+\)$/,
    })
    await psql.query('commit')
    await restoreInto(target, path, { replace: true })
  } finally {
    await psql.end()
  }
})

test('objects that outlived their database are kept', async () => {
  const storage = new TestStorage()
  for (const [key, bytes] of (source.storage as TestStorage).objects) storage.objects.set(key, bytes)
  storage.beforeWritten = async key => assert.fail(`${key} was written again`)
  await restoreInto(installation(await testDatabase('empty'), storage), path)
})

test('a restore that is interrupted says so, and everything is as before', async () => {
  const target = await fresh('migrated')
  const controller = new AbortController()
  // Whatever the signal cuts first, be it the connection or a write.
  const storage = target.storage as TestStorage
  storage.beforeWritten = async () => {
    controller.abort(new Error('interrupted'))
    throw new Error('Connection terminated')
  }
  await assert.rejects(restoreInto(target, path, { signal: controller.signal }), /^Error: interrupted$/)
  assert.equal((await target.database.pool.query('select from users')).rowCount, 0)
})

test('a connection that ends in the commit is not said to have changed nothing', async () => {
  const target = await fresh('migrated')
  const stream = () => {
    const socket = new Socket()
    // To connect takes back what was put in the place of `write`.
    socket.once('connect', () => {
      const write = socket.write.bind(socket)
      socket.write = (data: Uint8Array | string, ...rest: never[]) => {
        if (!Buffer.from(data as string).includes('commit\0')) return write(data, ...rest)
        socket.destroy()
        return false
      }
    })
    return socket
  }
  const { database, storage, secret } = target
  const deps = { connection: { ...database.config, stream }, storage, db: database.db, secret }
  const verified = await verify(path)
  const signal = new AbortController().signal
  await assert.rejects(restore(deps, { path, verified, replace: false }, signal), {
    name: 'BackupError',
    message: /either everything is as before or it is all restored/,
  })
})

test('tables that somebody else keeps in the same database are left out', async () => {
  const shared = await fresh('migrated')
  await shared.database.pool.query('create table of_others as select 1 as one')
  const { archive } = await archiveOf(shared)
  const { foreign } = await restoreInto(await fresh(), await fileOf(archive))
  assert.deepEqual(foreign, ['public.of_others'])
})

test('the same secret opens the signing key, and another gets a new one in its place', async () => {
  const log = pino({ level: 'silent' })
  const was = await signingKey(source.database.db, source.secret, log)
  const same = await fresh()
  assert.equal((await restoreInto(same, path)).lostKey, undefined)
  assert.equal((await signingKey(same.database.db, same.secret, log)).id, was.id)
  const other = installation(
    await testDatabase('empty'),
    new TestStorage(),
    'another secret, of another machine',
  )
  assert.equal((await restoreInto(other, path)).lostKey, was.id)
  const now = await signingKey(other.database.db, other.secret, log)
  assert.notEqual(now.id, was.id)
  const { rows } = await other.database.pool.query('select id from signing_keys')
  assert.deepEqual(rows, [{ id: now.id }])
})
