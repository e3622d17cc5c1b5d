import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { cast, from, PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import { offerReset } from './accounts.ts'
import { signInLimits } from './limits.ts'
import { changePassword, resetPassword } from './new-passwords.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const limits = signInLimits(pool, web.deps.secret)
const people = await cast(database)
const { ada } = people
const given = { email: ada.email, password: PASSWORD }
const REFUSED = { code: 'unauthenticated', text: 'refresh_token_invalid' }
let callers = callersOf(web.deps)

beforeEach(async () => {
  await pool.query('truncate token_families, rate_limits cascade')
  callers = callersOf(web.deps)
})

const issue = () => callers.issue(given, from)
const ended = async () =>
  (await pool.query('select ended_at is not null as ended from token_families order by created_at')).rows.map(
    row => row.ended,
  )

test('the right password gives an access token for fifteen minutes and a refresh token', async () => {
  const { accessToken, expiresIn, refreshToken } = await issue()
  assert.equal(expiresIn, 900)
  assert.match(refreshToken, /^[\w-]{43}$/)
  const caller = await callers.find(accessToken)
  assert.deepEqual(caller?.actor, { id: ada.id, role: 'user' })
  assert.equal(caller?.scope, 'write')
  const { rows } = await pool.query('select id, user_id, address, user_agent from token_families')
  assert.deepEqual(rows, [
    { id: caller?.credential, user_id: ada.id, address: from.address, user_agent: from.userAgent },
  ])
})

test('an unknown e-mail and a wrong password are one error, after the same work', async () => {
  const wrong = [
    { ...given, password: 'not the password' },
    { ...given, email: 'nobody@example.org' },
  ]
  for (const each of wrong) {
    const { runs } = await hashingOf(() =>
      assert.rejects(callers.issue(each, from), { code: 'unauthenticated', text: 'wrong_credentials' }),
    )
    assert.equal(runs, 1)
  }
  assert.deepEqual(await ended(), [])
})

test('the limits of sign-in hold for tokens, and both count together', async () => {
  const visitor = web.visitor()
  visitor.address = from.address
  for (let n = 0; n < 3; n++)
    await assert.rejects(callers.issue({ ...given, password: 'x' }, from), { code: 'unauthenticated' })
  for (let n = 0; n < 2; n++) await visitor.post('/login', { email: ada.email, password: 'x' })
  await assert.rejects(issue(), { code: 'too_many' })
  assert.equal((await visitor.post('/login', { ...given })).status, 429)
})

test('a refresh token works once and gives the next, in the same family', async () => {
  const first = await issue()
  const second = await callers.refresh(first.refreshToken)
  const third = await callers.refresh(second.refreshToken)
  const found = await Promise.all([first, second, third].map(each => callers.find(each.accessToken)))
  assert.equal(new Set(found.map(caller => caller?.credential)).size, 1)
  assert.equal(new Set([first, second, third].map(each => each.refreshToken)).size, 3)
  assert.deepEqual(await ended(), [false])
})

test('a refresh token lives for thirty days, and each has thirty of its own', async () => {
  const { refreshToken } = await issue()
  await pool.query(`update refresh_tokens set expires_at = now() + interval '1 minute'`)
  await pool.query(`update token_families set expires_at = now() + interval '1 minute'`)
  const next = await callers.refresh(refreshToken)
  for (const rows of ['refresh_tokens where used_at is null', 'token_families']) {
    const answer = await pool.query(`select extract(epoch from expires_at - now()) as left from ${rows}`)
    assert.ok(Math.abs(answer.rows[0].left - 30 * 86_400) < 60, rows)
  }
  await pool.query(`update refresh_tokens set expires_at = now() - interval '1 second' where used_at is null`)
  await assert.rejects(callers.refresh(next.refreshToken), REFUSED)
})

test('a used refresh token ends its family, for whoever holds the newest too, and that stays', async () => {
  const stolen = await issue()
  const other = await issue()
  const newest = await callers.refresh(stolen.refreshToken)
  await assert.rejects(callers.refresh(stolen.refreshToken), REFUSED)
  assert.deepEqual(await ended(), [true, false])
  await assert.rejects(callers.refresh(newest.refreshToken), REFUSED)
  assert.ok(await callers.refresh(other.refreshToken))
})

test('what was never a refresh token is refused', async () => {
  const { accessToken } = await issue()
  for (const token of ['', 'x', accessToken, '\0', '🦊', 'x'.repeat(10_000)])
    await assert.rejects(callers.refresh(token), REFUSED)
})

test('of many who use one refresh token at once, one wins, and the family ends', async () => {
  for (let round = 0; round < 5; round++) {
    const { refreshToken } = await issue()
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => callers.refresh(refreshToken)))
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', ...Array(3).fill('rejected')])
    for (const result of results)
      if (result.status === 'rejected') assert.equal(result.reason.code, REFUSED.code)
  }
  assert.deepEqual(await ended(), Array(5).fill(true))
})

