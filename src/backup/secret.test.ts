// What goes on to work after a restore, for those who were signed in when the backup was made.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Program } from '../../test/api.ts'
import { testApp } from '../../test/app.ts'
import { archiveOf, fileOf, installation, restoreInto } from '../../test/backup.ts'
import { cast, sessionOf } from '../../test/cast.ts'
import { testDatabase } from '../../test/database.ts'
import { TestStorage } from '../../test/storage.ts'
import { familyOf, personalTokenOf } from '../../test/tokens.ts'

const storage = new TestStorage()
const database = await testDatabase()
const { ada } = await cast(database)
const before = testApp(database)
const session = await sessionOf(database, ada)
const { accessToken, refreshToken } = await familyOf(before.deps, ada)
const token = await personalTokenOf(before.deps, ada)
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
