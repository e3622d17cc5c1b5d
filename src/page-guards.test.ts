// Who may open and do what by the pages: every route of the built application that is no API, asked by everybody. The
// table is the contract; a route that it does not have fails the first test, and so does a line of it that has no route.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestApp, testApp } from '../test/app.ts'
import { ADDRESS, cast, PASSWORD, person, sessionOf, tabloOf } from '../test/cast.ts'
import type { Client } from '../test/client.ts'
import { testDatabase } from '../test/database.ts'
import { send } from '../test/files.ts'
import { jobIn, queues } from '../test/jobs.ts'
import { offerReset } from './accounts/accounts.ts'
import type { Person } from './accounts/actor.ts'
import { makeLink } from './accounts/links.ts'
import { disablePerson } from './accounts/people.ts'
import { createPersonalToken, listPersonalTokens } from './accounts/personal-tokens.ts'
import { transaction } from './platform/database/database.ts'
import { newId } from './platform/ids.ts'
import { invite } from './tablos/invitations.ts'
import { create as createTask } from './tasks/tasks.ts'

/**
 * A stranger is signed in and in no Tablo; viewer, editor and owner are so in the Tablo that is asked for, the admin is
 * outside it, and the removed one was a member. The disabled one has the session of before. `in` is to the sign-in
 * page, `ok` to another one, for what was done or has its place there.
 */
