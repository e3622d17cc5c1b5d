import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Secret, URI } from 'otpauth'
import { ADDRESS, type Cast, cast } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { holding, waiting } from '../../test/locks.ts'
import { authenticatorOf, TestAuthenticator } from '../../test/second-factor.ts'
import { transaction } from '../platform/database/database.ts'
import {
  beginAuthenticator,
  confirmAuthenticator,
  dropUnopened,
  offeredAuthenticator,
  removeAuthenticator,
  takeAppCode,
} from './authenticators.ts'
import { countCodes } from './recovery-codes.ts'
import { hasSecondFactor } from './second-factors.ts'

const database = await testDatabase()
const { db, pool } = database
const secret = 'the secret of these tests'
const deps = { db, secret }

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users cascade')
  await pool.query('truncate audit')
  people = await cast(database)
})

const take = (code: string, by = people.ada) => transaction(db, tx => takeAppCode(tx, secret, by.id, code))
const kinds = async () =>
  (await pool.query('select kind from audit order by at, id')).rows.map(({ kind }) => kind)

test('an app is told a key of 160 bits, once by its URI and once to be typed', async () => {
  await beginAuthenticator(db, secret, people.ada)
  const offer = await offeredAuthenticator(db, secret, people.ada, 'Xtablo (tablo.example.org)')
  assert.equal(Secret.fromBase32(offer.secret).bytes.length, 20)
  const told = URI.parse(offer.uri)
  assert.deepEqual(
    [told.issuer, told.label, told.algorithm, told.digits, told.secret.base32],
    ['Xtablo (tablo.example.org)', people.ada.email, 'SHA1', 6, offer.secret],
  )
  const { rows } = await pool.query('select secret from authenticators')
  assert.equal(rows[0].secret.includes(Buffer.from(Secret.fromBase32(offer.secret).bytes)), false)
})

test('it counts once a code has confirmed it, and then ten recovery codes are given', async () => {
  const { ada } = people
  await beginAuthenticator(db, secret, ada)
  const app = new TestAuthenticator((await offeredAuthenticator(db, secret, ada, 'X')).secret)
  assert.equal(await hasSecondFactor(db, ada.id), false)
  assert.equal(await take(app.code()), 'wrong')
  await assert.rejects(confirmAuthenticator(db, secret, ada, '000000', ADDRESS), {
    fields: { code: 'code_wrong' },
  })
  const codes = await confirmAuthenticator(db, secret, ada, app.code(), ADDRESS)
  assert.equal(codes?.length, 10)
  assert.equal(await hasSecondFactor(db, ada.id), true)
  assert.deepEqual(await kinds(), ['authenticator_added'])
  // The code that confirmed it is used, too.
  assert.equal(await take(app.code()), 'wrong')
})

test('one that is begun anew has another key; one that counts is not replaced', async () => {
  const { ada } = people
  const keys = []
  for (let n = 0; n < 2; n++) {
    await beginAuthenticator(db, secret, ada)
    keys.push((await offeredAuthenticator(db, secret, ada, 'X')).secret)
  }
  assert.notEqual(keys[0], keys[1])
  const old = new TestAuthenticator(keys[0] ?? '')
  await assert.rejects(confirmAuthenticator(db, secret, ada, old.code(), ADDRESS), { code: 'invalid' })
  await confirmAuthenticator(db, secret, ada, new TestAuthenticator(keys[1] ?? '').code(), ADDRESS)
  await assert.rejects(beginAuthenticator(db, secret, ada), { text: 'authenticator_there' })
  await assert.rejects(offeredAuthenticator(db, secret, ada, 'X'), { code: 'not_found' })
})

test('a code counts one step early and one late, and no more', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  for (const [steps, expected] of [
    [-3, 'wrong'],
    [3, 'wrong'],
    [1, 'taken'],
  ] as const)
    assert.equal(await take(app.code(steps)), expected, `${steps}`)
  await pool.query('update authenticators set last_step = 0')
  assert.equal(await take(app.code(-1)), 'taken')
})

test('what is no code is wrong, whatever it is', async () => {
  await authenticatorOf(deps, people.ada)
  for (const typed of ['', '1', '1234567', 'abcdef', '\0', 'é'.repeat(6), '１２３４５６'])
    assert.equal(await take(typed), 'wrong', typed)
  assert.equal(await take('123456', people.eve), 'wrong')
})

test('a code is taken once, and after it none from before', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const [early, late] = [app.code(0), app.code(1)]
  assert.equal(await take(late), 'taken')
  assert.equal(await take(late), 'wrong')
  assert.equal(await take(early), 'wrong')
})

test('of many who send the same code at once, one is let in', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  const code = app.code()
  // The row is held until all of them wait for it, so that none is done before another begins.
  let taking: Promise<string[]> = Promise.resolve([])
  await holding(pool, 'select from authenticators for update', async () => {
    taking = Promise.all(Array.from({ length: 4 }, () => take(code)))
    await waiting(pool, 4)
  })
  const answers = await taking
  assert.equal(answers.filter(answer => answer === 'taken').length, 1)
})

test('a code of one person is nothing to another', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  await authenticatorOf(deps, people.ben)
  assert.equal(await take(app.code(), people.ben), 'wrong')
})

test('a row that is put in another’s place opens nothing', async () => {
  const { app } = await authenticatorOf(deps, people.ada)
  await authenticatorOf(deps, people.ben)
  await pool.query(
    `update authenticators set secret = (select secret from authenticators where user_id = $1) where user_id = $2`,
    [people.ada.id, people.ben.id],
  )
  assert.equal(await take(app.code(), people.ben), 'lost')
})

test('turning it off takes the recovery codes along, unless something is left that they stand for', async () => {
  const { ada, eve } = people
  await authenticatorOf(deps, ada)
  await assert.rejects(removeAuthenticator(db, eve, ADDRESS), { code: 'not_found' })
  await removeAuthenticator(db, ada, ADDRESS)
  assert.equal(await hasSecondFactor(db, ada.id), false)
  assert.equal(await countCodes(db, ada.id), 0)
  assert.deepEqual(await kinds(), ['authenticator_added', 'authenticator_removed'])
  await assert.rejects(removeAuthenticator(db, ada, ADDRESS), { code: 'not_found' })
})

test('a disabled person sets nothing up', async () => {
  await pool.query('update users set disabled_at = now() where id = $1', [people.ada.id])
  await assert.rejects(beginAuthenticator(db, secret, people.ada), { code: 'forbidden' })
})

test('those that another secret does not open are taken away, and it is told whose they were', async () => {
  const { ada, ben, vera } = people
  await authenticatorOf(deps, ada)
  await authenticatorOf({ db, secret: 'another' }, ben)
  await beginAuthenticator(db, 'another', vera)
  const lost = await transaction(db, tx => takeAppCode(tx, secret, ben.id, '123456'))
  assert.equal(lost, 'lost')
  assert.deepEqual(await dropUnopened(db, secret), [ben.email])
  assert.equal(await hasSecondFactor(db, ada.id), true)
  assert.equal(await hasSecondFactor(db, ben.id), false)
  assert.equal(await countCodes(db, ben.id), 0)
  assert.equal((await pool.query('select from authenticators')).rowCount, 1)
  assert.deepEqual(await kinds(), ['authenticator_added', 'authenticator_added', 'authenticator_lost'])
  assert.deepEqual(await dropUnopened(db, secret), [])
})
