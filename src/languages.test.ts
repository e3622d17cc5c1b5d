import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callersOf } from '../test/access.ts'
import { testApp } from '../test/app.ts'
import { ADDRESS, cast, FIREFOX, PASSWORD, person, tabloOf } from '../test/cast.ts'
import { type Client, formOf } from '../test/client.ts'
import { testDatabase } from '../test/database.ts'
import { send } from '../test/files.ts'
import { jobIn, queues } from '../test/jobs.ts'
import { PDF, PNG } from '../test/samples.ts'
import { checkerOf } from '../test/texts.ts'
import { offerReset } from './accounts/accounts.ts'
import { beginAuthenticator, offeredAuthenticator } from './accounts/authenticators.ts'
import { createPersonalToken } from './accounts/personal-tokens.ts'
import { samplePeople } from './demo/samples.ts'
import { newId } from './platform/ids.ts'
import { jobStates } from './platform/jobs/reading.ts'
import { move } from './tasks/ordering.ts'
import { create, edit } from './tasks/tasks.ts'
import { languages } from './texts/locale.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database, { MAX_UPLOAD_SIZE_MB: '1' })
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

await beginAuthenticator(db, web.deps.secret, people.vera)
const { secret: key } = await offeredAuthenticator(db, web.deps.secret, people.vera, '')

/** A value for each parameter of a route. A route with another one makes this test fail until it is given a value. */
const PARAMETERS: Record<string, (route: string) => Promise<string>> = {
  id: async route => (route.startsWith('/admin/jobs') ? job : tablo),
  tablo: async () => tablo,
  task: async () => task,
  file: async () => file?.id ?? '',
  token: async route => (route.startsWith('/reset') ? offerReset(db, people.eve.email) : 'none'),
}
/** Assets, and what programs read. */
const NO_PAGES = /^\/(assets\/:file|api\/v1\/.*|\.well-known\/.*)$/

const data = new Set([
  ...TYPED,
  key.replaceAll(/.{4}(?=.)/g, '$& '),
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
      '/nothing',
    ]
    for (const address of addresses) check((await ada.get(address)).text, address)
    check((await nobody.get('/')).text, 'an empty dashboard')
    const root = speaking(await web.browserOf(people.root))
    for (const state of jobStates)
      check((await root.get(`/admin/jobs?state=${state}`)).text, `jobs that are ${state}`)
    for (const query of ['kind=Xyzzy', 'request=Xyzzy', 'request=Plugh'])
      check((await root.get(`/admin/jobs?${query}`)).text, `jobs of ${query}`)
    await ada.post(`${path}/archive`)
    for (const address of [path, `${path}/edit`, '/?archived=1', '/'])
      check((await ada.get(address)).text, address)
    await ada.post(`${path}/restore`)
    const closed = speaking(testApp(database, { SIGNUP: 'closed' }).visitor())
    for (const address of ['/signup', '/login']) check((await closed.get(address)).text, `${address}, closed`)
    const madeBefore = { id: newId(), name: 'Plugh', scope: 'write', days: '365' }
    for (const state of ['a new token', 'a token that was made before'])
      check((await ada.post('/settings/tokens', madeBefore)).text, state)
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
    data.add(email)
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
      [ada, '/settings/password', { current: 'x', password: 'not a password' }],
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
      [root, `/admin/jobs/${jobs[jobStates.indexOf('completed')]}/retry`, {}],
      [root, `/admin/jobs/${jobs[jobStates.indexOf('completed')]}/cancel`, {}],
    ]
    for (const [browser, address, sent] of refusals) {
      const [page, part] = [await browser.post(address, sent), await browser.htmxPost(address, sent)]
      assert.ok(page.status >= 400 && page.status < 500, `${page.status} ${address}`)
      check(page.text, `${address} ${JSON.stringify(sent).slice(0, 60)}`)
      check(part.text, `${address} for htmx`)
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