test('only the hash of a refresh token is kept', async () => {
  const { refreshToken } = await issue()
  const { rows } = await pool.query(`select t.*, encode(token_hash, 'escape') from refresh_tokens t`)
  assert.equal(rows.length, 1)
  assert.ok(!JSON.stringify(rows).includes(refreshToken))
})

test('a revoked token ends its family, also when it was used before, and an unknown one is fine', async () => {
  const [one, two, three] = [await issue(), await issue(), await issue()]
  await callers.revoke(one.refreshToken)
  const next = await callers.refresh(two.refreshToken)
  await callers.revoke(two.refreshToken)
  await callers.revoke('never one')
  assert.deepEqual(await ended(), [true, true, false])
  for (const { refreshToken } of [one, next]) await assert.rejects(callers.refresh(refreshToken), REFUSED)
  await callers.revoke(one.refreshToken)
  assert.ok(await callers.refresh(three.refreshToken))
})

test('access tokens of an ended family are refused within a minute by every process, and by none of others', async () => {
  const [gone, good] = [await issue(), await issue()]
  const other = callersOf(web.deps)
  for (const each of [callers, other]) assert.ok(await each.find(gone.accessToken))
  await callers.revoke(gone.refreshToken)
  for (const each of [callers, other]) {
    each.pass(30)
    assert.equal(await each.find(gone.accessToken), undefined)
    assert.equal((await each.find(good.accessToken))?.actor.id, ada.id)
  }
})

test('a changed and a reset password end every family of the person, and nobody else’s', async () => {
  const zoe = await person(database, 'Zoe')
  const own = { email: zoe.email, password: PASSWORD }
  const adas = await issue()
  const before = await callers.issue(own, from)
  const change = { current: PASSWORD, password: 'another long password' }
  await changePassword(db, limits, zoe, change, from)
  await assert.rejects(callers.refresh(before.refreshToken), REFUSED)
  const after = await callers.issue({ ...own, password: change.password }, from)
  await resetPassword(db, limits, await offerReset(db, zoe.email), 'a third long password', from)
  await assert.rejects(callers.refresh(after.refreshToken), REFUSED)
  callers.pass(60)
  for (const { accessToken } of [before, after]) assert.equal(await callers.find(accessToken), undefined)
  assert.ok(await callers.refresh(adas.refreshToken))
})

test('a password that changes while a program signs in leaves no family of the old one', async () => {
  const yan = await person(database, 'Yan')
  const own = { email: yan.email, password: PASSWORD }
  const change = { current: PASSWORD, password: 'another long password' }
  await Promise.allSettled([
    changePassword(db, limits, yan, change, from),
    callers.issue(own, from),
    callers.issue(own, from),
  ])
  const { rows } = await pool.query('select id from token_families where user_id = $1 and ended_at is null', [
    yan.id,
  ])
  assert.deepEqual(rows, [])
})
