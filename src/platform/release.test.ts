import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/folder.ts'
import { fingerprint } from './release.ts'

/** A build of two files of code and one asset, as it would lie on any machine. */
function build() {
  const folder = temporaryFolder()
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('src/app.js', 'export const app = 1')
  write('src/texts/en.js', 'export const en = {}')
  write('public/assets/manifest.json', '{"styles.css":"styles.1.css"}')
  write('package.json', '{"version":"1.0.0"}')
  return { folder, write, name: () => fingerprint(folder, join(folder, 'package.json')) }
}

test('the same build has the same name wherever it lies and whenever it was made', () => {
  const one = build()
  const copy = build()
  cpSync(one.folder, copy.folder, { recursive: true })
  assert.equal(one.name(), copy.name())
  assert.equal(one.name(), build().name())
})

test('another code, another text, another asset and another library each make another name, and a test does not', () => {
  const changes: [string, string][] = [
    ['src/app.js', 'export const app = 2'],
    ['src/texts/en.js', 'export const en = { a: 1 }'],
    ['src/new.js', ''],
    ['public/assets/manifest.json', '{"styles.css":"styles.2.css"}'],
    ['package.json', '{"version":"1.0.0","dependencies":{"hono":"5.0.0"}}'],
  ]
  const names = changes.map(([path, text]) => {
    const { write, name } = build()
    write(path, text)
    return name()
  })
  const tested = build()
  tested.write('src/app.test.js', 'test()')
  assert.equal(new Set([...names, build().name()]).size, changes.length + 1)
  assert.equal(tested.name(), build().name())
})
