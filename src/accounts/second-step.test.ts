import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast, from, PASSWORD } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf, PARTY, passkeyOf } from '../../test/second-factor.ts'
import { transaction } from '../platform/database/database.ts'
import { offerReset } from './accounts.ts'
import { arrive } from './arriving.ts'
import { makeChallenge } from './challenges.ts'
import { signInLimits } from './limits.ts'
import { changePassword, resetPassword } from './new-passwords.ts'
import { askForPasskey } from './passkeys.ts'
import { disablePerson } from './people.ts'
import { askInStep, passByCode, passByPasskey } from './second-step.ts'
import { findSession } from './sessions.ts'
import { signIn } from './sign-in.ts'

const database = await testDatabase()
const { db, pool } = database
const secret = 'the secret of these tests'
const deps = { db, secret }

let people: Cast
// A process remembers whom it keeps waiting.
let codes: { limits: ReturnType<typeof signInLimits>; secret: string }
beforeEach(async () => {
  await pool.query('truncate users, challenges, rate_limits cascade')
  await pool.query('truncate audit')
  people = await cast(database)
  codes = { limits: signInLimits(pool, secret), secret }
})

const WRONG = { code: 'unauthenticated', text: 'code_wrong', fields: { code: 'code_wrong' } }
const OVER = { code: 'unauthenticated', text: 'challenge_over' }

/** Somebody who has proved the first step, and stands at the second. */
async function step(who = people.ada): Promise<string> {
  const arrival = await transaction(db, tx => arrive(tx, who.id, from))
  return arrival.second ?? assert.fail('there was no second step')
}
const pass = (token: string, code: string) => passByCode(db, codes, token, code, from)
const sessions = async () => (await pool.query('select from sessions')).rowCount

test('without a second factor one is in; with one, there is a step before it', async () => {
  const { ada, ben, vera } = people
  const { session } = await transaction(db, tx => arrive(tx, vera.id, from))
  assert.equal((await findSession(db, session ?? ''))?.person.id, vera.id)
  await authenticatorOf(deps, ada)
  await passkeyOf(deps, ben)
  for (const who of [ada, ben]) await step(who)
  assert.equal(await sessions(), 1)
  const { limits } = codes
  const arrived = await signIn(db, limits, { email: ada.email, password: PASSWORD }, from)
  assert.equal(arrived.session, undefined)
})

test('a code of the app ends the step by a session, and its token is good for nothing more', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const token = await step()
  const { session, left } = await pass(token, ` ${app.code().slice(0, 3)} ${app.code().slice(3)} `)
  assert.equal((await findSession(db, session))?.person.id, people.ada.id)
  assert.equal(left, undefined)
  await assert.rejects(pass(token, app.code(1)), OVER)
})

test('a recovery code says how many are left, once', async () => {
  const { codes } = await authenticatorOf(deps, people.ada)
  assert.equal((await pass(await step(), codes[0] ?? '')).left, 9)
  await assert.rejects(pass(await step(), codes[0] ?? ''), WRONG)
  assert.equal((await pass(await step(), codes[1] ?? '')).left, 8)
  const { rows } = await pool.query(`select subject_id from audit where kind = 'recovery_code_used'`)
  assert.deepEqual(rows, [{ subject_id: people.ada.id }, { subject_id: people.ada.id }])
})

test('one code lets two steps of one person in but once, however close they are', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const tokens = await Promise.all([step(), step(), step(), step()])
  const code = app.code()
  const results = await Promise.allSettled(tokens.map(token => pass(token, code)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await sessions(), 1)
})

test('one step answered twice at once by two good codes is one session', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const token = await step()
  const results = await Promise.allSettled([pass(token, app.code()), pass(token, app.code(1))])
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await sessions(), 1)
})

test('five wrong codes end a step; a right one then comes too late', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const token = await step()
  for (let n = 0; n < 5; n++) await assert.rejects(pass(token, '000000'), WRONG)
  await assert.rejects(pass(token, app.code()), OVER)
  await pass(await step(), app.code())
})

test('many wrong codes at once are no more than five tries', async () => {
  await authenticatorOf(deps, people.ada)
  const token = await step()
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => pass(token, '000000')))
  const texts = results.map(result => (result.status === 'rejected' ? result.reason.text : 'in'))
  assert.equal(texts.filter(text => text === 'code_wrong').length, 5)
  const { rows } = await pool.query('select attempts from challenges')
  assert.deepEqual(rows, [{ attempts: 5 }])
})

test('ten wrong codes in an hour are enough for a person, over all steps, places and processes', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  for (let n = 0; n < 10; n++)
    await assert.rejects(
      passByCode(db, { ...codes, limits: signInLimits(pool, secret) }, await step(), '000000', {
        ...from,
        address: `192.0.2.${n}`,
      }),
      WRONG,
    )
  await assert.rejects(pass(await step(), app.code()), { code: 'too_many', text: 'too_many_codes' })
  // Another person's codes have nothing to do with it.
  const ben = await authenticatorOf(deps, people.ben)
  await pass(await step(people.ben), ben.app.code())
})

