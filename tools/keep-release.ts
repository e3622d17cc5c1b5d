// `npm run release:keep -- COMMIT`: keeps a release as it was built, for the tests of the release that follows it,
// which run its code on the new schema. It is built from its own sources on its own dependencies; kept is what runs of
// it: no tests, no source maps. Where the next release is begun, this is run on the tag of the last, and the file of
// the one before that is removed (docs/decisions/0013-expand-and-contract.md).

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What of a built checkout is kept. */
const KEPT = [
  'package.json',
  'package-lock.json',
  'api/openapi.json',
  'migrations',
  'dist/src',
  'dist/public',
]
/** Compressed copies of assets would be more than half of it: whoever unpacks it makes them again. */
const LEFT_OUT = ['*.map', '*.test.js', 'dist/public/assets/*.br', 'dist/public/assets/*.gz']

process.exitCode = main(process.argv.slice(2))

function main([commit, ...rest]: string[]): number {
  if (!commit || rest.length > 0) {
    print('Name the commit or tag of the release: npm run release:keep -- v0.1.0')
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'xtablo-release-'))
  try {
    if (!checkOut(commit, folder)) {
      print(`There is no commit ${commit} here.`)
      return 1
    }
    const { version }: { version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    for (const command of ['ci --no-audit --no-fund', 'run --silent build'])
      execFileSync('npm', command.split(' '), { cwd: folder, stdio: 'inherit' })
    const file = join('test', 'previous', `xtablo-${version}.tgz`)
    mkdirSync(join('test', 'previous'), { recursive: true })
    const excluded = LEFT_OUT.map(pattern => `--exclude=${pattern}`)
    execFileSync('tar', ['-czf', resolve(file), '-C', folder, ...excluded, ...KEPT])
    print(`${file} is release ${version}, as ${commit} makes it.`)
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkOut(commit: string, folder: string): boolean {
  const options = { maxBuffer: 256 * 1024 * 1024 }
  const { status, stdout } = spawnSync('git', ['archive', '--format=tar', commit], options)
  if (status !== 0) return false
  execFileSync('tar', ['-xf', '-', '-C', folder], { input: stdout })
  return true
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
