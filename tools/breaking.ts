// `npm run check:api`: fails when the API's document breaks a client which held to that of the release before this one,
// or to the last committed one that differs, unless its version says so: the major is raised, or the minor while the
// major is 0. A document that is not committed yet is held against the last commit; one that is, against what it replaced.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { breakingChanges } from './breaking/changes.ts'
import { keptRelease, readKept } from './previous/kept.ts'

const PATH = 'api/openapi.json'

process.exitCode = main()

function main(): number {
  if (!existsSync(PATH)) {
    print(`There is no ${PATH}: run npm run generate.`)
    return 1
  }
  const text = readFileSync(PATH, 'utf8')
  return Math.max(compareWithRelease(text), compareWithHistory(text))
}

/** The history alone forgets: of two changes in a row, the second is held against the first. */
function compareWithRelease(text: string): number {
  const kept = keptRelease('.')
  return kept ? compare(`release ${kept.version}`, readKept(kept, PATH), text) : 0
}

function compareWithHistory(text: string): number {
  const commits = git('log', '--format=%H', '--', PATH)
  if (commits === undefined) {
    print(`There is no history to hold ${PATH} against.`)
    return 0
  }
  for (const commit of commits.split('\n').filter(Boolean)) {
    const committed = git('show', `${commit}:./${PATH}`)
    if (committed !== undefined && committed !== text) return compare(commit.slice(0, 10), committed, text)
  }
  print(`No other ${PATH} was ever committed.`)
  return 0
}

function compare(since: string, committed: string, text: string): number {
  const [before, after] = [JSON.parse(committed), JSON.parse(text)]
  const faults = breakingChanges(before, after)
  const [old, now]: [string, string] = [before.info.version, after.info.version]
  if (faults.length === 0) {
    print(`Nothing breaks a client since ${since}.`)
    return 0
  }
  const told = saysBreaking(old, now)
  print(
    `Since ${since} this breaks clients, ${told ? `as version ${now} says` : `and version ${now} does not say so`}:`,
  )
  for (const fault of faults) print(`  ${fault}`)
  if (!told) print('Undo it, or raise the version: the major, or the minor while the major is 0.')
  return told ? 0 : 1
}

function saysBreaking(before: string, after: string): boolean {
  const [[oldMajor = 0, oldMinor = 0], [major = 0, minor = 0]] = [numbersOf(before), numbersOf(after)]
  return major > oldMajor || (major === 0 && oldMajor === 0 && minor > oldMinor)
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number)
}

/** What git says, or undefined where there is no git, no repository, or nothing of that name. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return status === 0 ? stdout : undefined
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