test('a right code gives the tries back, and tries count for the place they come from too', async () => {
  const { codes: recovery } = await authenticatorOf(deps, people.ada)
  for (let n = 0; n < 9; n++) await assert.rejects(pass(await step(), '000000'), WRONG)
  await pass(await step(), recovery[0] ?? '')
  for (let n = 0; n < 9; n++) await assert.rejects(pass(await step(), '000000'), WRONG)
  await pool.query(`delete from rate_limits where key like 'codes%'`)
  for (let n = 0; n < 2; n++) await assert.rejects(pass(await step(), '000000'), WRONG)
  await assert.rejects(pass(await step(), '000000'), { code: 'too_many', text: 'too_many_attempts' })
})

test('a step lasts five minutes', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const token = await step()
  await pool.query(`update challenges set expires_at = expires_at - interval '5 minutes'`)
  await assert.rejects(pass(token, app.code()), OVER)
})

test('a code of somebody else, and a token that is none, end no step', async () => {
  await authenticatorOf(deps, people.ada)
  const eve = await authenticatorOf(deps, people.eve)
  await assert.rejects(pass(await step(), eve.app.code()), WRONG)
  await assert.rejects(pass(await step(), eve.codes[0] ?? ''), WRONG)
  for (const token of ['', 'made up']) await assert.rejects(pass(token, eve.app.code()), OVER)
})

test('a token of a challenge for something else is none for the step', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  for (const kind of ['confirm', 'register'] as const) {
    const token = await transaction(db, tx =>
      makeChallenge(tx, kind, { userId: people.ada.id, challenge: 'x' }),
    )
    await assert.rejects(pass(token, app.code()), OVER)
  }
})

test('a passkey ends the step, and is asked for among the person’s own', async () => {
  const { passkey } = await passkeyOf(deps, people.ada)
  const token = await step()
  const request = await askInStep(db, PARTY, token)
  assert.deepEqual(
    request.allowCredentials?.map(({ id }) => id),
    [passkey.id.toString('base64url')],
  )
  const { session } = await passByPasskey(db, PARTY, token, passkey.get(request), from)
  assert.equal((await findSession(db, session))?.person.id, people.ada.id)
  await assert.rejects(askInStep(db, PARTY, token), OVER)
})

test('an answer of a passkey is tried once, in the step that asked for it', async () => {
  const { passkey } = await passkeyOf(deps, people.ada)
  const { passkey: hers } = await passkeyOf(deps, people.eve)
  const NOT = { code: 'unauthenticated', text: 'passkey_wrong' }
  const [one, other] = [await step(), await step()]
  const request = await askInStep(db, PARTY, one)
  await askInStep(db, PARTY, other)
  const answer = passkey.get(request)
  await assert.rejects(passByPasskey(db, PARTY, other, answer, from), NOT)
  await assert.rejects(passByPasskey(db, PARTY, one, hers.get(request), from), NOT)
  // Asked, refused: the question is over, though the step is not.
  await assert.rejects(passByPasskey(db, PARTY, one, answer, from), NOT)
  const alone = await askForPasskey(db, PARTY)
  await assert.rejects(passByPasskey(db, PARTY, one, passkey.get(alone.request), from), NOT)
  await passByPasskey(db, PARTY, one, passkey.get(await askInStep(db, PARTY, one)), from)
  assert.equal(await sessions(), 1)
})

test('a person who is disabled at the second step is not let in', async () => {
  const { app, codes } = await authenticatorOf(deps, people.ada)
  const token = await step()
  await disablePerson(db, people.root, people.ada.id, ADDRESS)
  await assert.rejects(pass(token, app.code()), OVER)
  await pool.query('update users set disabled_at = null')
  const again = await step()
  await pool.query('update users set disabled_at = now()')
  await assert.rejects(pass(again, codes[0] ?? ''), { code: 'forbidden', text: 'account_disabled' })
  assert.equal(await sessions(), 0)
})

test('a step that the old password began ends with it, and a reset asks for the second factor too', async () => {
  const { ada } = people
  const { app } = await authenticatorOf(deps, ada)
  const { limits } = codes
  const before = await step()
  await changePassword(db, limits, ada, { current: PASSWORD, password: 'another long password' }, from)
  await assert.rejects(pass(before, app.code()), OVER)
  const [link, stale] = [await offerReset(db, ada.email), await step()]
  const { session, second } = await resetPassword(db, limits, link, 'a third long password', from)
  assert.equal(session, undefined)
  await assert.rejects(pass(stale, app.code()), OVER)
  await pass(second ?? '', app.code())
})

test('codes of an authenticator that another secret sealed can’t be checked; recovery codes can', async () => {
  const { app, codes: recovery } = await authenticatorOf({ db, secret: 'another' }, people.ada)
  const token = await step()
  await assert.rejects(pass(token, app.code()), { code: 'unauthenticated', text: 'authenticator_lost' })
  assert.equal((await pass(token, recovery[0] ?? '')).left, 9)
})
