import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mock, test } from 'node:test'
import { base64url, SignJWT } from 'jose'
import { callersOf, queriesOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { cast, from, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { newId } from '../platform/ids.ts'
import { rotateKeys, signingKey } from './signing-keys.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const { secret, log } = web.deps
const { ada, root } = await cast(database)
const callers = callersOf(web.deps)
const issue = (email = ada.email) => callers.issue({ email, password: PASSWORD }, from)
const { accessToken } = await issue()
const key = await signingKey(db, secret, log)
const [header = '', payload = '', signature = ''] = accessToken.split('.')
const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
const encoded = (part: object) => base64url.encode(JSON.stringify(part))

test('a token says who, in which role, by which family, from whom, for whom and how long', async () => {
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), {
    alg: 'EdDSA',
    kid: key.id,
    typ: 'JWT',
  })
  const { sid, iat, exp, ...rest } = claims
  assert.deepEqual(rest, { iss: 'http://127.0.0.1:8080', aud: 'xtablo-api', sub: ada.id, role: 'user' })
  assert.equal(exp - iat, 900)
  assert.equal((await callers.find(accessToken))?.credential, sid)
  assert.equal((await callers.find((await issue(root.email)).accessToken))?.actor.role, 'admin')
})

test('a token is good for fifteen minutes', async () => {
  const own = callersOf(web.deps)
  own.pass(890)
  assert.ok(await own.find(accessToken))
  own.pass(20)
  assert.equal(await own.find(accessToken), undefined)
})

/** Signed by our own key, with claims or a header that are not what we write. */
const forged = (changed: object, head: object = {}) =>
  new SignJWT({ ...claims, ...changed })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.id, ...head })
    .sign(key.key)

test('a token of another issuer, for others, without an end or without a person is refused', async () => {
  assert.ok(await callers.find(await forged({})), 'what is forged here is good but for what is changed')
  const cases = [
    { iss: 'https://evil.example' },
    { iss: undefined },
    { aud: 'another-api' },
    { aud: undefined },
    { exp: claims.iat - 1 },
    { exp: undefined },
    { nbf: claims.exp },
    { sub: undefined },
    { sid: undefined },
    { role: undefined },
  ]
  for (const changed of cases)
    assert.equal(await callers.find(await forged(changed)), undefined, JSON.stringify(changed))
  assert.equal(await callers.find(await forged({}, { kid: undefined })), undefined)
  assert.equal(await callers.find(await forged({}, { kid: newId() })), undefined)
})

test('a token signed by a stranger, by nobody, or by our public key as if it were a secret, is refused', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const stranger = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: key.id })
  const { keys } = await callers.jwks()
  const { x = '' } = keys[0] ?? {}
  const shared = (secret: Uint8Array) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.id }).sign(secret)
  const tokens = [
    await stranger.sign(privateKey),
    `${encoded({ alg: 'none', kid: key.id })}.${payload}.`,
    `${encoded({ alg: 'none' })}.${payload}.${signature}`,
    await shared(Buffer.from(x.padEnd(44, '='))),
    await shared(Buffer.from(x, 'base64url')),
  ]
  for (const token of tokens) assert.equal(await callers.find(token), undefined, token)
})

test('a token of which a part was changed is refused, and so is what is no token, never as a fault', async () => {
  const other = encoded({ ...claims, role: 'admin' })
  const tokens = [
    `${header}.${other}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -2)}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${accessToken}.x`,
    `${encoded([])}.${payload}.${signature}`,
    `${base64url.encode('null')}.${payload}.${signature}`,
    `${encoded({ alg: 'EdDSA', kid: 1 })}.${payload}.${signature}`,
    `${encoded({ alg: 'EdDSA', kid: '__proto__', crit: ['x'] })}.${payload}.${signature}`,
    '',
    '.',
    '..',
    'x',
    'xtb_',
    '🦊',
    '\0',
    ' '.repeat(100),
    'a.b.c',
    'x'.repeat(20_000),
  ]
  for (const token of tokens) assert.equal(await callers.find(token), undefined, token)
})

test('a token of another Xtablo, with the same secret, is refused by its address', async () => {
  const elsewhere = callersOf(testApp(database, { BASE_URL: 'https://tablo.example.org' }).deps)
  assert.equal(await elsewhere.find(accessToken), undefined)
})

test('verifying asks the database nothing, but once in twenty seconds', async () => {
  const own = callersOf(web.deps)
  const verify = () => own.find(accessToken)
  assert.ok((await queriesOf(web.deps, verify)) > 0)
  const many = () => Promise.all(Array.from({ length: 50 }, verify))
  assert.equal(await queriesOf(web.deps, many), 0)
  own.pass(19)
  assert.equal(await queriesOf(web.deps, many), 0)
  own.pass(2)
  assert.equal(await queriesOf(web.deps, many), 2, 'the keys, and what ended')
})

test('a signature is checked once, and a key that is gone is known to be gone all the same', async () => {
  const own = callersOf(web.deps)
  const { subtle } = globalThis.crypto
  const verify = mock.method(subtle, 'verify')
  try {
    for (let time = 0; time < 3; time++) assert.ok(await own.find(accessToken))
    assert.equal(await own.find(`${header}.${payload}.${signature.toLowerCase()}`), undefined)
    assert.equal(verify.mock.callCount(), 2)
  } finally {
    verify.mock.restore()
  }
  await pool.query('alter table signing_keys rename to elsewhere')
  await pool.query('create table signing_keys (like elsewhere)')
  own.pass(21)
  assert.equal(await own.find(accessToken), undefined)
  await pool.query('drop table signing_keys')
  await pool.query('alter table elsewhere rename to signing_keys')
  own.pass(21)
  assert.ok(await own.find(accessToken))
})

test('a clock that is set back leaves nobody in whose family has ended', async () => {
  const own = callersOf(web.deps)
  const { accessToken, refreshToken } = await issue()
  assert.ok(await own.find(accessToken))
  await callers.revoke(refreshToken)
  own.pass(-3_600)
  assert.equal(await own.find(accessToken), undefined)
})

test('a new key is accepted at once, and invented ones make nobody ask more than every two seconds', async () => {
  const own = callersOf(web.deps)
  await own.find(accessToken)
  own.pass(3)
  await rotateKeys(db, secret)
  assert.ok(await own.find((await issue()).accessToken))
  const invented = await Promise.all(Array.from({ length: 30 }, () => forged({}, { kid: newId() })))
  const flood = () => Promise.all(invented.map(token => own.find(token)))
  assert.equal(await queriesOf(web.deps, flood), 0)
  own.pass(3)
  assert.equal(await queriesOf(web.deps, flood), 2)
})

test('a database that is away is a fault and no refusal, and is asked again the next time', async () => {
  const own = callersOf(web.deps)
  await pool.query('alter table token_families rename to elsewhere')
  try {
    await assert.rejects(own.find(accessToken), /token_families/)
  } finally {
    await pool.query('alter table elsewhere rename to token_families')
  }
  assert.ok(await own.find(accessToken))
})
