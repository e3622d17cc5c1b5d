import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cast, tabloOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { examined } from '../../test/doctor.ts'
import { startFakeS3 } from '../../test/fake-s3.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { startS3 } from '../../test/s3.ts'
import { keyOf } from '../files/files.ts'
import { newId } from '../platform/ids.ts'
import { folderStorage } from '../platform/storage/folder.ts'
import { s3Storage } from '../platform/storage/s3.ts'
import type { Storage } from '../platform/storage/storage.ts'

const database = await testDatabase()
const s3 = await startS3()
const bucket = {
  S3_BUCKET: s3.bucket,
  S3_ENDPOINT: s3.endpoint ?? '',
  S3_ACCESS_KEY: s3.accessKey,
  S3_SECRET_KEY: s3.secretKey,
}
const tablo = await tabloOf(database, await cast(database))

/** A listed file of so many bytes, with its object. */
async function file(storage: Storage, size: number): Promise<string> {
  const id = newId()
  await database.pool.query(
    `insert into files (id, tablo_id, name, state, size, type, sha256) values ($1, $2, 'list.txt', 'stored', $3, 'text/plain', sha256(''))`,
    [id, tablo, size],
  )
  const bytes = async function* () {
    yield Buffer.alloc(size)
  }
  await storage.put(keyOf(tablo, id), bytes(), { type: 'text/plain', signal: new AbortController().signal })
  return keyOf(tablo, id)
}

test('a storage is written, read and removed, and nothing is left', async () => {
  const folder = temporaryFolder()
  const { finding } = await examined(database, { DATA_DIR: folder })
  assert.match(finding('storage'), /^fine: .*storage, written, read and removed/)
  assert.equal(existsSync(join(folder, 'storage')), false)
  const none = join(folder, 'none')
  await examined(database, { DATA_DIR: none })
  assert.equal(existsSync(none), false)
  const s3 = await examined(database, bucket)
  assert.match(s3.finding('storage', /written/), /^fine: the bucket files at http/)
  assert.match(s3.finding('storage', /browsers/), /^fine: browsers get files from http/)
})

test('a bucket that is wrong or away is a fault that names the variable', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ S3_BUCKET: 'elsewhere' }, /^fault: There is no bucket “elsewhere”: check S3_BUCKET.* \| Set it right/],
    [{ S3_ACCESS_KEY: 'HIDDENKEYID' }, /^fault: .*check S3_ACCESS_KEY/],
    [{ S3_ENDPOINT: 'http://127.0.0.1:1' }, /^fault: .*can't be reached.* \| See that S3_ENDPOINT is right/],
  ]
  for (const [wrong, like] of cases) {
    const { finding } = await examined(database, { ...bucket, ...wrong })
    assert.match(finding('storage'), like)
  }
})

test('a key that is wrong is a fault', async () => {
  const fake = await startFakeS3()
  fake.before = (_, answer) => {
    answer.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
    return false
  }
  const { endpoint = '' } = fake.options
  const wrong = { ...bucket, S3_ENDPOINT: endpoint, S3_SECRET_KEY: 'hidden' }
  assert.match((await examined(database, wrong)).finding('storage'), /^fault: .*check S3_SECRET_KEY/)
})

test('an address for browsers that leads nowhere is a warning', async () => {
  const { finding } = await examined(database, { ...bucket, S3_PUBLIC_ENDPOINT: 'http://127.0.0.1:1' })
  assert.match(
    finding('storage', /browsers/),
    /^warning: Where browsers get files from can't be reached.* \| If browsers can’t either, set S3_PUBLIC_ENDPOINT/,
  )
})

test('a listed file whose bytes are gone is a fault, among the newest or by --deep among all', async () => {
  const folder = temporaryFolder()
  for (const [storage, environment] of [
    [folderStorage(join(folder, 'storage')), { DATA_DIR: folder }],
    [s3Storage(s3), bucket],
  ] as const) {
    await database.pool.query('delete from files')
    const old = await file(storage, 3)
    for (let n = 0; n < 20; n++) await file(storage, n)
    await storage.remove(old)
    const sample = await examined(database, environment)
    assert.match(sample.finding('files'), /^fine: the newest 20 files are there; --deep looks for all/)
    const deep = await examined(database, environment, { deep: true })
    assert.match(
      deep.finding('files'),
      /^fault: 1 of all 21 files are listed, and their bytes are gone: “list\.txt”/,
    )
    assert.match(deep.finding('files'), new RegExp(`${old}.* \\| .*restore them from a backup`))
    storage.close()
  }
  rmSync(join(folder, 'storage'), { recursive: true })
  const { finding } = await examined(database, { DATA_DIR: folder })
  assert.match(finding('files'), /^fault: 20 of the newest 20 files/)
})

test('what should have been cleared away long ago is a warning', async () => {
  await database.pool.query('delete from files')
  assert.match((await examined(database)).finding('leftovers'), /^fine: /)
  await database.pool.query(
    `insert into files (id, tablo_id, name, created_at) values ($1, $2, 'x', now() - interval '25 hours')`,
    [newId(), tablo],
  )
  assert.match(
    (await examined(database)).finding('leftovers'),
    /^warning: 1 uploads.* \| See that xtablo worker runs/,
  )
})
