import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { hashingOf } from '../../test/hashing.ts'
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts'

const PASSWORD = 'correct horse battery staple'
const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** A stored hash under parameters of the test's choice. */
function stored(memory: number, passes: number, parallelism: number): string {
  const nonce = Buffer.alloc(16, 7)
  const tag = argon2Sync('argon2id', {
    message: PASSWORD,
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: 32,
  })
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`
}

test('a password is kept as an argon2id PHC string: 64 MiB, one pass, four lanes, 16 bytes of salt, 32 of hash', async () => {
  const hash = await hashPassword(PASSWORD)
  assert.match(hash, /^\$argon2id\$v=19\$m=65536,t=1,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(isOutdated(hash), false)
})

test('the same password is never kept as the same string', async () => {
  assert.notEqual(await hashPassword(PASSWORD), await hashPassword(PASSWORD))
})

test('only the password that was hashed is right', async () => {
  const hash = await hashPassword(PASSWORD)
  assert.equal(await verifyPassword(PASSWORD, hash), true)
  assert.equal(await verifyPassword(`${PASSWORD} `, hash), false)
  assert.equal(await verifyPassword('', hash), false)
})

test('a password is the same one however the keyboard composes its characters', async () => {
  const hash = await hashPassword('café à la crème'.normalize('NFC'))
  assert.equal(await verifyPassword('café à la crème'.normalize('NFD'), hash), true)
})

test('a hash of other parameters verifies, and is known to be outdated', async () => {
  const old = stored(8_192, 2, 1)
  assert.equal(await verifyPassword(PASSWORD, old), true)
  assert.equal(await verifyPassword('something else entirely', old), false)
  assert.equal(isOutdated(old), true)
})

test('without a stored hash the answer is no, for the same work', async () => {
  const hash = await hashPassword(PASSWORD)
  const known = await hashingOf(() => verifyPassword('wrong password', hash))
  const unknown = await hashingOf(async () =>
    assert.equal(await verifyPassword('wrong password', null), false),
  )
  assert.deepEqual(unknown, known)
  assert.equal(known.runs, 1)
})

test('what is not a PHC string of argon2id verifies nothing', async () => {
  for (const text of [
    '',
    'plain',
    '$2b$12$abcdefghijklmnopqrstuv',
    '$argon2i$v=19$m=65536,t=1,p=4$AAAA$AAAA',
  ])
    assert.equal(await verifyPassword(PASSWORD, text), false)
})

test('two hashes run at once, the others wait, and the event loop is free meanwhile', async () => {
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  const hashing = await hashingOf(() => Promise.all(Array.from({ length: 6 }, () => hashPassword(PASSWORD))))
  clearInterval(ticking)
  assert.deepEqual(hashing, { runs: 6, atOnce: 2 })
  assert.ok(turns > 10, `the event loop turned ${turns} times`)
})

test('a hash that fails lets the next one run', async () => {
  const impossible = `$argon2id$v=19$m=1,t=1,p=4$${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(32))}`
  for (let n = 0; n < 3; n++) await assert.rejects(verifyPassword(PASSWORD, impossible))
  const hashing = await hashingOf(() => Promise.all([1, 2, 3].map(() => hashPassword(PASSWORD))))
  assert.deepEqual(hashing, { runs: 3, atOnce: 2 })
})
