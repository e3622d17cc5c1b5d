// Who may do what by the API: every route of the built application, called by everybody. The table is the contract; a
// route that it does not have fails the first test, and so does a line of it that has no route.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { cast, person, sessionOf } from '../test/cast.ts'
import { testDatabase } from '../test/database.ts'
import { queues } from '../test/jobs.ts'
import { expire, familyOf, personalTokenOf } from '../test/tokens.ts'
import { apiRoutes, walker } from '../test/walk.ts'
import { revokeTokens } from './accounts/access.ts'
import type { Person } from './accounts/actor.ts'
import { disablePerson } from './accounts/people.ts'
import { endPersonalToken, listPersonalTokens } from './accounts/personal-tokens.ts'

/**
 * A stranger is signed in and in no Tablo but their own; viewer, editor and owner are so in the Tablo that is asked
 * for, and the admin is outside it. The owner's are the tokens that expired, were ended, or may only read; another
 * owner was disabled. Where there are two kinds of token, both are answered so.
 */
const ANSWERS = `
                                            nobody cookie stranger viewer editor owner admin expired ended disabled reading
GET    /api/docs                            200    200    200      200    200    200   200   200     200   200      200
GET    /openapi.json                        200    200    200      200    200    200   200   200     200   200      200
POST   /auth/token                          200    200    200      200    200    200   200   200     200   200      200
POST   /auth/refresh                        200    200    200      200    200    200   200   200     200   200      200
POST   /auth/revoke                         204    204    204      204    204    204   204   204     204   204      204
GET    /me                                  401    401    200      200    200    200   200   401     401   401      200
PATCH  /me                                  401    401    200      200    200    200   200   401     401   401      403
DELETE /me                                  401    401    422      422    422    422   422   401     401   401      403
GET    /me/export                           401    401    200      200    200    200   200   401     401   401      200
GET    /tablos                              401    401    200      200    200    200   200   401     401   401      200
POST   /tablos                              401    401    201      201    201    201   201   401     401   401      403
GET    /tablos/:tablo_id                    401    401    404      200    200    200   404   401     401   401      200
PATCH  /tablos/:tablo_id                    401    401    404      403    403    200   404   401     401   401      403
DELETE /tablos/:tablo_id                    401    401    404      403    403    204   404   401     401   401      403
POST   /tablos/:tablo_id/archive            401    401    404      403    403    200   404   401     401   401      403
POST   /tablos/:tablo_id/restore            401    401    404      403    403    200   404   401     401   401      403
GET    /tablos/:tablo_id/members            401    401    404      200    200    200   404   401     401   401      200
PATCH  /tablos/:tablo_id/members/:member_id 401    401    404      403    403    200   404   401     401   401      403
DELETE /tablos/:tablo_id/members/:member_id 401    401    404      403    403    204   404   401     401   401      403
POST   /tablos/:tablo_id/leave              401    401    404      204    204    204   404   401     401   401      403
POST   /tablos/:tablo_id/transfer           401    401    404      403    403    200   404   401     401   401      403
GET    /tablos/:tablo_id/invitations        401    401    404      403    403    200   404   401     401   401      200
POST   /tablos/:tablo_id/invitations        401    401    404      403    403    201   404   401     401   401      403
GET    /invitations/:invitation_id          401    401    404      404    404    200   404   401     401   401      200
POST   /invitations/:invitation_id/resend   401    401    404      404    404    200   404   401     401   401      403
DELETE /invitations/:invitation_id          401    401    404      404    404    204   404   401     401   401      403
POST   /invitations/accept                  401    401    200      200    200    200   200   401     401   401      403
GET    /tablos/:tablo_id/progress           401    401    404      200    200    200   404   401     401   401      200
GET    /tablos/:tablo_id/activity           401    401    404      200    200    200   404   401     401   401      200
GET    /tablos/:tablo_id/tasks              401    401    404      200    200    200   404   401     401   401      200
POST   /tablos/:tablo_id/tasks              401    401    404      403    201    201   404   401     401   401      403
GET    /tasks                               401    401    200      200    200    200   200   401     401   401      200
GET    /tasks/:task_id                      401    401    404      200    200    200   404   401     401   401      200
PATCH  /tasks/:task_id                      401    401    404      403    200    200   404   401     401   401      403
POST   /tasks/:task_id/move                 401    401    404      403    200    200   404   401     401   401      403
DELETE /tasks/:task_id                      401    401    404      403    204    204   404   401     401   401      403
GET    /tablos/:tablo_id/files              401    401    404      200    200    200   404   401     401   401      200
POST   /tablos/:tablo_id/files              401    401    404      403    201    201   404   401     401   401      403
GET    /files/:file_id                      401    401    404      200    200    200   404   401     401   401      200
GET    /files/:file_id/content              401    401    404      200    200    200   404   401     401   401      200
DELETE /files/:file_id                      401    401    404      403    204    204   404   401     401   401      403
GET    /users                               401    401    404      404    404    404   200   401     401   401      404
GET    /users/:user_id                      401    401    404      404    404    404   200   401     401   401      404
POST   /users/:user_id/disable              401    401    404      404    404    404   200   401     401   401      404
POST   /users/:user_id/enable               401    401    404      404    404    404   200   401     401   401      404
POST   /users/:user_id/make-admin           401    401    404      404    404    404   200   401     401   401      404
POST   /users/:user_id/remove-admin         401    401    404      404    404    404   200   401     401   401      404
POST   /users/:user_id/end-sessions         401    401    404      404    404    404   200   401     401   401      404
GET    /audit                               401    401    404      404    404    404   200   401     401   401      404
GET    /jobs                                401    401    404      404    404    404   200   401     401   401      404
GET    /jobs/:job_id                        401    401    404      404    404    404   200   401     401   401      404
POST   /jobs/:job_id/retry                  401    401    404      404    404    404   200   401     401   401      404
POST   /jobs/:job_id/cancel                 401    401    404      404    404    404   200   401     401   401      404
`

