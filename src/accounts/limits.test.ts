import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { PASSWORD, person } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { hashingOf } from '../../test/hashing.ts'
import { AppError } from '../errors.ts'
import { signInLimits } from './limits.ts'

const database = await testDatabase()
const { pool } = database
const start = () => signInLimits(pool, 'secret')

// Addresses of their own for each test, because what is blocked is remembered in memory too.
let next = 0
const anAddress = () => `192.0.2.${++next}`
const anEmail = () => `person${++next}@example.org`

beforeEach(() => pool.query('truncate users, rate_limits cascade'))

const refusal = async (attempt: Promise<void>): Promise<AppError | undefined> => {
  const error = await attempt.then(
    () => undefined,
    reason => reason,
  )
  if (error !== undefined) assert.ok(error instanceof AppError, String(error))
  return error
}

test('five attempts a minute for one e-mail address at one place, then a wait that is told in seconds', async () => {
  const limits = start()
  const [email, address] = [anEmail(), anAddress()]
  for (let n = 0; n < 5; n++) await limits.attempt(email, address)
  const refused = await refusal(limits.attempt(email, address))
  assert.equal(refused?.code, 'too_many')
  assert.equal(refused?.text, 'too_many_attempts')
  const { retryAfter = 0 } = refused ?? {}
  assert.ok(Number.isInteger(retryAfter) && retryAfter > 50 && retryAfter <= 60, `${retryAfter}`)
  await limits.attempt(anEmail(), address)
  await limits.attempt(email, anAddress())
})

test('twenty attempts a minute from one place, whoever is meant', async () => {
  const limits = start()
  const address = anAddress()
  for (let n = 0; n < 20; n++) await limits.attempt(anEmail(), address)
  assert.equal((await refusal(limits.attempt(anEmail(), address)))?.text, 'too_many_attempts')
  await limits.attempt(anEmail(), anAddress())
})

test('an IPv6 network of 64 bits is one place', async () => {
  const limits = start()
  const email = anEmail()
  for (let n = 0; n < 5; n++) await limits.attempt(email, `2001:db8:0:${next}::${n}`)
  assert.ok(await refusal(limits.attempt(email, `2001:0db8:0000:${next}:ffff::1`)))
  assert.equal(await refusal(limits.attempt(email, `2001:db8:1:${next}::1`)), undefined)
})

test('many attempts at the same moment do not slip through together', async () => {
  const limits = start()
  const [email, address] = [anEmail(), anAddress()]
  const refused = await Promise.all(Array.from({ length: 15 }, () => refusal(limits.attempt(email, address))))
  assert.equal(refused.filter(each => each === undefined).length, 5)
})

test('the limits hold over two processes and after a restart', async () => {
  const [one, two] = [start(), start()]
  const [email, address] = [anEmail(), anAddress()]
  for (const limits of [one, two, one, two, one]) await limits.attempt(email, address)
  assert.ok(await refusal(two.attempt(email, address)))
  assert.ok(await refusal(one.attempt(email, address)))
  assert.ok(await refusal(start().attempt(email, address)))
})

test('a minute later there are five attempts again', async () => {
  const [email, address] = [anEmail(), anAddress()]
  const limits = start()
  for (let n = 0; n < 5; n++) await limits.attempt(email, address)
  await pool.query('update rate_limits set expire = expire - 61000')
  await limits.attempt(email, address)
})

test('success gives back what it took, for the person and for the place', async () => {
  const limits = start()
  const [email, address] = [anEmail(), anAddress()]
  for (let n = 0; n < 50; n++) {
    await limits.attempt(email, address)
    await limits.succeeded(email, address)
  }
})

test('after 100 failures in an hour only a link helps, wherever the attempts came from', async () => {
  const limits = start()
  const email = anEmail()
  for (let n = 0; n < 99; n++) await limits.failed(email)
  await limits.attempt(email, anAddress())
  await limits.failed(email)
  const refused = await refusal(start().attempt(email, anAddress()))
  assert.equal(refused?.text, 'too_many_failures')
  assert.ok((refused?.retryAfter ?? 0) > 3_500 && (refused?.retryAfter ?? 0) <= 3_600)
  await limits.attempt(anEmail(), anAddress())
})

test('success forgets the failures before it', async () => {
  const limits = start()
  const [email, address] = [anEmail(), anAddress()]
  for (let n = 0; n < 99; n++) await limits.failed(email)
  await limits.attempt(email, address)
  await limits.succeeded(email, address)
  await limits.failed(email)
  await limits.attempt(email, address)
})

test('the table of counters names nobody', async () => {
  const [email, address] = [anEmail(), anAddress()]
  const limits = start()
  await limits.attempt(email, address)
  await limits.failed(email)
  const { rows } = await pool.query('select key from rate_limits')
  assert.equal(rows.length, 3)
  for (const { key } of rows) assert.ok(!key.includes(email) && !key.includes(address), key)
})

test('the sixth wrong password is answered 429 with Retry-After, without looking at the password', async () => {
  const ada = await person(database, 'Ada')
  const browser = testApp(database).visitor()
  browser.address = anAddress()
  for (let n = 0; n < 5; n++)
    assert.equal((await browser.post('/login', { email: ada.email, password: 'wrong' })).status, 401)
  const { runs } = await hashingOf(async () => {
    const answer = await browser.post('/login', { email: ada.email, password: PASSWORD })
    assert.equal(answer.status, 429)
    assert.match(answer.headers.get('Retry-After') ?? '', /^\d{1,2}$/)
    assert.match(answer.text, /Too many attempts/)
    assert.match(answer.text, new RegExp(`value="${ada.email}"`))
  })
  assert.equal(runs, 0)
})

test('the place is the one that a trusted proxy names', async () => {
  const ada = await person(database, 'Ada')
  const browser = testApp(database, { TRUST_PROXY: '10.0.0.0/8' }).visitor()
  browser.address = '10.1.2.3'
  const tries = (place: string) =>
    browser.post('/login', { email: ada.email, password: 'wrong' }, { 'X-Forwarded-For': place })
  const [here, there] = [anAddress(), anAddress()]
  for (let n = 0; n < 5; n++) await tries(here)
  assert.equal((await tries(here)).status, 429)
  assert.equal((await tries(`${here}, ${there}`)).status, 401)
})
