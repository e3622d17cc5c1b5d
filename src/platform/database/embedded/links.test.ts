import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../../test/folder.ts'
import { completeLinks } from './links.ts'

/** The binaries as npm unpacks them, in a folder of any name. */
function unpacked(): string {
  const native = join(temporaryFolder(), 'postgres-18')
  mkdirSync(join(native, 'lib/private'), { recursive: true })
  writeFileSync(join(native, 'lib/libpq.so.5.18'), 'a library')
  const links = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/private/libpq.so' },
  ]
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  return native
}

test('links that npm did not make are made, and those that are there stay', () => {
  const native = unpacked()
  symlinkSync('./libpq.so.5.18', join(native, 'lib/libpq.so.5'))
  assert.equal(completeLinks(native), true)
  assert.equal(readlinkSync(join(native, 'lib/libpq.so.5')), './libpq.so.5.18')
  assert.equal(readFileSync(join(native, 'lib/private/libpq.so'), 'utf8'), 'a library')
  assert.equal(completeLinks(native), true)
})

test('binaries without a list of links have none to make', () => {
  assert.equal(completeLinks(temporaryFolder()), true)
})
