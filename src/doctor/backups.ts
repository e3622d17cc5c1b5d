import { existsSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { momentOf, nightlyBackups } from '../backup/nightly.ts'
import type { Config } from '../config.ts'
import { type Finding, fault, fine, warning } from './findings.ts'
import { sizeOf } from './machine.ts'

/** Hours: a night and the day after it, and for rarer backups a month and some days. */
const OLD = 48
const OLD_WHEN_RARE = 35 * 24
const HOUR_MS = 3_600_000

/** Whether backups are made by themselves, and when the last one was. */
export async function checkBackups({
  backups,
  production,
}: Pick<Config, 'backups' | 'production'>): Promise<readonly Finding[]> {
  if (!backups) {
    const says = 'None is made by itself: BACKUP_DIR is not set'
    if (!production) return [fine(says)]
    return [
      warning(`${says}.`, 'Set BACKUP_DIR, or have something else call xtablo backup FILE every night.'),
    ]
  }
  const { folder, schedule } = backups
  const wrong = await unwritable(folder)
  if (wrong !== undefined)
    return [
      fault(
        `BACKUP_DIR ${folder} can't be written to (${wrong}).`,
        'Make it a folder that the user who runs Xtablo can write to.',
      ),
    ]
  const [newest] = existsSync(folder) ? await nightlyBackups(folder, new Date()) : []
  if (newest === undefined) return [none(folder)]
  const path = join(folder, newest)
  const hours = Math.round((Date.now() - momentOf(newest).getTime()) / HOUR_MS)
  const limit = / \* \* \*$/.test(schedule) ? OLD : OLD_WHEN_RARE
  if (hours > limit)
    return [
      warning(
        `The last one is ${hours} hours old: ${path}.`,
        'xtablo jobs says whether a worker makes them, and xtablo list-failed-jobs why not.',
      ),
    ]
  return [fine(`${path}, ${hours} hours old, ${sizeOf((await stat(path)).size)}`)]
}

/** Why nothing can be written there, or the folder not be made; undefined when it can. */
async function unwritable(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.W_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' && dirname(folder) !== folder ? unwritable(dirname(folder)) : code
  }
}

const none = (folder: string) =>
  warning(
    `There is none yet in ${folder}.`,
    'A worker makes the first one at the time of BACKUP_SCHEDULE; xtablo backup FILE makes one now.',
  )
