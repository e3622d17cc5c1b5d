import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { before, test } from 'node:test'
import { assertSameObjects, assertSameRows, fill, installation, rowsOf, SECRET } from '../../test/backup.ts'
import { xtablo } from '../../test/command.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { startS3 } from '../../test/s3.ts'
import { folderStorage } from '../platform/storage/folder.ts'
import { s3Storage } from '../platform/storage/s3.ts'

const s3 = await startS3()
const source = installation(await testDatabase(), s3Storage(s3))
before(() => fill(source))

const bucket = {
  S3_BUCKET: s3.bucket,
  S3_ENDPOINT: s3.endpoint ?? '',
  S3_ACCESS_KEY: s3.accessKey,
  S3_SECRET_KEY: s3.secretKey,
}
const folder = temporaryFolder()
const archive = join(folder, 'xtablo.tar')

async function run(database: { url: string }, args: string[], environment: Record<string, string> = {}) {
  const command = xtablo(database, args, { SESSION_SECRET: SECRET, ...environment })
  return { code: await command.ended, said: command.said() }
}

test('an installation goes from a bucket into a file, and from there into a folder', async () => {
  const expected = await rowsOf(source.database)
  const made = await run(source.database, ['backup', archive], bucket)
  assert.match(
    made.said,
    /^\S+xtablo\.tar: [\d,]+ rows and 7 files of 5\.8 MiB, [\d.]+ MiB in [\d.]+ s\nsha256 \w{64}\n$/,
  )
  assert.equal(made.code, 0)
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex')
  assert.ok(made.said.includes(sum))
  if (process.platform !== 'win32') assert.equal(statSync(archive).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['xtablo.tar'])

  const target = await testDatabase('empty')
  const data = join(folder, 'data')
  const restored = await run(target, ['restore', archive], { DATA_DIR: data })
  assert.match(
    restored.said,
    /is whole: .* by Xtablo \d.*\n.* as of migration \w+\nrestored in .*\nnext: start Xtablo/,
  )
  assert.equal(restored.code, 0)
  assertSameRows(await rowsOf(target), expected)
  await assertSameObjects(target, folderStorage(join(data, 'storage')), source.storage)

  const again = await run(target, ['restore', archive], { DATA_DIR: data })
  assert.match(again.said, /This installation is not empty: it has 5 rows in users/)
  assert.equal(again.code, 1)
  const other = await run(target, ['restore', archive, '--replace'], {
    DATA_DIR: data,
    SESSION_SECRET: 'another secret, of another machine',
  })
  assert.match(
    other.said,
    /SESSION_SECRET is another.*\n {2}the key that signs access tokens .*\n.*\nPasswords, sessions/,
  )
  assert.equal(other.code, 0)
})

test('a file that is there is not overwritten', async () => {
  const taken = join(folder, 'taken.tar')
  writeFileSync(taken, 'mine')
  const { code, said } = await run(source.database, ['backup', taken], bucket)
  assert.deepEqual(
    [code, said],
    [1, `${taken} is there already: name another file, or move that one away.\n`],
  )
  assert.equal(readFileSync(taken, 'utf8'), 'mine')
})

test('a folder that is not there is told', async () => {
  const nowhere = await run(source.database, ['backup', join(folder, 'no', 'such.tar')], bucket)
  assert.match(nowhere.said, /no\/such\.tar can't be written: its folder is not there\. Make it first\.\n$/)
  assert.equal(nowhere.code, 1)
})

test('the standard output gets the archive and nothing else', async () => {
  const command = xtablo(source.database, ['backup', '-'], { ...bucket, SESSION_SECRET: SECRET })
  // The harness reads text, which is no good for this.
  const bytes = buffer(command.process.stdout.setEncoding('latin1').map(text => Buffer.from(text, 'latin1')))
  const errors: string[] = []
  command.process.stderr.on('data', text => errors.push(text))
  const path = join(folder, 'piped.tar')
  writeFileSync(path, await bytes)
  assert.equal(await command.ended, 0)
  assert.match(errors.join(''), /^-: [\d,]+ rows and 7 files.*\nsha256 /)
  assert.equal((await run(source.database, ['restore', '--check', path])).code, 0)
})

test('a reader of the standard output that goes away is told of', async () => {
  const command = xtablo(source.database, ['backup', '-'], { ...bucket, SESSION_SECRET: SECRET })
  command.process.stdout.destroy()
  const errors: string[] = []
  command.process.stderr.on('data', text => errors.push(text))
  assert.equal(await command.ended, 1)
  assert.equal(errors.join(''), 'Whoever read the archive went away: what they have is not whole.\n')
})

test('a damaged archive is refused before there is anything of a new installation', async () => {
  const bent = readFileSync(archive)
  bent[100_000] = (bent[100_000] ?? 0) ^ 1
  const path = join(folder, 'bent.tar')
  writeFileSync(path, bent)
  for (const flags of [[], ['--replace'], ['--check']]) {
    const DATA_DIR = join(folder, 'none')
    const { code, said } = await run(source.database, ['restore', path, ...flags], {
      DATA_DIR,
      DATABASE_URL: '',
    })
    assert.match(said, /^The archive is damaged: .*\. Use another one\.\n$/)
    assert.equal(code, 1)
    assert.equal(existsSync(DATA_DIR), false)
  }
})

test('an interrupted backup leaves nothing', async () => {
  const path = join(folder, 'interrupted.tar')
  const command = xtablo(source.database, ['backup', path], { ...bucket, SESSION_SECRET: SECRET })
  while (!readdirSync(folder).some(name => name.startsWith('interrupted'))) await new Promise(setImmediate)
  command.process.kill('SIGTERM')
  assert.equal(await command.ended, 1)
  assert.equal(command.said(), 'Interrupted by SIGTERM: nothing was written.\n')
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('interrupted')),
    [],
  )
})

test('a file without a name, and one that is none, are told', async () => {
  assert.match((await run(source.database, ['backup'])).said, /backup takes the name of a file/)
  assert.match((await run(source.database, ['restore', '-'])).said, /restore takes the file of an archive/)
  assert.match((await run(source.database, ['restore', folder])).said, /can't be read: it is a folder/)
  assert.match(
    (await run(source.database, ['restore', 'none.tar'])).said,
    /can't be read: there is no such file/,
  )
})
