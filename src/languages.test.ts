import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callersOf } from '../test/access.ts'
import { testApp } from '../test/app.ts'
import { ADDRESS, cast, FIREFOX, PASSWORD, person, tabloOf } from '../test/cast.ts'
import { type Client, formOf } from '../test/client.ts'
import { testDatabase } from '../test/database.ts'
import { send } from '../test/files.ts'
import { sendMails } from '../test/invitations.ts'
import { jobIn, queues } from '../test/jobs.ts'
import { testProvider } from '../test/provider.ts'
import { PDF, PNG } from '../test/samples.ts'
import { checkerOf } from '../test/texts.ts'
import { offerReset } from './accounts/accounts.ts'
import { auditKinds, recordAudit } from './accounts/audit.ts'
import { beginAuthenticator, offeredAuthenticator } from './accounts/authenticators.ts'
import { makeLink } from './accounts/links.ts'
import { createPersonalToken } from './accounts/personal-tokens.ts'
import { samplePeople } from './demo/samples.ts'
import { transaction } from './platform/database/database.ts'
import { newId } from './platform/ids.ts'
import { jobStates } from './platform/jobs/reading.ts'
import { openMailer } from './platform/mail/open.ts'
import { shownBy } from './platform/mail/shown.ts'
import { invite } from './tablos/invitations.ts'
import { changeRole } from './tablos/members.ts'
import { move } from './tasks/ordering.ts'
import { create, edit } from './tasks/tasks.ts'
import { languages, textsOf } from './texts/locale.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' })
const google = await testProvider()
/** Where people sign in by others, too, of whom none answers. */
const withProviders = testApp(database, {
  GOOGLE_CLIENT_ID: 'x',
  GOOGLE_CLIENT_SECRET: 'x',
  GOOGLE_ISSUER: 'http://127.0.0.1:1',
  OIDC_PLUGH_ISSUER: 'http://127.0.0.1:1',
  OIDC_PLUGH_CLIENT_ID: 'x',
  OIDC_PLUGH_CLIENT_SECRET: 'x',
  OIDC_PLUGH_LABEL: 'Plugh',
})
const callers = callersOf(web.deps)
const people = await cast(database)
const TYPED = ['Xyzzy', 'Qwerty', 'Plugh']
const tablo = await tabloOf(database, people, TYPED[0])
const path = `/tablos/${tablo}`
const task = (await create(db, people.ben, tablo, { title: 'Qwerty', description: 'Plugh', status: 'todo' }))
  .id
await create(db, people.ada, tablo, { title: 'Qwerty', description: '', status: 'todo' })
await edit(db, people.ada, tablo, task, { title: 'Plugh', description: '', status: 'done', version: 1 })
await move(db, people.ada, tablo, task, { status: 'in_review', after: null })

await queues(database, web.deps)
const jobs: string[] = []
for (const state of jobStates) jobs.push(await jobIn(database, state, { requestId: 'Xyzzy', error: 'Plugh' }))
const [job = ''] = jobs.slice(-1)
const [file] = await send(web.deps, people.ben, tablo, { name: 'Xyzzy', bytes: PNG })
await send(web.deps, people.ada, tablo, { name: 'Qwerty', bytes: PDF }, { name: 'Plugh', bytes: 'x' })
for (const [name, scope] of [
  ['Xyzzy', 'read'],
  ['Qwerty', 'write'],
  ['Plugh', 'read'],
] as const)
  await callers.find(await createPersonalToken(db, people.ada, { name, scope, days: 30 }, ADDRESS))
await pool.query(`update personal_tokens set expires_at = now() - interval '1 day' where name = 'Xyzzy'`)
await pool.query(`update personal_tokens set last_used_at = null where name = 'Plugh'`)

for (const subject of ['Xyzzy', ''])
  await web.deps.mailer.send(
    { to: people.ada.email, subject, text: 'Qwerty', html: '<p>Plugh</p>' },
    new AbortController().signal,
  )
const [shown] = (await shownBy(web.deps.mailer)?.list()) ?? []
const linkTo = (kind: 'verify' | 'change_email', email: string) =>
  transaction(db, tx => makeLink(tx, kind, people.ada.id, { email }))
