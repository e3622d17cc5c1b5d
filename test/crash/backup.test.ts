// What a kill does to a backup and to a restore, and how much memory they take.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { folderStorage } from '../../src/platform/storage/folder.ts'
import { assertSameObjects, assertSameRows, fill, installation, rowsOf, SECRET } from '../backup.ts'
import { type Command, xtablo } from '../command.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { temporaryFolder } from '../folder.ts'

/** Bytes of a file that is larger than what a process may take, and rows that are, too: 128 KiB each. */
const FILE = 350 * 1_048_576
const ROWS = 2_700
/** KiB that a process may take at most: it begins with some 120,000. */
const MOST = 320 * 1024

const folder = temporaryFolder()
const data = join(folder, 'data')
const archive = join(folder, 'xtablo.tar')
const source = installation(await testDatabase(), folderStorage(join(data, 'storage')))

before(async () => {
  const { tablo } = await fill(source)
  const { pool } = source.database
  await pool.query(
    `insert into tasks (id, tablo_id, title, description, status, position)
     select gen_random_uuid(), $1, 'large', repeat(md5(n::text), 4096), 'todo', 'a' || lpad(n::text, 9, '0')
     from generate_series(1, ${ROWS}) n`,
    [tablo],
  )
  const { rows } = await pool.query('select tablo_id, id from files where size = 6000000')
  const [{ tablo_id, id }] = rows
  const path = join(data, 'storage/files', tablo_id, id)
  truncateSync(path, FILE)
  const sha256 = createHash('sha256').update(readFileSync(path)).digest()
  await pool.query('update files set size = $1, sha256 = $2 where id = $3', [FILE, sha256, id])
})

const command = ({ url }: Pick<TestDatabase, 'url'>, args: string[], DATA_DIR = data) =>
  xtablo({ url }, args, { SESSION_SECRET: SECRET, DATA_DIR })

/** Waits for its end, and gives the most memory that it took, in KiB. */
async function peakOf({ process, ended, said }: Command): Promise<number> {
  let peak = 0
  let over = false
  void ended.then(() => {
    over = true
  })
  while (!over) {
    try {
      const status = readFileSync(`/proc/${process.pid}/status`, 'utf8')
      peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peak)
    } catch {}
    await setTimeout(20)
  }
  assert.equal(await ended, 0, said())
  return peak
}

test('a backup that is killed leaves no file that looks whole', async () => {
  const killed = command(source.database, ['backup', archive])
  const isThere = () => readdirSync(folder).some(name => name.endsWith('.part'))
  while (!isThere()) await setTimeout(5)
  await setTimeout(300)
  killed.process.kill('SIGKILL')
  await killed.ended
  assert.ok(isThere())
  assert.ok(!readdirSync(folder).includes('xtablo.tar'))
})

test('memory grows neither with a file nor with a table, and a restore that is killed is run again', {
  skip: process.platform !== 'linux',
}, async () => {
  const backup = await peakOf(command(source.database, ['backup', archive]))
  assert.ok(backup < MOST, `the backup took ${backup} KiB`)

  const target = await testDatabase()
  const mine = join(folder, 'mine')
  const kept = installation(target, folderStorage(join(mine, 'storage')))
  await fill(kept)
  const was = await rowsOf(target)
  const killed = command(target, ['restore', archive, '--replace'], mine)
  await killed.says(/is whole/)
  const writing = () =>
    readdirSync(join(mine, 'storage'), { recursive: true }).some(name => String(name).endsWith('.part'))
  while (!writing()) await setTimeout(5)
  killed.process.kill('SIGKILL')
  await killed.ended
  assertSameRows(await rowsOf(target), was)

  const restore = await peakOf(command(target, ['restore', archive, '--replace'], mine))
  assert.ok(restore < MOST, `the restore took ${restore} KiB`)
  await target.pool.query(`delete from files where state = 'removing'`)
  assertSameRows(await rowsOf(target), await rowsOf(source.database))
  await assertSameObjects(target, kept.storage, source.storage)
})
