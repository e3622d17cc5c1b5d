import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ADDRESS, type Cast, cast, from } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { TestPasskey } from '../../test/passkey.ts'
import { authenticatorOf, PARTY, passkeyOf } from '../../test/second-factor.ts'
import { addPasskey, askForNewPasskey, askForPasskey, enterByPasskey, listPasskeys } from './passkeys.ts'
import { hasSecondFactor } from './second-factors.ts'
import { findSession } from './sessions.ts'

const database = await testDatabase()
const { db, pool } = database

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, challenges cascade')
  await pool.query('truncate audit')
  people = await cast(database)
})

const WRONG = { code: 'unauthenticated', text: 'passkey_wrong' }
const LATE = { code: 'unauthenticated', text: 'passkey_late' }
const kinds = async () =>
  (await pool.query('select kind from audit order by at, id')).rows.map(({ kind }) => kind)
const sessions = async () => (await pool.query('select from sessions')).rowCount

async function add(passkey: TestPasskey, by = people.ada, name = 'Phone') {
  const { token, request } = await askForNewPasskey(db, PARTY, by)
  return addPasskey(db, PARTY, by, token, { name, answer: passkey.create(request) }, ADDRESS)
}

async function enter(passkey: TestPasskey) {
  const { token, request } = await askForPasskey(db, PARTY)
  const { session } = await enterByPasskey(db, PARTY, token, passkey.get(request), from)
  return (await findSession(db, session))?.person
}

test('a passkey is asked to be discoverable, to verify its user, and not to be one that is there', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  const { request } = await askForNewPasskey(db, PARTY, people.ada)
  assert.deepEqual(request.rp, { id: 'localhost', name: 'Xtablo' })
  assert.equal(request.authenticatorSelection?.residentKey, 'required')
  assert.equal(request.authenticatorSelection?.userVerification, 'required')
  assert.deepEqual(
    request.excludeCredentials?.map(({ id }) => id),
    [passkey.id.toString('base64url')],
  )
  assert.equal(request.attestation, 'none')
})

test('a first passkey gives recovery codes, a second one none', async () => {
  const { codes } = await passkeyOf({ db }, people.ada)
  assert.equal(codes.length, 10)
  assert.equal(await hasSecondFactor(db, people.ada.id), true)
  assert.deepEqual((await passkeyOf({ db }, people.ada, 'Laptop')).codes, [])
  const listed = await listPasskeys(db, people.ada)
  assert.deepEqual(
    listed.map(({ name, last_used_at }) => [name, last_used_at]),
    [
      ['Phone', null],
      ['Laptop', null],
    ],
  )
  assert.deepEqual(await kinds(), ['passkey_added', 'passkey_added'])
})

test('a passkey alone signs its person in, also past an authenticator', async () => {
  await authenticatorOf({ db, secret: 'x' }, people.ada)
  const { passkey } = await passkeyOf({ db }, people.ada)
  await passkeyOf({ db }, people.ben)
  assert.equal((await enter(passkey))?.id, people.ada.id)
  assert.notEqual((await listPasskeys(db, people.ada))[0]?.last_used_at, null)
})

for (const [what, bend] of Object.entries<(passkey: TestPasskey) => void>({
  'from another site': passkey => {
    passkey.origin = 'https://evil.example'
  },
  'for another name': passkey => {
    passkey.party = 'evil.example'
  },
  'that did not verify its user': passkey => {
    passkey.verified = false
  },
})) {
  test(`an answer ${what} is refused, and makes no passkey`, async () => {
    const bent = new TestPasskey()
    bend(bent)
    await assert.rejects(add(bent), WRONG)
    assert.deepEqual(await listPasskeys(db, people.ada), [])
    const { passkey } = await passkeyOf({ db }, people.ada)
    bend(passkey)
    await assert.rejects(enter(passkey), WRONG)
    assert.equal(await sessions(), 0)
  })
}

test('a passkey that nobody has, and one that says it is another person’s, are refused', async () => {
  await assert.rejects(enter(new TestPasskey()), WRONG)
  const { passkey } = await passkeyOf({ db }, people.ada)
  passkey.handle = (await passkeyOf({ db }, people.ben)).passkey.handle
  await assert.rejects(enter(passkey), WRONG)
})

test('an answer to another question is refused', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  const [one, other] = [await askForPasskey(db, PARTY), await askForPasskey(db, PARTY)]
  const answer = passkey.get(one.request)
  await assert.rejects(enterByPasskey(db, PARTY, other.token, answer, from), WRONG)
  // That one is used up; its own is not.
  await assert.rejects(enterByPasskey(db, PARTY, other.token, passkey.get(other.request), from), LATE)
  await enterByPasskey(db, PARTY, one.token, answer, from)
})