const ANSWERS = `
                                           nobody stranger viewer editor owner admin removed disabled
GET  /                                     in     200      200    200    200   200   200     in
GET  /healthz                              200    200      200    200    200   200   200     200
GET  /health/live                          200    200      200    200    200   200   200     200
GET  /readyz                               200    200      200    200    200   200   200     200
GET  /health/ready                         200    200      200    200    200   200   200     200
GET  /assets/:file                         200    200      200    200    200   200   200     200
GET  /.well-known/jwks.json                200    200      200    200    200   200   200     200
GET  /signup                               200    ok       ok     ok     ok    ok    ok      200
POST /signup                               ok     ok       ok     ok     ok    ok    ok      ok
GET  /login                                200    ok       ok     ok     ok    ok    ok      200
POST /login                                ok     ok       ok     ok     ok    ok    ok      ok
GET  /login/second                         in     in       in     in     in    in    in      in
POST /login/second                         422    422      422    422    422   422   422     422
GET  /login/second/passkey                 ok     ok       ok     ok     ok    ok    ok      ok
POST /login/second/passkey                 422    422      422    422    422   422   422     422
POST /login/second/passkey/options         401    401      401    401    401   401   401     401
GET  /login/passkey                        in     in       in     in     in    in    in      in
POST /login/passkey                        422    422      422    422    422   422   422     422
POST /login/passkey/options                200    200      200    200    200   200   200     200
GET  /auth/:provider/start                 404    404      404    404    404   404   404     404
GET  /auth/:provider/callback              404    404      404    404    404   404   404     404
GET  /forgot                               200    200      200    200    200   200   200     200
POST /forgot                               503    503      503    503    503   503   503     503
POST /logout                               in     in       in     in     in    in    in      in
GET  /setup/:token                         404    404      404    404    404   404   404     404
POST /setup/:token                         404    404      404    404    404   404   404     404
GET  /reset/:token                         200    200      200    200    200   200   200     200
POST /reset/:token                         ok     ok       ok     ok     ok    ok    ok      ok
GET  /verify/:token                        in     404      404    404    200   404   404     in
POST /verify/:token                        in     404      404    404    ok    404   404     in
GET  /invitations/:token                   200    200      ok     ok     ok    200   200     200
POST /invitations/:token                   422    ok       ok     ok     ok    ok    ok      422
GET  /goodbye                              200    200      200    200    200   200   200     200
GET  /settings                             in     200      200    200    200   200   200     in
POST /settings                             in     ok       ok     ok     ok    ok    ok      in
GET  /settings/password                    in     ok       ok     ok     ok    ok    ok      in
POST /settings/password                    in     422      422    422    422   422   422     in
GET  /settings/email                       in     200      200    200    200   200   200     in
POST /settings/email                       in     503      503    503    503   503   503     in
GET  /settings/email/verify                in     ok       ok     ok     ok    ok    ok      in
POST /settings/email/verify                in     503      503    503    503   503   503     in
GET  /settings/providers                   in     200      200    200    200   200   200     in
GET  /settings/providers/:provider/link    in     ok       ok     ok     ok    ok    ok      in
POST /settings/providers/:provider/link    in     404      404    404    404   404   404     in
GET  /settings/providers/:provider/unlink  in     ok       ok     ok     ok    ok    ok      in
POST /settings/providers/:provider/unlink  in     422      422    422    422   422   422     in
GET  /settings/security                    in     200      200    200    200   200   200     in
GET  /settings/security/confirm            in     200      200    200    200   200   200     in
GET  /settings/security/confirm/password   in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/confirm/password   in     422      422    422    422   422   422     in
GET  /settings/security/confirm/code       in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/confirm/code       in     422      422    422    422   422   422     in
GET  /settings/security/confirm/passkey    in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/confirm/passkey    in     422      422    422    422   422   422     in
POST /settings/security/confirm/passkey/options in     200      200    200    200   200   200     in
GET  /settings/security/authenticator      in     404      404    404    404   404   404     in
POST /settings/security/authenticator      in     ok       ok     ok     ok    ok    ok      in
GET  /settings/security/authenticator/code in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/authenticator/code in     422      422    422    422   422   422     in
POST /settings/security/authenticator/remove in     ok       ok     ok     ok    ok    ok      in
GET  /settings/security/codes              in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/codes              in     409      409    409    409   409   409     in
POST /settings/security/codes/download     in     200      200    200    200   200   200     in
GET  /settings/security/passkeys           in     ok       ok     ok     ok    ok    ok      in
POST /settings/security/passkeys           in     422      422    422    422   422   422     in
GET  /settings/security/passkeys/new       in     200      200    200    200   200   200     in
POST /settings/security/passkeys/options   in     200      200    200    200   200   200     in
POST /settings/security/passkeys/:passkey/rename in     404      404    404    404   404   404     in
POST /settings/security/passkeys/:passkey/remove in     404      404    404    404   404   404     in
POST /settings/sessions/:session/end       in     404      404    404    ok    404   404     in
GET  /settings/tokens                      in     200      200    200    200   200   200     in
POST /settings/tokens                      in     200      200    200    200   200   200     in
POST /settings/tokens/:own_token/end       in     404      404    404    404   404   404     in
GET  /settings/account                     in     200      200    200    200   200   200     in
GET  /settings/account/export              in     200      200    200    200   200   200     in
GET  /settings/account/close               in     ok       ok     ok     ok    ok    ok      in
POST /settings/account/close               in     422      422    422    422   422   422     in
GET  /tablos                               in     ok       ok     ok     ok    ok    ok      in
GET  /tablos/new                           in     200      200    200    200   200   200     in
POST /tablos                               in     ok       ok     ok     ok    ok    ok      in
GET  /tablos/:tablo                        in     404      200    200    200   404   404     in
POST /tablos/:tablo                        in     404      403    403    ok    404   404     in
GET  /tablos/:tablo/edit                   in     404      403    403    200   404   404     in
POST /tablos/:tablo/archive                in     404      403    403    ok    404   404     in
POST /tablos/:tablo/restore                in     404      403    403    ok    404   404     in
POST /tablos/:tablo/delete                 in     404      403    403    ok    404   404     in
GET  /tablos/:tablo/members                in     404      200    200    200   404   404     in
POST /tablos/:tablo/members                in     404      403    403    200   404   404     in
POST /tablos/:tablo/members/:member        in     404      403    403    ok    404   404     in
POST /tablos/:tablo/members/:member/remove in     404      403    403    ok    404   404     in
POST /tablos/:tablo/members/:member/transfer in     404      403    403    ok    404   404     in
POST /tablos/:tablo/leave                  in     404      ok     ok     409   404   404     in
POST /tablos/:tablo/invitations/:invitation/link in     404      403    403    200   404   404     in
POST /tablos/:tablo/invitations/:invitation/resend in     404      403    403    ok    404   404     in
POST /tablos/:tablo/invitations/:invitation/withdraw in     404      403    403    ok    404   404     in
GET  /tablos/:tablo/tasks                  in     404      200    200    200   404   404     in
POST /tablos/:tablo/tasks                  in     404      403    ok     ok    404   404     in
GET  /tablos/:tablo/tasks/:task            in     404      200    200    200   404   404     in
GET  /tablos/:tablo/tasks/:task/menu       in     404      403    200    200   404   404     in
POST /tablos/:tablo/tasks/:task            in     404      403    ok     ok    404   404     in
POST /tablos/:tablo/tasks/:task/move       in     404      403    ok     ok    404   404     in
POST /tablos/:tablo/tasks/:task/delete     in     404      403    ok     ok    404   404     in
GET  /tablos/:tablo/files                  in     404      200    200    200   404   404     in
POST /tablos/:tablo/files                  in     404      403    ok     ok    404   404     in
GET  /tablos/:tablo/files/:file            in     404      200    200    200   404   404     in
GET  /tablos/:tablo/files/:file/view       in     404      200    200    200   404   404     in
POST /tablos/:tablo/files/:file/delete     in     404      403    ok     ok    404   404     in
GET  /admin                                in     404      404    404    404   ok    404     in
GET  /admin/jobs                           in     404      404    404    404   200   404     in
GET  /admin/jobs/:job                      in     404      404    404    404   200   404     in
POST /admin/jobs/:job/retry                in     404      404    404    404   ok    404     in
POST /admin/jobs/:job/cancel               in     404      404    404    404   ok    404     in
GET  /admin/users                          in     404      404    404    404   200   404     in
GET  /admin/users/:user                    in     404      404    404    404   200   404     in
POST /admin/users/:user/disable            in     404      404    404    404   ok    404     in
POST /admin/users/:user/enable             in     404      404    404    404   ok    404     in
POST /admin/users/:user/make-admin         in     404      404    404    404   ok    404     in
POST /admin/users/:user/remove-admin       in     404      404    404    404   ok    404     in
POST /admin/users/:user/reset-factors      in     404      404    404    404   ok    404     in
POST /admin/users/:user/end-sessions       in     404      404    404    404   ok    404     in
POST /admin/users/:user/sessions/:session/end in  404      404    404    404   ok    404     in
POST /admin/users/:user/reset-link         in     404      404    404    404   200   404     in
GET  /admin/audit                          in     404      404    404    404   200   404     in
GET  /admin/audit/export                   in     404      404    404    404   200   404     in
GET  /admin/security                       in     404      404    404    404   200   404     in
POST /admin/security                       in     404      404    404    404   ok    404     in
POST /debug/enqueue-test                   in     200      200    200    200   200   200     in
GET  /debug/enqueue-test                   in     200      200    200    200   200   200     in
GET  /demo                                 200    200      200    200    200   200   200     200
GET  /demo/time                            200    200      200    200    200   200   200     200
`

