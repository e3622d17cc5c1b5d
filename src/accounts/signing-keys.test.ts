import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { cast, from, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { rotateKeys, signingKey } from './signing-keys.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const { secret, log } = web.deps
const people = await cast(database)
const given = { email: people.ada.email, password: PASSWORD }
const OTHER_SECRET = 'another secret of the tests, all of it'

beforeEach(async () => {
  await pool.query('truncate signing_keys, token_families, rate_limits cascade')
  web.lines.length = 0
})

const kids = async () =>
  (await pool.query('select id from signing_keys where retired_at is null')).rows.map(({ id }) => id)
const published = async (app = web) =>
  JSON.parse((await app.visitor().get('/.well-known/jwks.json')).text).keys.map(
    ({ kid }: { kid: string }) => kid,
  )

test('a key is made when it is first needed, and signs from then on', async () => {
  const first = await signingKey(db, secret, log)
  assert.equal((await signingKey(db, secret, log)).id, first.id)
  assert.deepEqual(await kids(), [first.id])
})

test('of many processes that need the first key at once, one makes it', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => signingKey(db, secret, log)))
  assert.equal(new Set(made.map(({ id }) => id)).size, 1)
  assert.deepEqual(await kids(), [made[0]?.id])
})

test('the private key is nowhere in the database', async () => {
  const { key } = await signingKey(db, secret, log)
  const { d = '' } = key.export({ format: 'jwk' })
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const { rows } = await pool.query('select public_jwk, private_key from signing_keys')
  assert.deepEqual(Object.keys(rows[0].public_jwk).sort(), ['crv', 'kty', 'x'])
  for (const part of [der, Buffer.from(d, 'base64url')]) assert.ok(!rows[0].private_key.includes(part))
})

test('the public keys are published, with nothing of the private ones, for five minutes’ keeping', async () => {
  const { id } = await signingKey(db, secret, log)
  const answer = await web.visitor().get('/.well-known/jwks.json')
  assert.equal(answer.headers.get('Cache-Control'), 'public, max-age=300')
  assert.ok(!answer.headers.get('Vary')?.includes('Cookie'))
  const { keys } = JSON.parse(answer.text)
  assert.equal(keys.length, 1)
  const { x, ...rest } = keys[0]
  assert.match(x, /^[\w-]{43}$/)
  assert.deepEqual(rest, { kty: 'OKP', crv: 'Ed25519', kid: id, alg: 'EdDSA', use: 'sig' })
})

test('anybody can check a token by the published keys alone', async () => {
  const { accessToken } = await callersOf(web.deps).issue(given, from)
  const visitor = web.visitor()
  const keys = createRemoteJWKSet(new URL('http://127.0.0.1:8080/.well-known/jwks.json'), {
    [customFetch]: async () => new Response((await visitor.get('/.well-known/jwks.json')).text),
  })
  const { payload } = await jwtVerify(accessToken, keys, {
    issuer: 'http://127.0.0.1:8080',
    audience: 'xtablo-api',
  })
  assert.equal(payload.sub, people.ada.id)
})

test('after a rotation a new key signs, in processes that run too, and tokens of the old one are still good', async () => {
  const callers = callersOf(web.deps)
  const old = await callers.issue(given, from)
  const [before] = await kids()
  const kid = await rotateKeys(db, secret)
  const fresh = await callers.issue(given, from)
  assert.deepEqual(await kids(), [kid])
  assert.equal(kidOf(fresh.accessToken), kid)
  assert.equal(kidOf(old.accessToken), before)
  for (const { accessToken } of [old, fresh]) {
    assert.equal((await callers.find(accessToken))?.actor.id, people.ada.id)
    assert.equal((await callersOf(web.deps).find(accessToken))?.actor.id, people.ada.id)
  }
  assert.deepEqual(await published(testApp(database)), [kid, before])
  const { rows } = await pool.query('select private_key from signing_keys where retired_at is not null')
  assert.deepEqual(rows, [{ private_key: null }])
})

test('a retired key is neither accepted nor published once what it signed has expired', async () => {
  const { accessToken } = await callersOf(web.deps).issue(given, from)
  const kid = await rotateKeys(db, secret)
  await pool.query(`update signing_keys set retired_at = now() - interval '19 minutes' where id <> $1`, [kid])
  assert.ok(await callersOf(web.deps).find(accessToken))
  await pool.query(`update signing_keys set retired_at = now() - interval '21 minutes' where id <> $1`, [kid])
  assert.equal(await callersOf(web.deps).find(accessToken), undefined)
  assert.deepEqual(await published(testApp(database)), [kid])
})

test('a rotation is in the audit, and many at once leave one key that signs', async () => {
  await pool.query('truncate audit')
  const made = await Promise.all([1, 2, 3].map(() => rotateKeys(db, secret)))
  assert.equal(new Set(made).size, 3)
  const [now] = await kids()
  assert.ok(made.includes(now))
  const { rows } = await pool.query('select kind, actor_id from audit')
  assert.deepEqual(rows, Array(3).fill({ kind: 'keys_rotated', actor_id: null }))
})

test('a key that another secret sealed gives way to a new one, with a warning', async () => {
  const old = await signingKey(db, OTHER_SECRET, log)
  const callers = callersOf(web.deps)
  const { accessToken } = await callers.issue(given, from)
  assert.ok(await callers.find(accessToken))
  assert.deepEqual(await kids(), [kidOf(accessToken)])
  assert.notEqual(kidOf(accessToken), old.id)
  const [line] = web.lines.filter(({ level }) => level === 40)
  assert.equal(line?.kid, old.id)
  assert.match(String(line?.msg), /SESSION_SECRET.*programs must get new ones/)
})

const kidOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid as string
