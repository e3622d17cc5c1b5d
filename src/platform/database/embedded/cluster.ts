// A cluster is made aside and renamed when it is whole, so that one whose making was killed never blocks the next
// start. Two processes may make one at once: the second rename fails, and its maker takes the first one's cluster.
// Both made it with the same password, since that file was linked into its place by whoever came first.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { EmbeddedError, fullDisk, notWritable, SAYS_FULL, SAYS_READ_ONLY } from './errors.ts'
import type { Home } from './home.ts'

/** The superuser of the cluster, and its only user. */
export const USER = 'xtablo'

/** Makes a cluster in `home` unless another process did so meanwhile. Throws an EmbeddedError when it can't. */
export async function makeCluster(home: Home, binaries: Binaries): Promise<void> {
  const password = makePassword(home.folder)
  const aside = join(home.folder, `cluster.new-${process.pid}`)
  const passwordFile = `${aside}.password`
  try {
    mkdirSync(aside, { mode: 0o700 })
    give(aside, home.account)
    writeFileSync(passwordFile, password, { mode: 0o600 })
    give(passwordFile, home.account)
    await initialize(aside, passwordFile, home, binaries)
    putInPlace(aside, home.cluster)
  } finally {
    rmSync(aside, { recursive: true, force: true })
    rmSync(passwordFile, { force: true })
  }
}

/** Removes what a killed making left. Its initdb may still be writing there: then the next start removes it. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = name.match(/\.new-(\d+)/) ?? []
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {}
  }
}

/** Checks that `binaries` can open the cluster, before anything touches it. Throws an EmbeddedError that says why not. */
export function checkCluster({ cluster, folder }: Home, binaries: Binaries): void {
  const path = join(cluster, 'PG_VERSION')
  const major = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
  if (major === undefined) {
    throw new EmbeddedError(
      `${cluster} is not a Postgres database: move it away, or restore it from a backup.`,
    )
  }
  if (major !== binaries.major) {
    throw new EmbeddedError(
      `The database in ${folder} was made by Postgres ${major}, and this release brings Postgres ${binaries.major}: run xtablo backup FILE by the release that made it, move ${cluster} to another place, and run xtablo restore FILE by this release. Everything else stays where it is, above all session-secret.`,
    )
  }
}

/** The password of the cluster's user. Throws an EmbeddedError when its file is gone. */
export function readPassword(folder: string): string {
  const path = join(folder, 'password')
  if (!existsSync(path)) {
    throw new EmbeddedError(
      `${path}, the password of the database, is gone: bring it back from a backup of that folder.`,
    )
  }
  return readFileSync(path, 'utf8').trim()
}

export function give(path: string, account: Account): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid)
}

function makePassword(folder: string): string {
  const path = join(folder, 'password')
  if (!existsSync(path)) {
    const aside = `${path}.new-${process.pid}`
    writeFileSync(aside, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
    try {
      linkSync(aside, path)
    } catch (error) {
      if (!existsSync(path)) throw error
    } finally {
      rmSync(aside)
    }
  }
  return readPassword(folder)
}

async function initialize(
  folder: string,
  passwordFile: string,
  home: Home,
  binaries: Binaries,
): Promise<void> {
  const options = ['-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-E', 'UTF8', '--locale=C']
  const child = spawn(binaries.initdb, ['-D', folder, ...options], {
    ...home.account,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exit = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code ?? 'unknown'))
  })
  const [said, code] = await Promise.all([text(child.stderr), exit])
  if (code !== 0) throw explainInitdb(said, code, home)
}

function explainInitdb(said: string, code: number | string, home: Home): EmbeddedError {
  if (SAYS_FULL.test(said)) return fullDisk(home.folder)
  if (SAYS_READ_ONLY.test(said)) return notWritable(home.folder)
  const lines = said.trim().split('\n')
  const reason = lines.find(line => /error|FATAL/.test(line)) ?? lines.at(-1)
  return new EmbeddedError(
    `The database in ${home.folder} could not be made (initdb ended with ${code}): ${reason || 'it gave no reason'}.`,
  )
}

function putInPlace(aside: string, cluster: string): void {
  try {
    renameSync(aside, cluster)
  } catch (error) {
    if (!existsSync(join(cluster, 'PG_VERSION'))) throw error
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
