import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadSecret, SecretError } from './secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'xtablo-secret-'))
after(() => rmSync(folder, { recursive: true }))

test('the secret of the environment is taken as it is, and nothing is written', () => {
  const dataDir = join(folder, 'none')
  assert.equal(loadSecret({ sessionSecret: 'from the environment', dataDir }), 'from the environment')
  assert.throws(() => statSync(dataDir), { code: 'ENOENT' })
})

test('without one, a random one is made once and readable by its owner alone', () => {
  const dataDir = join(folder, 'a', 'data')
  const secret = loadSecret({ sessionSecret: undefined, dataDir })
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.equal(loadSecret({ sessionSecret: undefined, dataDir }), secret)
  assert.deepEqual(readdirSync(dataDir), ['session-secret'])
  const path = join(dataDir, 'session-secret')
  assert.equal(readFileSync(path, 'utf8'), `${secret}\n`)
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.notEqual(loadSecret({ sessionSecret: undefined, dataDir: join(folder, 'b') }), secret)
})

test('a stored secret that is empty or cut short is refused by the name of its file, and left as it is', () => {
  const dataDir = join(folder, 'c')
  const path = join(dataDir, 'session-secret')
  mkdirSync(dataDir)
  for (const content of ['', '\n', ` ${'x'.repeat(31)} \n`]) {
    writeFileSync(path, content)
    assert.throws(
      () => loadSecret({ sessionSecret: undefined, dataDir }),
      (error: Error) => error instanceof SecretError && error.message.startsWith(`${path} `),
    )
    assert.equal(readFileSync(path, 'utf8'), content)
  }
})
