import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../src/platform/root.ts'
import { DOCUMENT } from '../test/api-document.ts'
import { temporaryFolder } from '../test/folder.ts'

const { '/api/v1/me': _, ...paths } = DOCUMENT.paths
const whole = (version: string) => ({ ...DOCUMENT, info: { ...DOCUMENT.info, version } })
const broken = (version: string) => ({ ...whole(version), paths })
const described = (version: string) => ({ ...whole(version), tags: [] })
// A hook of git would point every git below it at its own repository.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
const GONE = /GET \/api\/v1\/me is gone/

/** A folder with a history, in which the documents are written, committed and checked. */
function project() {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'api'))
  const git = (...args: string[]) => {
    const name = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false']
    const { status, stderr } = spawnSync('git', [...name, ...args], { cwd: folder, env, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  const write = (document: object) =>
    writeFileSync(join(folder, 'api/openapi.json'), JSON.stringify(document, null, 2))
  return {
    folder,
    git,
    write,
    commit(document: object) {
      write(document)
      git('add', '.')
      git('commit', '--quiet', '--allow-empty', '--message', 'A change')
    },
    check() {
      const script = join(root, 'tools/breaking.ts')
      const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      assert.equal(stderr, '')
      return { status, said: stdout }
    },
  }
}

test('without git history there is nothing to break, and it says so', () => {
  const { check, write, git, commit } = project()
  write(whole('0.1.0'))
  assert.deepEqual(check(), { status: 0, said: 'There is no history to hold api/openapi.json against.\n' })
  git('init', '--quiet')
  commit(whole('0.1.0'))
  assert.deepEqual(check(), { status: 0, said: 'No other api/openapi.json was ever committed.\n' })
})

test('a change is held against the last document, before it is committed and after', () => {
  const { check, write, git, commit } = project()
  git('init', '--quiet')
  commit(whole('0.1.0'))
  commit(described('0.1.0'))
  assert.equal(check().status, 0)
  write(broken('0.1.0'))
  assert.match(check().said, GONE)
  assert.equal(check().status, 1)
  commit(broken('0.1.0'))
  assert.match(check().said, GONE)
  assert.equal(check().status, 1)
})

test('a commit that left the document alone, or took it away, is passed over', () => {
  const { folder, check, git, commit } = project()
  git('init', '--quiet')
  commit(whole('0.1.0'))
  rmSync(join(folder, 'api/openapi.json'))
  git('commit', '--quiet', '--all', '--message', 'Away with it')
  commit(broken('0.1.0'))
  commit(broken('0.1.0'))
  assert.match(check().said, GONE)
})

test('the version may say that clients break: the major, or the minor while the major is 0', () => {
  const { check, write, git, commit } = project()
  git('init', '--quiet')
  for (const [from, to, status] of [
    ['0.1.0', '0.1.1', 1],
    ['0.1.0', '0.2.0', 0],
    ['0.9.0', '1.0.0', 0],
    ['1.1.0', '1.2.0', 1],
    ['1.1.0', '2.0.0', 0],
    ['2.0.0', '1.0.0', 1],
  ] as const) {
    commit(whole(from))
    write(broken(to))
    const checked = check()
    assert.equal(checked.status, status, `${from} → ${to}`)
    assert.match(checked.said, GONE)
  }
})

test('two changes in a row do not pass for what breaks those who hold to the last release', () => {
  const { folder, check, git, commit, write } = project()
  git('init', '--quiet')
  write(whole('0.1.0'))
  mkdirSync(join(folder, 'test/previous'), { recursive: true })
  execFileSync('tar', ['-czf', 'test/previous/xtablo-0.1.0.tgz', 'api/openapi.json'], { cwd: folder })
  commit(whole('0.1.0'))
  assert.match(check().said, /^Nothing breaks a client since release 0\.1\.0\.\n/)
  commit(broken('0.1.0'))
  commit({ ...broken('0.1.0'), tags: [] })
  const { status, said } = check()
  assert.match(
    said,
    /^Since release 0\.1\.0 this breaks clients.*GET \/api\/v1\/me is gone.*Nothing breaks.* since \w{10}\./s,
  )
  assert.equal(status, 1)
})

test('a document that is not there fails, with what to do', () => {
  const { check } = project()
  assert.deepEqual(check(), { status: 1, said: 'There is no api/openapi.json: run npm run generate.\n' })
})
