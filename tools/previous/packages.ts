// A kept release brings no packages: it runs on those that are installed for this one, as long as these keep what they
// promised to it. Where one no longer does, the old one is installed beside it under a name of its own.

import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

type Dependencies = Record<string, string>

/** The name under which a package that changed too much is installed as it was: `previous-pg-boss` for `pg-boss`. */
const asItWas = (name: string) => `previous-${name.replace(/^@/, '').replace('/', '-')}`

/** What a release needs and `folder`, a node_modules, does not have, each as a line that says what to do. */
export function unmet(needed: Dependencies, folder: string): string[] {
  return Object.entries(needed).flatMap(([name, version]) => {
    const installed = versionOf(placeOf(name, folder))
    if (installed !== undefined && serves(installed, version)) return []
    const add = `npm install --save-dev --save-exact ${asItWas(name)}@npm:${name}@${version}`
    return [`It needs ${name} ${version}, and ${installed ?? 'none'} is installed: ${add}`]
  })
}

/** Makes a node_modules in `release`, with what is installed in `folder`. */
export function linkPackages(needed: Dependencies, folder: string, release: string): void {
  for (const name of Object.keys(needed)) {
    const link = join(release, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(resolve(placeOf(name, folder)), link)
  }
}

function placeOf(name: string, folder: string): string {
  const old = join(folder, asItWas(name))
  return existsSync(old) ? old : join(folder, name)
}

function versionOf(place: string): string | undefined {
  const path = join(place, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined
}

/** Whether a version promises all that the other did: the same major, or the same minor while that is 0, and no older. */
function serves(installed: string, needed: string): boolean {
  const [[major = 0, minor = 0, patch = 0], [oldMajor = 0, oldMinor = 0, oldPatch = 0]] = [
    installed,
    needed,
  ].map(version => version.split(/[.+-]/, 3).map(Number)) as [number[], number[]]
  if (major !== oldMajor || (major === 0 && minor !== oldMinor)) return false
  return minor > oldMinor || (minor === oldMinor && patch >= oldPatch)
}