test('an answer is good once, also when it comes many times at once', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  const { token, request } = await askForPasskey(db, PARTY)
  const answer = passkey.get(request)
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => enterByPasskey(db, PARTY, token, answer, from)),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await sessions(), 1)
  await assert.rejects(enterByPasskey(db, PARTY, token, answer, from), LATE)
})

test('an answer after five minutes, or in another browser, comes to nothing', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  const { token, request } = await askForPasskey(db, PARTY)
  const answer = passkey.get(request)
  await assert.rejects(enterByPasskey(db, PARTY, 'of another browser', answer, from), LATE)
  await pool.query(`update challenges set expires_at = expires_at - interval '5 minutes'`)
  await assert.rejects(enterByPasskey(db, PARTY, token, answer, from), LATE)
})

test('what was asked for one purpose or of one person answers no other', async () => {
  const { ada, ben } = people
  const { passkey } = await passkeyOf({ db }, ada)
  const confirming = await askForPasskey(db, PARTY, ada)
  const answer = passkey.get(confirming.request)
  await assert.rejects(enterByPasskey(db, PARTY, confirming.token, answer, from), LATE)
  await assert.rejects(enterByPasskey(db, PARTY, confirming.token, answer, from, ben), LATE)
  const registering = await askForNewPasskey(db, PARTY, ada)
  const made = new TestPasskey()
  const given = { name: 'Phone', answer: made.create(registering.request) }
  await assert.rejects(addPasskey(db, PARTY, ben, registering.token, given, ADDRESS), LATE)
  await assert.rejects(addPasskey(db, PARTY, ada, confirming.token, given, ADDRESS), LATE)
  await addPasskey(db, PARTY, ada, registering.token, given, ADDRESS)
  await assert.rejects(addPasskey(db, PARTY, ada, registering.token, given, ADDRESS), LATE)
  await enterByPasskey(db, PARTY, confirming.token, answer, from, ada)
})

test('another person’s passkey does not confirm that it is still you', async () => {
  const { ada, eve } = people
  await passkeyOf({ db }, ada)
  const { passkey } = await passkeyOf({ db }, eve)
  const { token, request } = await askForPasskey(db, PARTY, ada)
  await assert.rejects(enterByPasskey(db, PARTY, token, passkey.get(request), from, ada), WRONG)
})

test('a counter that stands or goes back is a copy: it is refused, and the audit says so', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  await enter(passkey)
  await enter(passkey)
  for (const counter of [1, 0]) {
    passkey.counter = counter
    await assert.rejects(enter(passkey), WRONG)
  }
  assert.deepEqual((await kinds()).filter(kind => kind !== 'signed_in').slice(1), [
    'passkey_copied',
    'passkey_copied',
  ])
  passkey.counter = 2
  await enter(passkey)
})

test('of two that sign with the same count at once, one is let in', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  const asked = await Promise.all([askForPasskey(db, PARTY), askForPasskey(db, PARTY)])
  const answers = asked.map(({ request }) => {
    passkey.counter = 6
    return passkey.get(request)
  })
  const results = await Promise.allSettled(
    asked.map(({ token }, n) => enterByPasskey(db, PARTY, token, answers[n] ?? assert.fail(), from)),
  )
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('one that counts nothing, as shared passkeys do, may always say zero', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  passkey.counter = undefined
  for (let n = 0; n < 2; n++) assert.equal((await enter(passkey))?.id, people.ada.id)
})

test('a passkey is added once, whoever adds it', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  for (const who of [people.ada, people.ben])
    await assert.rejects(add(passkey, who), { code: 'conflict', text: 'passkey_there' })
  assert.equal(await hasSecondFactor(db, people.ben.id), false)
})

test('a removed passkey and a disabled person’s let nobody in', async () => {
  const { passkey } = await passkeyOf({ db }, people.ada)
  await pool.query('update users set disabled_at = now() where id = $1', [people.ada.id])
  await assert.rejects(enter(passkey), { code: 'forbidden', text: 'account_disabled' })
  // Who only knows which passkey it is learns nothing.
  const forged = new TestPasskey()
  passkey.id.copy(forged.id)
  await assert.rejects(enter(forged), WRONG)
  await pool.query('update users set disabled_at = null')
  await pool.query('delete from passkeys')
  await assert.rejects(enter(passkey), WRONG)
  assert.equal(await sessions(), 0)
})