const verify = await linkTo('verify', people.ada.email)
const change = await linkTo('change_email', people.eve.email)
await beginAuthenticator(db, web.deps.secret, people.vera)
const { secret: key } = await offeredAuthenticator(db, web.deps.secret, people.vera, '')
const inviting = { address: ADDRESS, language: 'en', way: 'hand' } as const
const invited = (email: string, open = false) =>
  invite(db, people.ada, tablo, { email, role: 'viewer', open }, inviting)
const { id: invitation } = await invited('plugh@example.org')
const { token: openLink } = await invited('xyzzy@example.org', true)
await changeRole(db, people.ada, tablo, people.vera.id, 'editor', ADDRESS)
await changeRole(db, people.ada, tablo, people.vera.id, 'viewer', ADDRESS)

/** A value for each parameter of a route. A route with another one makes this test fail until it is given a value. */
const PARAMETERS: Record<string, (route: string) => Promise<string>> = {
  id: async route =>
    route.startsWith('/admin/jobs') ? job : route.startsWith('/admin/users') ? people.ada.id : tablo,
  tablo: async () => tablo,
  task: async () => task,
  file: async () => file?.id ?? '',
  provider: async () => 'google',
  token: async route => {
    if (route.startsWith('/reset')) return offerReset(db, people.eve.email)
    return (route.startsWith('/invitations') && openLink) || verify
  },
  mail: async () => shown?.id ?? '',
}
/** Assets, what programs read, and mails, which are in the language of their reader. */
const NO_PAGES = /^\/(assets\/:file|api\/v1\/.*|\.well-known\/.*|dev\/mail\/.*\/html)$/

const data = new Set([
  ...TYPED,
  'Google',
  key.replaceAll(/.{4}(?=.)/g, '$& '),
  'plugh@example.org',
  'xyzzy@example.org',
  'send_invitation',
  // Mails are in the language of their reader.
  'Ada invites you to “Xyzzy”',
  'heartbeat',
  'expire_sessions',
  'orphan_file_cleanup',
  ...[...Object.values(people), ...samplePeople].flatMap(({ name, email }) => [name, email]),
  'AL',
  'BM',
  'CA',
  'A',
  'B',
  'V',
  'E',
  'R',
])

/** Every address that the application answers to a GET. */
async function allPaths(): Promise<string[]> {
  const routes = web.app.routes.filter(({ method }) => method === 'GET').map(route => route.path)
  const found: string[] = []
  for (const route of new Set(routes)) {
    if (NO_PAGES.test(route)) continue
    let address = route
    for (const [whole, name = ''] of route.matchAll(/:(\w+)(?:\{[^/]*\})?/g)) {
      const value = PARAMETERS[name]
      assert.ok(value, `the test of languages has no value for :${name} in ${route}`)
      address = address.replace(whole, await value(route))
    }
    found.push(address)
  }
  return found
}

