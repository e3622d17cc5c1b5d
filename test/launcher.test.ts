import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { root } from '../src/platform/root.ts'
import { type Command, program } from './command.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './folder.ts'

const database = await testDatabase()

/** Changes the Node that runs the launcher, as `--import` takes it. */
const changed = (script: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`,
})

/** How the launcher hands over, by the environment that makes it: an old Node has no execve. */
const WAYS = { 'by becoming it': {}, 'by starting it': changed('delete process.execve') }

/** Stands in for the product: says which Node runs it, and ends as it is asked to. */
const PRODUCT = `
const [how, value] = process.argv.slice(2)
process.on('SIGTERM', () => process.exit(3))
console.log('runs', process.execPath, JSON.stringify(process.argv.slice(2)), process.execArgv.join())
if (how === 'exit') process.exit(Number(value))
if (how === 'die') process.kill(process.pid, 'SIGKILL')
setInterval(() => {}, 1000)
`

/** A package with that product, whose path is as people's are. */
function fakePackage({ dependencies = true } = {}): string {
  const folder = join(temporaryFolder(), 'données d’un ami')
  mkdirSync(join(folder, 'dist/src'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'dist/src/main.js'), PRODUCT)
  mkdirSync(join(folder, 'bin'))
  cpSync(join(root, 'bin/xtablo.cjs'), join(folder, 'bin/xtablo.cjs'))
  if (dependencies) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'bin/xtablo.cjs')
}

async function ending({ process: child, ended }: Command): Promise<number | string | null> {
  return (await ended) ?? child.signalCode
}

for (const [way, environment] of Object.entries(WAYS)) {
  test(`the packaged Node gets every argument, ${way}`, async () => {
    const { said, ended } = program(fakePackage(), ['exit', '0', 'two words', '--flag'], environment)
    assert.equal(await ended, 0)
    assert.match(said(), new RegExp(`^runs ${root}/node_modules/node-[\\w-]+/bin/node `))
    assert.match(said(), /\["exit","0","two words","--flag"\] --enable-source-maps\n$/)
  })

  test(`the exit code or the deadly signal of the product is that of the command, ${way}`, async () => {
    const launcher = fakePackage()
    assert.equal(await ending(program(launcher, ['exit', '7'], environment)), 7)
    assert.equal(await ending(program(launcher, ['die'], environment)), 'SIGKILL')
  })

  test(`a signal reaches the product, ${way}`, async () => {
    const launcher = fakePackage()
    const heeded = program(launcher, ['wait'], environment)
    await heeded.says(/^runs/)
    heeded.process.kill('SIGTERM')
    assert.equal(await ending(heeded), 3)
    const deadly = program(launcher, ['wait'], environment)
    await deadly.says(/^runs/)
    deadly.process.kill('SIGHUP')
    assert.equal(await ending(deadly), 'SIGHUP')
  })
}

test('the Node of the machine, whichever it is, runs the launcher', async t => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  const node = folders.map(folder => join(folder, 'node')).find(existsSync)
  if (node === undefined) return t.skip('there is none')
  const { said, ended } = program(fakePackage(), ['exit', '0'], {}, { node })
  assert.equal(await ended, 0)
  assert.match(said(), new RegExp(`^runs ${root}/node_modules/`))
})

test('where it can’t run it says so in one line', async () => {
  const cases: [script: string, says: RegExp][] = [
    [`Object.defineProperty(process, 'platform', { value: 'win32' })`, /run it in WSL/],
    [`Object.defineProperty(process, 'arch', { value: 'ia32' })`, /does not run on \w+-ia32: it runs on/],
    [
      `import fs from 'node:fs'; fs.existsSync = () => false; Object.defineProperty(process, 'platform', { value: 'linux' })`,
      /needs a Linux with glibc/,
    ],
  ]
  for (const [script, says] of cases) {
    const { said, ended } = program(fakePackage(), ['exit', '0'], changed(script))
    assert.equal(await ended, 1)
    assert.match(said(), says)
    assert.equal(said().split('\n').length, 2, said())
  }
  const { said, ended } = program(fakePackage({ dependencies: false }), ['exit', '0'], {})
  assert.equal(await ended, 1)
  assert.match(
    said(),
    /^The package node-[\w-]+ is missing: install Xtablo again, without --omit=optional.*\n$/,
  )
})

test('a server whose launcher was killed shuts down', async () => {
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: temporaryFolder(),
    PORT: '0',
    ...WAYS['by starting it'],
  }
  const web = program(join(root, 'bin/xtablo.cjs'), ['web'], environment)
  await web.says(/Xtablo is ready/)
  web.process.kill('SIGKILL')
  await web.says(/what started it has ended: shutting down.*shutdown complete/s)
})
