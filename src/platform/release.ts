// What this code would draw, by one name: two processes with the same name draw the same page of the same things, so a
// browser that got one from either is told by the other that nothing has changed. The version is not enough, for a build
// between two releases has it too. So it is everything that a page is made of: the built code with its texts, the
// assets, the libraries by the versions that package.json names, and the runtime, whose Intl writes the dates.

import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.ts'

let known: string | undefined

/** The name of what runs here. Made when it is first asked for: tools run from the sources, where nothing is built. */
export function release(): string {
  known ??= fingerprint(join(import.meta.dirname, '../..'), join(root, 'package.json'))
  return known
}

/** The name of what was built into a folder, for the package that it belongs to. */
export function fingerprint(built: string, manifest: string): string {
  const hash = createHash('sha256').update(process.version)
  const files = globSync('src/**/*.js', { cwd: built, exclude: ['**/*.test.js'] }).sort()
  for (const file of [...files, 'public/assets/manifest.json']) {
    const bytes = readFileSync(join(built, file))
    hash.update(`${file} ${bytes.length}\n`).update(bytes)
  }
  return hash.update(readFileSync(manifest)).digest('base64url')
}