const [columns = [], ...lines] = ANSWERS.trim()
  .split('\n')
  .map(line => line.trim().split(/ +/))
const table = new Map(lines.map(([method, path, ...answers]) => [`${method} ${path}`, answers]))

const database = await testDatabase()
const { db, pool } = database
const people = await cast(database)
const [rhea, dora] = [await person(database, 'Rhea'), await person(database, 'Dora')]
// Without a way for mail, so that what is offered in its place is there.
const mailer = { way: 'none', send: async () => {}, check: async () => {}, close() {} } as const
const web = testApp(database, {}, { mailer })
await queues(database, web.deps)
const disabledSession = await sessionOf(database, dora)
await disablePerson(db, people.root, dora.id, ADDRESS)

const browsers: Record<string, () => Promise<Client>> = {
  nobody: async () => web.visitor(),
  stranger: () => web.browserOf(people.eve),
  viewer: () => web.browserOf(people.vera),
  editor: () => web.browserOf(people.ben),
  owner: () => web.browserOf(people.ada),
  admin: () => web.browserOf(people.root),
  removed: () => web.browserOf(rhea),
  disabled: async () => web.visitor().carry(disabledSession),
}

/** A Tablo of its own for each request, which `rhea` was taken out of. */
async function tablo(): Promise<string> {
  const id = await tabloOf(database, people)
  await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'owner')`, [id, rhea.id])
  await pool.query('delete from members where user_id = $1', [rhea.id])
  return id
}

/** One that anybody may take who has its link. */
const invitation = (tablo: string) =>
  invite(
    db,
    people.ada,
    tablo,
    { email: `${newId()}@example.org`, role: 'viewer', open: true },
    { address: ADDRESS, language: 'en', way: 'hand' },
  )

/** What is there for each parameter of a path, in the things that stand before it. A parameter that is not here fails. */
const there: Record<string, (before: Record<string, string>, route: string) => Promise<string>> = {
  tablo,
  task: async ({ tablo = '' }) =>
    (await createTask(db, people.ada, tablo, { title: 'Order flour', description: '', status: 'todo' })).id,
  file: async ({ tablo }) =>
    tablo === undefined
      ? assetOf(web)
      : ((await send(web.deps, people.ada, tablo, { name: 'Quote', bytes: '%PDF-1.7' }))[0]?.id ?? ''),
  token: async (_, route) => {
    if (route.includes('/invitations/')) return (await invitation(await tablo())).token ?? ''
    if (!route.includes('/verify/')) return offerReset(db, people.vera.email)
    return transaction(db, tx => makeLink(tx, 'verify', people.ada.id, { email: people.ada.email }))
  },
  provider: async () => 'google',
  member: async ({ tablo = '' }) => {
    const { id } = await person(database, `Member ${newId()}`)
    await pool.query(`insert into members (tablo_id, user_id, role) values ($1, $2, 'editor')`, [tablo, id])
    return id
  },
  invitation: async ({ tablo = '' }) => (await invitation(tablo)).id,
  // Nobody's who asks.
  passkey: async () => newId(),
  job: () => jobIn(database, 'retryable'),
  user: async () => (await person(database, `Somebody ${newId()}`)).id,
  // The owner's own, where no person stands before.
  session: ({ user }) => sessionIdOf(user === undefined ? people.ada.id : user),
  own_token: async () => {
    const ivy = await person(database, `Ivy ${newId()}`)
    await createPersonalToken(db, ivy, { name: 'CI', scope: 'read', days: 7 }, ADDRESS)
    return (await listPersonalTokens(db, ivy))[0]?.id ?? ''
  },
}

/** What a form says, where a route asks for something. */
const forms: Record<string, () => Record<string, string> | Promise<Record<string, string>>> = {
  'POST /signup': () => ({ name: 'New', email: `${newId()}@example.org`, password: PASSWORD }),
  'POST /login': async () => ({ email: (await person(database, `In ${newId()}`)).email, password: PASSWORD }),
  'POST /setup/:token': () => ({ name: 'First', email: `${newId()}@example.org`, password: PASSWORD }),
  'POST /reset/:token': () => ({ password: PASSWORD }),
  'POST /settings': () => ({ name: 'Same', language: '', time_zone: 'UTC' }),
  // By a wrong one: a right one would end the session that the next request is made by.
  'POST /settings/password': () => ({ current: 'not the password', password: PASSWORD }),
  'POST /settings/account/close': () => ({ password: 'not the password' }),
  'POST /settings/tokens': () => ({ name: 'CI', scope: 'read', days: '7' }),
  'POST /tablos': () => ({ title: 'Bakery', description: '', color: 'red' }),
  'POST /tablos/:tablo': () => ({ title: 'Bakery', description: '', color: 'red' }),
  'POST /forgot': () => ({ email: people.ada.email }),
  'POST /settings/email': () => ({ email: 'new@example.org', current: PASSWORD }),
  'POST /settings/security/codes/download': () => ({ codes: 'abcd-efgh' }),
  'POST /tablos/:tablo/members': () => ({ email: `${newId()}@example.org`, role: 'viewer', for: 'address' }),
  'POST /settings/security/passkeys/:passkey/rename': () => ({ name: 'Key' }),
  'POST /tablos/:tablo/members/:member': () => ({ role: 'viewer' }),
  'POST /tablos/:tablo/tasks': () => ({ title: 'Order flour', status: 'todo' }),
  'POST /tablos/:tablo/tasks/:task': () => ({ title: 'Rye', description: '', status: 'todo', version: '1' }),
  'POST /tablos/:tablo/tasks/:task/move': () => ({ status: 'done', after: '' }),
}

test('every route of the pages is in the table of answers, and nothing else is', () => {
  assert.deepEqual([...table.keys()].sort(), pageRoutes(web).sort())
  for (const [route, answers] of table) assert.equal(answers.length, columns.length, route)
  assert.deepEqual(columns, Object.keys(browsers))
})

for (const [route, answers] of table) {
  test(`${route} answers everybody as the table says`, async () => {
    const given: string[] = []
    for (const name of columns) given.push(await answerOf(route, name))
    const said = (each: readonly string[]) => columns.map((name, n) => `${name} ${each[n]}`)
    assert.deepEqual(said(given), said(answers))
  })
}

async function answerOf(route: string, name: string): Promise<string> {
  const [method = '', path = ''] = route.split(' ')
  const browser = await browsers[name]?.()
  assert.ok(browser)
  browser.address = `192.0.2.${sent++ % 250}`
  const found: Record<string, string> = {}
  let address = path
  for (const [whole, parameter = ''] of path.matchAll(/:(\w+)/g)) {
    const make = there[parameter]
    assert.ok(make, `the table has nothing for ${whole} in ${route}`)
    found[parameter] = await make(found, route)
    address = address.replace(whole, found[parameter])
  }
  const { status, location } = await (method === 'GET'
    ? browser.get(address)
    : path.endsWith('/files')
      ? browser.upload(address, [{ name: 'Quote', bytes: 'x' }])
      : browser.post(address, await forms[route]?.()))
  await pool.query('truncate rate_limits')
  if (status !== 303) return String(status)
  return /^\/login(\?|$)/.test(location ?? '') ? 'in' : 'ok'
}
let sent = 0

/** Every route but those of the API, as `GET /tablos/:tablo`; the patterns of parameters and their names aside. */
function pageRoutes({ app }: Pick<TestApp, 'app'>): string[] {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/api'))
    .map(({ method, path }) => `${method} ${named(path)}`)
  return [...new Set(routes)]
}

/** The parameters by what they are: in the routes most are `id`. */
const named = (path: string): string =>
  path
    .replaceAll(/\{[^/]*\}/g, '')
    .replace(/^\/tablos\/:id/, '/tablos/:tablo')
    .replace(/^\/settings\/security\/passkeys\/:id/, '/settings/security/passkeys/:passkey')
    .replace(/^\/admin\/jobs\/:id/, '/admin/jobs/:job')
    .replace(/^\/admin\/users\/:id/, '/admin/users/:user')
    .replace(/^\/settings\/sessions\/:id/, '/settings/sessions/:session')
    .replace(/^\/settings\/tokens\/:id/, '/settings/tokens/:own_token')

async function sessionIdOf(user: string): Promise<string> {
  await sessionOf(database, { id: user } as Person)
  const { rows } = await pool.query('select id from sessions where user_id = $1 order by id desc limit 1', [
    user,
  ])
  return rows[0].id
}

async function assetOf({ app }: Pick<TestApp, 'app'>): Promise<string> {
  const page = await (await app.request('/demo')).text()
  return /\/assets\/([^"]+)"/.exec(page)?.[1] ?? ''
}