for (const language of languages) {
  const check = checkerOf(language, data)
  const speaking = (browser: Client): Client => {
    browser.headers = { 'Accept-Language': language }
    return browser
  }

  test(`every page is in one language: ${language}`, async () => {
    const paths = await allPaths()
    assert.ok(paths.length > 15, `${paths.length} paths`)
    let pages = 0
    for (const browser of [
      web.visitor(),
      await web.browserOf(people.ada),
      await web.browserOf(people.vera),
      await web.browserOf(people.root),
    ]) {
      for (const address of paths) {
        const answer = await speaking(browser).get(address)
        assert.ok(answer.status < 500, address)
        if (!answer.headers.get('Content-Type')?.startsWith('text/html') || !answer.text.startsWith('<!'))
          continue
        check(answer.text, address)
        pages++
      }
    }
    assert.ok(pages > 20, `${pages} pages`)
  })

  test(`pages in their other states are too: ${language}`, async () => {
    const ada = speaking(await web.browserOf(people.ada))
    const nobody = speaking(await web.browserOf(await person(database, `Nobody ${language}`)))
    data.add(`Nobody ${language}`).add(`nobody.${language}@example.org`).add('NE').add('NF')
    const addresses = [
      '/?archived=1',
      '/?view=list',
      '/settings?saved=profile',
      '/settings?saved=password',
      '/settings/email?sent=own',
      '/settings/email?sent=new',
      '/settings/email?saved=1',
      '/forgot?sent=1',
      `/verify/${change}`,
      `/dev/mail/${shown?.id}?as=text`,
      '/nothing',
    ]
    for (const address of addresses) check((await ada.get(address)).text, address)
    check((await nobody.get('/')).text, 'an empty dashboard')
    const root = speaking(await web.browserOf(people.root))
    for (const state of jobStates)
      check((await root.get(`/admin/jobs?state=${state}`)).text, `jobs that are ${state}`)
    for (const query of ['kind=Xyzzy', 'request=Xyzzy', 'request=Plugh'])
      check((await root.get(`/admin/jobs?${query}`)).text, `jobs of ${query}`)
    for (const kind of auditKinds)
      await transaction(db, tx =>
        recordAudit(tx, {
          kind,
          subject: people.ada.id,
          by: people.root.id,
          address: ADDRESS,
          details: { name: 'Xyzzy' },
        }),
      )
    for (const query of ['', '?q=ada', '?q=Xyzzy', `?after=${newId()}`])
      check((await root.get(`/admin/users${query}`)).text, `people ${query}`)
    for (const query of ['', '?person=ada', '?person=Xyzzy', '?from=2026-01-01&to=2026-01-02', '?from=Xyzzy'])
      check((await root.get(`/admin/audit${query}`)).text, `the audit ${query}`)
    const subject = `/admin/users/${people.ada.id}`
    for (const done of Object.keys(textsOf(language).admin.people.done))
      check((await root.get(`${subject}?done=${done}`)).text, `a person, ${done}`)
    await pool.query(`insert into authenticators (user_id, secret, confirmed_at) values ($1, '', now())`, [
      people.ada.id,
    ])
    await pool.query(
      `insert into passkeys (id, user_id, name, credential_id, public_key, counter) values ($1, $2, 'Key', 'a', 'b', 0)`,
      [newId(), people.ada.id],
    )
    await pool.query(
      `insert into identities (provider, issuer, subject, user_id, email) values ('Qwerty', 'x', 'y', $1, 'Plugh')`,
      [people.ada.id],
    )
    check((await root.get(subject)).text, 'a person with all that there is')
    await pool.query(`update users set disabled_at = now() where id = $1`, [people.ada.id])
    check((await root.get(subject)).text, 'a disabled person')
    await pool.query(`update users set disabled_at = null where id = $1`, [people.ada.id])
    for (const table of ['authenticators', 'passkeys', 'identities']) await pool.query(`delete from ${table}`)
    const none = { way: 'none', send: async () => {}, check: async () => {}, close() {} } as const
    const byHand = speaking(await testApp(database, {}, { mailer: none }).browserOf(people.root))
    check((await byHand.post(`${subject}/reset-link`)).text, 'a link to hand over')
    check((await root.get(`/admin/users/${people.root.id}`)).text, 'one’s own account, as an admin')
    await ada.post(`${path}/archive`)
    for (const address of [path, `${path}/edit`, '/?archived=1', '/'])
      check((await ada.get(address)).text, address)
    await ada.post(`${path}/restore`)
    const closed = speaking(testApp(database, { SIGNUP: 'closed' }).visitor())
    for (const address of ['/signup', '/login']) check((await closed.get(address)).text, `${address}, closed`)
    const mailer = openMailer({ smtp: undefined, showsMail: false, dataDir: '' })
    const mute = speaking(await testApp(database, {}, { mailer }).browserOf(people.ada))
    for (const address of ['/forgot', '/settings/email'])
      check((await mute.get(address)).text, `${address}, no mail`)
    check((await mute.post('/forgot', { email: people.ada.email })).text, 'asked for where no mail goes out')
    await pool.query('update users set email_verified_at = now() where id = $1', [people.ada.id])
    check((await ada.get('/settings/email')).text, 'a confirmed address')
    await pool.query('update users set email_verified_at = null')
    const madeBefore = { id: newId(), name: 'Plugh', scope: 'write', days: '365' }
    for (const state of ['a new token', 'a token that was made before'])
      check((await ada.post('/settings/tokens', madeBefore)).text, state)
    const linked = speaking(await withProviders.browserOf(people.ada))
    const identity = `insert into identities (provider, issuer, subject, user_id, email)
      values ('google', 'x', 'Xyzzy', $1, $2), ('Qwerty', 'y', 'Xyzzy', $1, null)`
    await pool.query(identity, [people.ada.id, people.ada.email])
    for (const notice of ['linked', 'unlinked'])
      check((await linked.get(`/settings/providers?notice=${notice}`)).text, `ways in, ${notice}`)
    const onward = speaking(await testApp(database, google.environment).browserOf(people.ben))
    check((await onward.post('/settings/providers/google/link', { current: PASSWORD })).text, 'the way on')
    const wayless = speaking(await withProviders.browserOf(people.eve))
    await pool.query('update users set password_hash = null where id = $1', [people.eve.id])
    for (const address of ['/settings', '/settings/providers', '/settings/providers?notice=replaced'])
      check((await wayless.get(address)).text, `${address}, without a password`)
    await pool.query('update identities set user_id = $1', [people.eve.id])
    check((await wayless.get('/settings/providers')).text, 'the last way in')
    await pool.query('truncate identities')
    await pool.query(
      'update users set password_hash = (select password_hash from users where id = $1) where id = $2',
      [people.ada.id, people.eve.id],
    )
    const { token: bound } = await invited('plugh@example.org')
    for (const browser of [ada, nobody, closed, speaking(web.visitor())])
      check((await browser.get(`/invitations/${bound}`)).text, 'a bound invitation')
    check((await ada.post(`${path}/invitations/${invitation}/link`)).text, 'a link to pass on')
    const mailed = { email: 'plugh@example.org', role: 'viewer', for: 'address' }
    await ada.post(`${path}/members`, mailed)
    check((await ada.get(`${path}/members`)).text, 'a mail on its way')
    await sendMails(web.deps)
    check((await ada.get(`${path}/members`)).text, 'a mail that is out')
    await ada.post(`${path}/members/${people.ben.id}`, { role: 'owner' })
    check((await ada.get(`${path}/members`)).text, 'two owners')
    await ada.post(`${path}/members/${people.ben.id}`, { role: 'editor' })
    await pool.query(`update sessions set user_agent = 'x'`)
    check((await ada.get('/settings')).text, 'a session of an unknown device')
    await pool.query('update sessions set user_agent = $1', [FIREFOX])
  })

  test(`refusals are too: ${language}`, async () => {
    const ada = speaking(await web.browserOf(people.ada))
    const vera = speaking(await web.browserOf(people.vera))
    const root = speaking(await web.browserOf(people.root))
    const visitor = speaking(web.visitor())
    const disabled = speaking(web.visitor())
    const { id: out, email } = await person(database, `Disabled ${language}`)
    data.add(email).add(`Disabled ${language}`).add('DE').add('DF')
    await pool.query('update users set disabled_at = now() where id = $1', [out])
    const long = 'Xyzzy'.repeat(5_000)
    data.add(long).add('not a password')
    const fields = formOf(await ada.get(`${path}/tasks/${task}`), `${path}/tasks/${task}`)
    const refusals: [browser: Client, address: string, fields: Record<string, string>][] = [
      [visitor, '/signup', {}],
      [visitor, '/signup', { name: long, email: 'Xyzzy', password: long }],
      [visitor, '/signup', { name: '\0', email: people.ada.email, password: 'not a password' }],
      [visitor, '/login', { email: people.ada.email, password: 'x' }],
      [ada, '/settings', { name: '', language: 'x', time_zone: 'x' }],
      [ada, '/settings/tokens', { name: '', scope: 'x', days: 'x' }],
      [ada, '/settings/tokens', { name: long, scope: 'read', days: '7' }],
      [ada, `/settings/tokens/${newId()}/end`, {}],
      [disabled, '/login', { email, password: PASSWORD }],
      [ada, '/settings/account/close', { password: 'x' }],
      [ada, '/settings/account/close', { password: PASSWORD }],
      [root, '/settings/account/close', { password: PASSWORD }],
      [root, `/admin/users/${people.root.id}/remove-admin`, {}],
      [root, `/admin/users/${people.root.id}/reset-factors`, {}],
      [root, `/admin/users/${out}/make-admin`, {}],
      [ada, '/settings/password', { current: 'x', password: 'not a password' }],
      [visitor, '/forgot', { email: '' }],
      [ada, '/settings/email', { email: people.ada.email, current: 'not a password' }],
      [ada, '/settings/email', { email: 'Xyzzy', current: long }],
      [ada, `/verify/${change}`, {}],
      [ada, '/verify/none', {}],
      [ada, '/tablos', { title: '', description: long, color: 'x' }],
      [ada, path, { title: long, description: '\0', color: 'x' }],
      [vera, path, { title: 'Xyzzy' }],
      [vera, `${path}/tasks`, { title: 'Xyzzy' }],
      [ada, `${path}/tasks`, { title: '' }],
      [ada, `${path}/tasks`, { title: long, status: 'x' }],
      [ada, `${path}/tasks/${task}`, { ...fields, version: '1', title: 'Xyzzy' }],
      [ada, `${path}/tasks/${task}`, { title: '', status: 'x' }],
      [ada, `${path}/tasks/${task}/move`, { status: 'todo', after: newId() }],
      [ada, `${path}/tasks/${newId()}/move`, { status: 'todo', after: '' }],
      [ada, `${path}/files/${newId()}/delete`, {}],
      [vera, `${path}/files/${file?.id}/delete`, {}],
      [ada, '/demo', {}],
      [ada, `${path}/members`, { email: 'plugh', role: 'x', for: 'x' }],
      [ada, `${path}/members`, { email: people.ada.email, role: 'viewer', for: 'anyone' }],
      [ada, `${path}/members`, { email: people.ben.email, role: 'viewer', for: 'anyone' }],
      [ada, `${path}/leave`, {}],
      [ada, `${path}/members/${people.ada.id}/transfer`, {}],
      [vera, `${path}/members`, {}],
      [ada, '/invitations/none', {}],
      [visitor, `/invitations/${openLink}`, { name: '', email: 'plugh', password: 'x' }],
      [visitor, `/invitations/${openLink}`, { name: 'Plugh', email: people.ada.email, password: PASSWORD }],
      [root, `/admin/jobs/${jobs[jobStates.indexOf('completed')]}/retry`, {}],
      [root, `/admin/jobs/${jobs[jobStates.indexOf('completed')]}/cancel`, {}],
    ]
    for (const [browser, address, sent] of refusals) {
      const [page, part] = [await browser.post(address, sent), await browser.htmxPost(address, sent)]
      assert.ok(page.status >= 400 && page.status < 500, `${page.status} ${address}`)
      check(page.text, `${address} ${JSON.stringify(sent).slice(0, 60)}`)
      check(part.text, `${address} for htmx`)
    }
    const stranger = speaking(withProviders.visitor())
    for (const address of ['/login', '/signup', '/auth/google/start?next=/settings', '/auth/plugh/callback'])
      check((await stranger.get(address)).text, address)
    const linking = speaking(await withProviders.browserOf(people.ada))
    for (const current of ['x', PASSWORD]) {
      check((await linking.post('/settings/providers/google/link', { current })).text, 'linking')
      check((await linking.post('/settings/providers/plugh/unlink', { current })).text, 'unlinking')
    }
    for (const [browser, name, bytes] of [
      [ada, 'Xyzzy', 'x'.repeat(2 * 1_048_576)],
      [ada, '', ''],
      [vera, 'Xyzzy', 'x'],
    ] as const) {
      check((await browser.upload(`${path}/files`, [{ name, bytes }])).text, 'a refused upload')
      check((await browser.htmxUpload(`${path}/files`, [{ name, bytes }])).text, 'a refused upload, for htmx')
    }
    check((await ada.htmxUpload(`${path}/files`, [{ name: 'Xyzzy', bytes: 'x' }])).text, 'an upload')
    const other = { 'Content-Type': 'application/json' }
    check((await ada.post('/tablos', {}, other)).text, '415')
    check((await ada.post('/tablos', { title: 'x'.repeat(2_000_000) })).text, '413')
    check((await ada.post('/tablos', {}, { Origin: 'null', 'Sec-Fetch-Site': 'none' })).text, '403')
    for (let n = 0; n < 6; n++) await visitor.post('/login', { email: people.vera.email, password: 'x' })
    const limited = await visitor.post('/login', { email: people.vera.email, password: 'x' })
    assert.equal(limited.status, 429)
    check(limited.text, '429')
  })
}
