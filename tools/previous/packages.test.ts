import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/folder.ts'
import { linkPackages, unmet } from './packages.ts'

/** A node_modules with these packages. */
function installed(versions: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, version] of Object.entries(versions)) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ version }))
  }
  return folder
}

test('a package of the same major does, one of another or none does not, and it is said what to do', () => {
  const folder = installed({ pg: '8.30.0', '@hono/node-server': '3.0.0', kysely: '0.30.0', zod: '4.1.0' })
  assert.deepEqual(unmet({ pg: '8.23.1' }, folder), [])
  const needed = { '@hono/node-server': '2.1.8', kysely: '0.29.9', zod: '4.6.7', jose: '6.2.17' }
  assert.deepEqual(unmet(needed, folder), [
    'It needs @hono/node-server 2.1.8, and 3.0.0 is installed: npm install --save-dev --save-exact previous-hono-node-server@npm:@hono/node-server@2.1.8',
    'It needs kysely 0.29.9, and 0.30.0 is installed: npm install --save-dev --save-exact previous-kysely@npm:kysely@0.29.9',
    'It needs zod 4.6.7, and 4.1.0 is installed: npm install --save-dev --save-exact previous-zod@npm:zod@4.6.7',
    'It needs jose 6.2.17, and none is installed: npm install --save-dev --save-exact previous-jose@npm:jose@6.2.17',
  ])
})

test('what is installed as it was is used in its place', () => {
  const folder = installed({
    '@hono/node-server': '3.0.0',
    'previous-hono-node-server': '2.1.9',
    pg: '8.30.0',
  })
  const needed = { '@hono/node-server': '2.1.8', pg: '8.23.1' }
  assert.deepEqual(unmet(needed, folder), [])
  const release = temporaryFolder()
  linkPackages(needed, folder, release)
  const versions = Object.keys(needed).map(
    name => JSON.parse(readFileSync(join(release, 'node_modules', name, 'package.json'), 'utf8')).version,
  )
  assert.deepEqual(versions, ['2.1.9', '8.30.0'])
})
