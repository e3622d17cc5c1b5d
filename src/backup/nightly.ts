// Backups that the worker makes by itself, into a folder of which the newest stay. They are named by their moment, and
// only files with such a name are ever removed, after one more has become whole: a run of failures removes nothing. One
// whose moment is still to come was made while the clock was wrong: it neither counts as new nor is removed, or it would
// take the place of every backup that is made from now on.
//
// One at a time, over all workers: whoever makes one holds an advisory lock, on a connection of its own, so that a
// worker which dies lets go of it. Under the same lock what such a worker left half written is removed. A job that finds
// the lock taken has nothing to do: the one at work is the same backup, or the one after it.

import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Deps } from '../platform/deps.ts'
import { jobKind } from '../platform/jobs/kinds.ts'
import { backUp } from './backup.ts'
import { connectAlone } from './connection.ts'
import { BackupError } from './errors.ts'
import { PARTIAL, writeToFile } from './writing.ts'

export const backupJob = jobKind('backup', z.strictObject({}))

/** Seconds: what a job may take in which every file is sent. */
export const BACKUP_TIMEOUT = 12 * 3_600

/** "xtab" and "back": a lock that nothing else takes. */
const LOCK = [0x78746162, 0x6261636b] as const

const NAME = /^xtablo-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tar/
/** How many faulty objects a log line names. */
const NAMED = 10

type Nightly = Pick<Deps, 'connection' | 'storage' | 'log'>

/**
 * Makes a backup in the folder, which is made if it is missing, and removes those that are too many. Throws what keeps
 * it from being made, and the signal's reason.
 */
export async function backUpNightly(
  deps: Nightly,
  { folder, keep }: Pick<NonNullable<Config['backups']>, 'folder' | 'keep'>,
  signal: AbortSignal,
  now = new Date(),
): Promise<void> {
  const client = await connectAlone(deps.connection, 'backup', signal)
  try {
    if (!(await isAlone(client))) {
      deps.log.info('another backup is under way: this one is left out')
      return
    }
    await prepare(folder)
    const path = join(folder, `xtablo-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar`)
    const { bytes, told } = backUp(deps, 'backup', signal)
    const written = await writeToFile(path, bytes, signal)
    const { rows, files, faulty, faults } = told
    deps.log.info({ path, rows, files, ...written }, 'backup made')
    const keys = faults.slice(0, NAMED).map(({ key, fault }) => `${fault} ${key}`)
    if (faulty > 0) deps.log.warn({ faulty, keys }, 'files of the backup are not what the database says')
    await removeOld(folder, keep, now)
  } finally {
    await client.end().catch(() => {})
  }
}

async function isAlone(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>('select pg_try_advisory_lock($1, $2) as yes', [
    ...LOCK,
  ])
  return rows[0]?.yes ?? false
}

async function prepare(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const partial = (await readdir(folder)).filter(name => NAME.test(name) && PARTIAL.test(name))
    for (const name of partial) await rm(join(folder, name), { force: true })
  } catch (error) {
    throw new BackupError(
      `BACKUP_DIR ${folder} can't be used (${(error as NodeJS.ErrnoException).code ?? error}): make it a folder that the user who runs Xtablo can write to.`,
      { cause: error },
    )
  }
}

async function removeOld(folder: string, keep: number, now: Date): Promise<void> {
  for (const name of (await nightlyBackups(folder, now)).slice(keep))
    await rm(join(folder, name), { force: true })
}

/** The names of the whole archives in the folder that were begun by `now`, the newest first. */
export async function nightlyBackups(folder: string, now: Date): Promise<string[]> {
  const whole = (await readdir(folder)).filter(name => NAME.exec(name)?.[0] === name)
  return whole
    .filter(name => momentOf(name) <= now)
    .sort()
    .reverse()
}

/** When the archive of this name was begun. */
export const momentOf = (name: string): Date =>
  new Date(name.replace(/^xtablo-(.{10})T(..)-(..)-(..)Z\.tar$/, '$1T$2:$3:$4Z'))
