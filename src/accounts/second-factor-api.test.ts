import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { apiWeb, assertProblem, Program } from '../../test/api.ts'
import { testApp } from '../../test/app.ts'
import { PASSWORD } from '../../test/cast.ts'
import { authenticatorOf, passkeyOf } from '../../test/second-factor.ts'
import { signInLimits } from './limits.ts'

const { database, pool, people } = await apiWeb()
const { deps } = testApp(database)
const ada = { email: people.ada.email, password: PASSWORD }

// Another process for each test, since one remembers whom it keeps waiting.
let nobody: Program
beforeEach(async () => {
  nobody = new Program(testApp(database))
  await pool.query(
    'truncate rate_limits, token_families, challenges, authenticators, passkeys, recovery_codes cascade',
  )
})

const signIn = (given: Record<string, string>) => nobody.post('/auth/token', given)

test('the right password of an account with a second factor is told that a code is missing', async () => {
  await authenticatorOf(deps, people.ada)
  const answer = await signIn(ada)
  assertProblem(answer, 'unauthenticated', ['code'])
  assert.match(answer.body.detail, /This account has a second factor/)
  const { rows } = await pool.query('select count(*)::int as n from token_families')
  assert.deepEqual(rows, [{ n: 0 }])
})

test('a wrong password is told nothing of it, with a code or without', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const wrong = await signIn({ ...ada, password: 'wrong' })
  const coded = await signIn({ ...ada, password: 'wrong', code: app.code() })
  const unknown = await signIn({ email: 'x@example.org', password: 'wrong', code: '123456' })
  for (const answer of [wrong, coded, unknown]) {
    assertProblem(answer, 'unauthenticated')
    assert.equal(answer.body.detail, wrong.body.detail)
  }
  // And the code is not used up.
  assert.equal((await signIn({ ...ada, code: app.code() })).status, 200)
})

test('a code of the app or a recovery code signs in, each once', async () => {
  const { app, codes } = await authenticatorOf(deps, people.ada)
  for (const code of [app.code(), codes[0] ?? '']) {
    const { status, body } = await signIn({ ...ada, code })
    assert.equal(status, 200)
    assert.equal((await new Program(testApp(database), body.access_token).get('/me')).body.id, people.ada.id)
    assertProblem(await signIn({ ...ada, code }), 'unauthenticated', ['code'])
  }
  assert.equal((await pool.query('select from challenges')).rowCount, 2)
})

test('one code sent many times at once gives tokens once', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const code = app.code()
  const answers = await Promise.all(Array.from({ length: 4 }, () => signIn({ ...ada, code })))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await pool.query('select from token_families')).rowCount, 1)
})

test('who has passkeys alone signs programs in by a recovery code', async () => {
  const { codes } = await passkeyOf(deps, people.ada)
  assertProblem(await signIn(ada), 'unauthenticated', ['code'])
  assertProblem(await signIn({ ...ada, code: '123456' }), 'unauthenticated', ['code'])
  assert.equal((await signIn({ ...ada, code: codes[0] ?? '' })).status, 200)
})

test('whoever has no second factor may send a code, which is passed over', async () => {
  assert.equal((await signIn({ email: people.ben.email, password: PASSWORD, code: '123456' })).status, 200)
})

test('ten wrong codes are enough for an hour', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const limits = signInLimits(pool, deps.secret)
  for (let n = 0; n < 9; n++) await limits.attemptCode(people.ada.id, `192.0.2.${n}`)
  assertProblem(await signIn({ ...ada, code: '000000' }), 'unauthenticated', ['code'])
  const answer = await signIn({ ...ada, code: app.code() })
  assertProblem(answer, 'too_many')
  assert.equal(answer.headers.get('RateLimit-Policy'), '"codes";q=10;w=3600')
})
