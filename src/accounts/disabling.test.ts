import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { callersOf } from '../../test/access.ts'
import { testApp } from '../../test/app.ts'
import { ADDRESS, type Cast, cast, from, PASSWORD, person, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { holding, waiting } from '../../test/locks.ts'
import { transaction } from '../platform/database/database.ts'
import { offerReset } from './accounts.ts'
import { signInLimits } from './limits.ts'
import { makeLink } from './links.ts'
import { changePassword, resetPassword } from './new-passwords.ts'
import { disablePerson, enablePerson } from './people.ts'
import { createPersonalToken } from './personal-tokens.ts'
import { signIn } from './sign-in.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const limits = signInLimits(pool, web.deps.secret)

let people: Cast
beforeEach(async () => {
  await pool.query('truncate users, audit, rate_limits cascade')
  people = await cast(database)
})

const disable = () => disablePerson(db, people.root, people.ada.id, ADDRESS)
const given = () => ({ email: people.ada.email, password: PASSWORD })
const left = async () => {
  const counts = `select (select count(*) from sessions where user_id = $1) as sessions,
    (select count(*) from links where user_id = $1) as links,
    (select count(*) from token_families where user_id = $1 and ended_at is null) as families`
  return (await pool.query(counts, [people.ada.id])).rows[0]
}
const NOTHING = { sessions: 0, links: 0, families: 0 }

test('whoever is disabled in the middle of signing in has no session', async () => {
  // The browser carries a session, which ends with signing in; until then signing in waits.
  const earlierToken = await sessionOf(database, people.eve)
  let results: Promise<unknown> = Promise.resolve()
  await holding(pool, 'select from sessions for update', async () => {
    const signing = signIn(db, limits, given(), { ...from, earlierToken })
    await waiting(pool, 1)
    const disabling = disable()
    results = Promise.allSettled([signing, disabling])
    await Promise.race([waiting(pool, 2), disabling])
  })
  await results
  assert.deepEqual(await left(), NOTHING)
})

test('whoever is disabled in the middle of a refresh has no family', async () => {
  const callers = callersOf(web.deps)
  const { refreshToken } = await callers.issue(given(), from)
  let results: Promise<unknown> = Promise.resolve()
  await holding(pool, 'lock table refresh_tokens in share mode', async () => {
    const refreshing = callers.refresh(refreshToken)
    await waiting(pool, 1)
    const disabling = disable()
    results = Promise.allSettled([refreshing, disabling])
    await Promise.race([waiting(pool, 2), disabling])
  })
  await results
  assert.deepEqual(await left(), NOTHING)
})

test('of two admins who disable each other at once, one does', async () => {
  const other = await person(database, 'Other', { role: 'admin' })
  let results: Promise<PromiseSettledResult<void>[]> = Promise.resolve([])
  await holding(pool, 'lock table users in share mode', async () => {
    results = Promise.allSettled([
      disablePerson(db, people.root, other.id, ADDRESS),
      disablePerson(db, other, people.root.id, ADDRESS),
    ])
    await waiting(pool, 2)
  })
  assert.deepEqual((await results).map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('whatever a person does while they are disabled, they are left with nothing', async () => {
  const callers = callersOf(web.deps)
  for (let round = 0; round < 4; round++) {
    const { refreshToken } = await callers.issue(given(), from)
    const link = await offerReset(db, people.ada.email)
    const results = Promise.allSettled([
      signIn(db, limits, given(), from),
      callers.issue(given(), from),
      callers.refresh(refreshToken),
      resetPassword(db, limits, link, PASSWORD, from),
      changePassword(db, limits, people.ada, { current: PASSWORD, password: PASSWORD }, from),
    ])
    await setTimeout(round * 80)
    await disable()
    await results
    assert.deepEqual(await left(), NOTHING, `round ${round}`)
    await enablePerson(db, people.root, people.ada.id, ADDRESS)
    await pool.query('truncate rate_limits')
  }
})

test('a link to the account of a disabled person, should there be one, sets no password', async () => {
  await disable()
  const link = await transaction(db, tx => makeLink(tx, 'reset', people.ada.id))
  await assert.rejects(resetPassword(db, limits, link, 'another long password', from), {
    code: 'forbidden',
    text: 'account_disabled',
  })
  assert.equal((await left()).sessions, 0)
})

test('a page that was open when its person was disabled makes no token for later', async () => {
  await disable()
  const asked = createPersonalToken(db, people.ada, { name: 'CI', scope: 'write', days: 7 }, ADDRESS)
  await assert.rejects(asked, { code: 'forbidden', text: 'account_disabled' })
  assert.equal((await pool.query('select from personal_tokens')).rowCount, 0)
})
