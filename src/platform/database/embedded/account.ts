// Postgres refuses to run as root. So Xtablo as root starts it as the user that owns the cluster, which is `nobody`
// for a new one: that user is in every passwd and owns nothing else. It must be able to enter each folder on the way
// to the binaries and to the cluster; whether it can is told from the modes, as the kernel does it.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { EmbeddedError } from './errors.ts'

/** The user that Postgres runs as. None: the one that runs Xtablo. */
export type Account = { uid: number; gid: number } | undefined

export const isRoot = () => process.getuid?.() === 0

/** The account for a new cluster. Throws an EmbeddedError when root has nobody to become. */
export function newAccount(): Account {
  if (!isRoot()) return undefined
  const [, uid, gid] = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(-?\d+):(-?\d+):/m) ?? []
  if (uid === undefined || gid === undefined) {
    throw new EmbeddedError(
      'Postgres does not run as root, and this machine has no user nobody: run Xtablo as an ordinary user, or set DATABASE_URL.',
    )
  }
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
}

/** The account that owns an existing cluster. Throws an EmbeddedError when this process can't become it. */
export function ownerOf(cluster: string): Account {
  const { uid, gid } = statSync(cluster)
  if (isRoot() && uid !== 0) return { uid, gid }
  if (uid === process.getuid?.() && uid !== 0) return undefined
  throw new EmbeddedError(
    `The database in ${cluster} belongs to user ${uid}: run Xtablo as that user or as root, or set DATA_DIR to another folder.`,
  )
}

/** Whether `account` can read `path`, and enter every folder above it. */
export function canRead(account: Account, path: string): boolean {
  return account === undefined || (may(account, realpathSync(path), READ) && canEnter(account, dirname(path)))
}

/** Whether `account` can enter `folder` and every folder above it. */
export function canEnter(account: Account, folder: string): boolean {
  if (account === undefined) return true
  const real = realpathSync(folder)
  return [real, ...foldersAbove(real)].every(each => may(account, each, ENTER))
}

const READ = 4
const ENTER = 1

function may(account: { uid: number; gid: number }, path: string, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path)
  const granted = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
  return (granted & wanted) === wanted
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersAbove(folder)]
}
