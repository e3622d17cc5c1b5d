// What goes on to work after a restore, for those who were signed in when the backup was made.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Program } from '../../test/api.ts'
import { testApp } from '../../test/app.ts'
import { archiveOf, fileOf, installation, restoreInto } from '../../test/backup.ts'
import { cast, from, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { authenticatorOf, passkeyOf } from '../../test/second-factor.ts'
import { TestStorage } from '../../test/storage.ts'
import { familyOf, personalTokenOf } from '../../test/tokens.ts'
import type { Person } from '../accounts/actor.ts'
import { arrive } from '../accounts/arriving.ts'
import { signInLimits } from '../accounts/limits.ts'
import { passByCode } from '../accounts/second-step.ts'
import { transaction } from '../platform/database/database.ts'

const storage = new TestStorage()
const database = await testDatabase()
const { ada, ben, vera } = await cast(database)
const before = testApp(database)
const session = await sessionOf(database, ada)
const { accessToken, refreshToken } = await familyOf(before.deps, ada)
const token = await personalTokenOf(before.deps, ada)
await authenticatorOf(before.deps, ben)
const both = await authenticatorOf(before.deps, vera)
await passkeyOf(before.deps, vera)
const path = await fileOf((await archiveOf(installation(database, storage))).archive)

/** What each of them is answered in the restored installation. */
async function answersUnder(secret: string) {
  const target = installation(await testDatabase('empty'), storage, secret)
  await restoreInto(target, path)
  const web = testApp(target.database, { SESSION_SECRET: secret })
  const me = async (bearer: string | undefined) => (await new Program(web, bearer).get('/me')).status
  return {
    session: (await web.visitor().carry(session).get('/')).status,
    personal: await me(token),
    access: await me(accessToken),
    refresh: (await new Program(web).post('/auth/refresh', { refresh_token: refreshToken })).status,
  }
}

test('under the same secret everybody goes on as they were', async () => {
  const answers = await answersUnder(before.deps.secret)
  assert.deepEqual(answers, { session: 200, personal: 200, access: 200, refresh: 200 })
})

test('under another secret access tokens alone are lost, and refresh tokens give new ones', async () => {
  const answers = await answersUnder('another secret, of another machine')
  assert.deepEqual(answers, { session: 200, personal: 200, access: 401, refresh: 200 })
})

test('under another secret authenticators are lost, and it is told whose; nobody is locked out', async () => {
  const same = installation(await testDatabase('empty'), storage, before.deps.secret)
  assert.deepEqual((await restoreInto(same, path)).lostAuthenticators, [])
  const other = installation(await testDatabase('empty'), storage, 'another secret, of another machine')
  assert.deepEqual((await restoreInto(other, path)).lostAuthenticators, [ben.email, vera.email])
  const { db } = other.database
  const arrives = (who: Person) => transaction(db, tx => arrive(tx, who.id, from))
  assert.ok((await arrives(ben)).session)
  // A passkey is sealed by nothing: it is asked for as before, and her recovery codes stand for it.
  const { second = '' } = await arrives(vera)
  const codes = { limits: signInLimits(other.database.pool, other.secret), secret: other.secret }
  assert.equal((await passByCode(db, codes, second, both.codes[0] ?? '', from)).left, 9)
})