const [columns = [], ...lines] = ANSWERS.trim()
  .split('\n')
  .map(line => line.trim().split(/ +/))
const table = new Map(lines.map(([method, path, ...statuses]) => [`${method} ${path}`, statuses]))

const database = await testDatabase()
const { db } = database
const people = await cast(database)
const dora = await person(database, 'Dora')
const { deps } = testApp(database)
await queues(database, deps)

type Bearing = Record<string, string>
const bearing = (...tokens: string[]): Bearing[] =>
  tokens.map(token => ({ Authorization: `Bearer ${token}` }))
const both = async (of: Person, minutesAgo = 0) => {
  const { accessToken, refreshToken } = await familyOf(deps, of, minutesAgo)
  const personal = await personalTokenOf(deps, of)
  const [newest] = await listPersonalTokens(db, of)
  return { tokens: [accessToken, personal], personal, refreshToken, id: newest?.id ?? '' }
}

const { ada, root } = people
const expired = await both(ada, 16)
await expire(deps, expired.personal)
const ended = await both(ada)
const disabled = await both(dora)

const callers: Record<string, Bearing[]> = {
  nobody: [{}],
  cookie: [{ Cookie: `xtablo_session=${await sessionOf(database, ada)}`, 'Sec-Fetch-Site': 'same-origin' }],
  stranger: bearing(...(await both(people.eve)).tokens),
  viewer: bearing(...(await both(people.vera)).tokens),
  editor: bearing(...(await both(people.ben)).tokens),
  owner: bearing(...(await both(ada)).tokens),
  admin: bearing(...(await both(root)).tokens),
  expired: bearing(...expired.tokens),
  ended: bearing(...ended.tokens),
  disabled: bearing(...disabled.tokens),
  reading: bearing(await personalTokenOf(deps, ada, 'read')),
}

await endPersonalToken(db, ada, ended.id, '192.0.2.1')
await revokeTokens(db, ended.refreshToken)
await disablePerson(db, root, dora.id, '192.0.2.1')
// A process that has read what ended: one that runs learns of it within 20 s.
const web = testApp(database, {}, { storage: deps.storage })
const { callOf, answerOf, there } = walker(web, database, people, [dora])

test('every route of the API is in the table of answers, and nothing else is', () => {
  assert.deepEqual([...table.keys()].sort(), apiRoutes(web).sort())
  for (const [route, statuses] of table) assert.equal(statuses.length, columns.length, route)
  assert.deepEqual(columns, Object.keys(callers))
})

for (const [route, statuses] of table) {
  test(`${route} answers everybody as the table says`, async () => {
    const answered = (token: Bearing) => callOf(route).then(call => answerOf(call, token))
    const given: string[] = []
    for (const name of columns) {
      const tokens = callers[name] ?? []
      // Those routes look at no token, and one of them takes its time on purpose.
      const tried = route.includes(' /auth/') ? tokens.slice(0, 1) : tokens
      const statuses = (await Promise.all(tried.map(answered))).map(({ status }) => status)
      given.push([...new Set(statuses)].join('/'))
    }
    const said = (each: readonly string[]) => columns.map((name, n) => `${name} ${each[n]}`)
    assert.deepEqual(said(given), said(statuses))
  })
}

test('a token opens no page: whoever bears one is as much a stranger there as a visitor', async () => {
  const [tablo, job] = [await there.tablo_id?.(), await there.job_id?.()]
  const routes = web.app.routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/api'))
  for (const { method, path } of routes) {
    const address = path.replaceAll(
      /:(\w+)(\{[^/]*\})?/g,
      () => (path.startsWith('/admin') ? job : tablo) ?? '',
    )
    const call = { method, path: address, headers: { 'Sec-Fetch-Site': 'same-origin' } }
    const visitor = await answerOf(call, {})
    for (const token of [callers.owner?.[0], callers.admin?.[1]]) {
      const { status, headers } = await answerOf(call, token ?? {})
      assert.deepEqual(
        [status, headers.get('Location')],
        [visitor.status, visitor.headers.get('Location')],
        `${method} ${address}`,
      )
    }
  }
  assert.ok(routes.length > 30, `${routes.length} routes`)
})
