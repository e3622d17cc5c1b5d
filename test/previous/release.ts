// The release before this one, as tools/keep-release.ts kept it: its built code and its migrations, in a folder of
// their own, on the packages that are installed for this one.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { root } from '../../src/platform/root.ts'
import { keptRelease } from '../../tools/previous/kept.ts'
import { linkPackages, unmet } from '../../tools/previous/packages.ts'
import { temporaryFolder } from '../folder.ts'

export interface PreviousRelease {
  version: string
  /** Where it is unpacked */
  folder: string
  /** Its command line, a file for Node */
  main: string
}

/** Unpacks it for the tests of one file. Throws when it can't run on what is installed here, with what to do. */
export function previousRelease(): PreviousRelease {
  const kept = keptRelease(root)
  assert.ok(
    kept,
    'No release is kept in test/previous: run npm run release:keep with the tag of the last one',
  )
  const folder = temporaryFolder()
  execFileSync('tar', ['-xzf', kept.file, '-C', folder])
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const faults = unmet(dependencies, join(root, 'node_modules'))
  assert.deepEqual(faults, [], `Release ${kept.version} can't run here.\n${faults.join('\n')}`)
  linkPackages(dependencies, join(root, 'node_modules'), folder)
  compressAssets(join(folder, 'dist/public/assets'))
  return { version: kept.version, folder, main: join(folder, 'dist/src/main.js') }
}

/** Its server reads a compressed copy of every asset. */
function compressAssets(folder: string): void {
  const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } }
  for (const name of globSync('*.{js,css,svg}', { cwd: folder })) {
    const content = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, quickly))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 1 }))
  }
}
