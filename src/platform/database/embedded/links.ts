// The libraries of Postgres know each other by short names, which are symbolic links. An npm package can't hold any, so
// this one lists them, and its install script makes them. npm runs that script no more where it was told so, or from
// npm 12 on unless the project that is installed into allows it: then they are made here.

import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** As the package has it, from its root: `native/lib/libpq.so.5.18`. */
interface Link {
  source: string
  target: string
}

/** Makes the links that are missing in the folder of the binaries. False: this user may not write there. */
export function completeLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json')
  const links: Link[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  return links.every(link => complete(native, link))
}

function complete(native: string, { source, target }: Link): boolean {
  const path = join(native, relative('native', target))
  if (existsSync(path)) return true
  try {
    symlinkSync(relative(dirname(target), source), path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false
    // Another process that starts just now was quicker.
    if (code !== 'EEXIST') throw error
  }
  return true
}
