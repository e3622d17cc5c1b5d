import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/folder.ts'
import { checkBackups } from './backups.ts'

const HOUR_MS = 3_600_000

async function found(schedule: string, folder: string | undefined, production = true): Promise<string> {
  const backups = folder === undefined ? undefined : { folder, schedule, keep: 14 }
  const [{ state, says, todo } = assert.fail('nothing was found')] = await checkBackups({
    backups,
    production,
  })
  return [`${state}: ${says}`, ...todo].join(' | ')
}

/** A folder with an archive of so many hours ago, and what is not one. */
function folderOf(hours: number): string {
  const folder = temporaryFolder()
  const moment = new Date(Date.now() - hours * HOUR_MS).toISOString().slice(0, 19).replaceAll(':', '-')
  writeFileSync(join(folder, `xtablo-${moment}Z.tar`), 'archive')
  writeFileSync(join(folder, 'xtablo-2999-01-01T00-00-00Z.tar.partial'), 'half')
  writeFileSync(join(folder, 'xtablo-2999-01-01T00-00-00Z.tar'), 'of a clock that was wrong')
  writeFileSync(join(folder, 'mine.tar'), 'other')
  return folder
}

test('an installation that makes no backup is warned in production', async () => {
  assert.match(await found('', undefined), /^warning: None is made by itself.*\| Set BACKUP_DIR/)
  assert.match(await found('', undefined, false), /^fine: /)
})

test('a folder without an archive is a warning, and one that can not be a folder a fault', async () => {
  assert.match(await found('30 2 * * *', temporaryFolder()), /^warning: There is none yet/)
  assert.match(await found('30 2 * * *', join(temporaryFolder(), 'later')), /^warning: There is none yet/)
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  assert.match(await found('30 2 * * *', join(file, 'below')), /^fault: BACKUP_DIR .* \(ENOTDIR\)/)
})

test('the newest archive is told with its age, and it is old by how often one is made', async () => {
  assert.match(await found('30 2 * * *', folderOf(30)), /^fine: .*\.tar, 30 hours old/)
  assert.match(await found('30 2 * * *', folderOf(60)), /^warning: The last one is 60 hours old/)
  assert.match(await found('30 2 * * 0', folderOf(60)), /^fine: /)
  assert.match(await found('30 2 1 * *', folderOf(900)), /^warning: /)
})
