// The release before this one, as `npm run release:keep` left it in test/previous.

import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface KeptRelease {
  file: string
  version: string
}

/** The newest release that is kept in a checkout, if any is. */
export function keptRelease(checkout: string): KeptRelease | undefined {
  return globSync('test/previous/xtablo-*.tgz', { cwd: checkout })
    .map(path => ({
      file: join(checkout, path),
      version: basename(path).slice('xtablo-'.length, -'.tgz'.length),
    }))
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
    .at(-1)
}

/** What a file of it says. Throws when it has none of that path. */
export function readKept({ file }: KeptRelease, path: string): string {
  return execFileSync('tar', ['-xzOf', file, path], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

/** The paths of its files. */
export function listKept({ file }: KeptRelease): string[] {
  return execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).split('\n').filter(Boolean)
}
