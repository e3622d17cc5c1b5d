import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem, Program } from '../../test/api.ts'
import { PASSWORD } from '../../test/cast.ts'
import { hashingOf } from '../../test/hashing.ts'

const { web, pool, people, nobody, root } = await apiWeb()
const ada = { email: people.ada.email, password: PASSWORD }
const signIn = (given: unknown = ada) => nobody.post('/auth/token', given)
const refresh = (token: string) => nobody.post('/auth/refresh', { refresh_token: token })

beforeEach(() => pool.query('truncate rate_limits, token_families cascade'))

test('an e-mail address and its password give tokens, in the names of OAuth', async () => {
  const { status, headers, body } = await signIn({ ...ada, email: ' ADA@example.org ' })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token'])
  assert.deepEqual([body.token_type, body.expires_in], ['Bearer', 900])
  assert.equal(headers.get('Cache-Control'), 'no-store')
  const program = new Program(web, body.access_token)
  assert.equal((await program.get('/me')).body.id, people.ada.id)
  assert.equal((await program.post('/tablos', { title: 'Bakery' })).status, 201)
})

test('a wrong password and an unknown person are one and the same 401, which names the kind of token', async () => {
  const answers = [
    await signIn({ ...ada, password: 'wrong' }),
    await signIn({ ...ada, email: 'x@example.org' }),
  ]
  for (const answer of answers) {
    assertProblem(answer, 'unauthenticated')
    assert.equal(answer.headers.get('WWW-Authenticate'), 'Bearer realm="xtablo"')
  }
  assert.equal(answers[0]?.body.detail, answers[1]?.body.detail)
})

test('what can’t be anybody’s is nobody’s, and what has no form is refused by its name', async () => {
  for (const given of [
    { email: '', password: '' },
    { email: '\0', password: 'x'.repeat(5_000) },
  ])
    assertProblem(await signIn(given), 'unauthenticated')
  assertProblem(await signIn({}), 'invalid', ['email', 'password'])
  assertProblem(await signIn({ ...ada, code: 5 }), 'invalid', ['code'])
  assertProblem(await signIn({ ...ada, username: 'ada' }), 'invalid', ['username'])
  assertProblem(await nobody.post('/auth/refresh', { refresh_token: 'x'.repeat(1_001) }), 'invalid', [
    'refresh_token',
  ])
})

test('one attempt too many is 429: how long to wait, and which limit it was', async () => {
  // Nobody else's: a process remembers whom it keeps waiting.
  const vera = { ...ada, email: people.vera.email }
  for (let n = 0; n < 5; n++) assertProblem(await signIn({ ...vera, password: `${n}` }), 'unauthenticated')
  const answer = await signIn(vera)
  assertProblem(answer, 'too_many')
  const wait = answer.headers.get('Retry-After') ?? ''
  assert.match(wait, /^([1-9]|[1-5]\d|60)$/)
  assert.equal(answer.headers.get('RateLimit-Policy'), '"sign-in";q=5;w=60')
  assert.equal(answer.headers.get('RateLimit'), `"sign-in";r=0;t=${wait}`)
})

test('a refresh token works once, and what it gives goes on from there', async () => {
  const first = (await signIn()).body
  const second = await refresh(first.refresh_token)
  assert.equal(second.status, 200)
  assert.equal(second.headers.get('Cache-Control'), 'no-store')
  const third = await refresh(second.body.refresh_token)
  assert.equal(new Set([first, second.body, third.body].map(each => each.refresh_token)).size, 3)
  assert.equal((await new Program(web, third.body.access_token).get('/me')).body.email, ada.email)
})

test('one that comes a second time ends its family; another sign-in of the person goes on', async () => {
  const [stolen, other] = [(await signIn()).body, (await signIn()).body]
  const next = (await refresh(stolen.refresh_token)).body
  const again = await refresh(stolen.refresh_token)
  assertProblem(again, 'unauthenticated')
  assert.equal(again.headers.get('WWW-Authenticate'), 'Bearer realm="xtablo"')
  assertProblem(await refresh(next.refresh_token), 'unauthenticated')
  assert.equal((await refresh(other.refresh_token)).status, 200)
  assertProblem(await refresh('made up'), 'unauthenticated')
})

test('signing out ends the family, by any token of it; an unknown one is fine', async () => {
  const first = (await signIn()).body
  const second = (await refresh(first.refresh_token)).body
  const revoked = await nobody.post('/auth/revoke', { refresh_token: first.refresh_token })
  assert.deepEqual([revoked.status, revoked.text], [204, ''])
  assertProblem(await refresh(second.refresh_token), 'unauthenticated')
  assert.equal((await nobody.post('/auth/revoke', { refresh_token: 'made up' })).status, 204)
})

test('a disabled person is told so for the right password, and gets no token by a refresh', async () => {
  const { refresh_token } = (await signIn({ ...ada, email: people.ben.email })).body
  assert.equal((await root.post(`/users/${people.ben.id}/disable`)).status, 200)
  assertProblem(await signIn({ email: people.ben.email, password: PASSWORD }), 'forbidden')
  assertProblem(await signIn({ email: people.ben.email, password: 'wrong' }), 'unauthenticated')
  assertProblem(await refresh(refresh_token), 'unauthenticated')
})

test('a token, sent along, and a key for sending again change nothing about signing in', async () => {
  const headers = { Authorization: 'Bearer nonsense', 'Idempotency-Key': 'one' }
  const [first, second] = [
    await nobody.post('/auth/token', ada, headers),
    await nobody.post('/auth/token', ada, headers),
  ]
  assert.deepEqual([first.status, second.status], [200, 200])
  assert.notEqual(first.body.refresh_token, second.body.refresh_token)
  assert.equal(second.headers.get('Idempotency-Replayed'), null)
})

test('a body that is refused has cost no password check', async () => {
  const { runs } = await hashingOf(() => signIn({ ...ada, extra: 1 }))
  assert.equal(runs, 0)
})

test('the keys are published, by the id that the tokens name', async () => {
  const { access_token } = (await signIn()).body
  const { kid, alg } = JSON.parse(Buffer.from(access_token.split('.')[0], 'base64url').toString())
  assert.equal(alg, 'EdDSA')
  const { body } = await nobody.get('/.well-known/jwks.json')
  const key = body.keys.find((each: { kid: string }) => each.kid === kid)
  assert.deepEqual([key.kty, key.crv, key.d], ['OKP', 'Ed25519', undefined])
})
