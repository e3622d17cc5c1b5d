import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { type Cast, cast, PASSWORD } from '../../test/cast.ts'
import { type Client, formOf, unescaped } from '../../test/client.ts'
import { testDatabase } from '../../test/database.ts'
import { TestPasskey } from '../../test/passkey.ts'
import { authenticatorOf, passkeyOf, TestAuthenticator } from '../../test/second-factor.ts'
import { listPasskeys } from './passkeys.ts'

const database = await testDatabase()
const { db, pool } = database
let web: ReturnType<typeof testApp>

let people: Cast
beforeEach(async () => {
  web = testApp(database)
  await pool.query('truncate users, challenges, rate_limits cascade')
  people = await cast(database)
})

const PATH = '/settings/security'
const ageSessions = () => pool.query(`update sessions set created_at = now() - interval '11 minutes'`)
const codesIn = (html: string) =>
  [...html.matchAll(/<li>([0-9a-z-]{19})<\/li>/g)].map(([, code]) => code ?? '')

async function setUpApp(browser: Client) {
  const begun = await browser.post(`${PATH}/authenticator`)
  assert.deepEqual([begun.status, begun.location], [303, `${PATH}/authenticator`])
  const page = await browser.get(`${PATH}/authenticator`)
  const [, key = ''] = /class="typed-secret">([A-Z2-7 ]+)</.exec(page.text) ?? []
  return { page, app: new TestAuthenticator(key) }
}

async function addPasskey(browser: Client, passkey: TestPasskey, name = 'Phone') {
  const request = JSON.parse((await browser.post(`${PATH}/passkeys/options`)).text)
  return browser.post(`${PATH}/passkeys`, { name, response: JSON.stringify(passkey.create(request)) })
}

test('an app is set up by a QR code and a typed key, and the answer shows recovery codes once', async () => {
  const ada = await web.browserOf(people.ada)
  assert.match((await ada.get(PATH)).text, /Set up an app/)
  const { page, app } = await setUpApp(ada)
  assert.match(page.text, /<svg class="qr"[^>]*role="img"[^>]*><path d="M/)
  assert.ok(!/style=|data:/.test(page.text))
  assert.equal(page.headers.get('Cache-Control'), 'no-store')
  const wrong = await ada.post(`${PATH}/authenticator/code`, { code: '000000' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /This code is not right/)
  const done = await ada.post(`${PATH}/authenticator/code`, { code: app.code() })
  assert.equal(done.status, 200)
  assert.equal(done.headers.get('Cache-Control'), 'no-store')
  assert.equal(codesIn(done.text).length, 10)
  const settings = await ada.get(PATH)
  assert.match(settings.text, /10 of 10 left/)
  assert.deepEqual(codesIn(settings.text), [])
  assert.equal((await ada.get(`${PATH}/authenticator`)).status, 404)
  assert.equal((await ada.post(`${PATH}/authenticator`)).status, 409)
})

test('recovery codes are saved as a file of text by the page that shows them', async () => {
  const ada = await web.browserOf(people.ada)
  await authenticatorOf(web.deps, people.ada)
  const page = await ada.post(`${PATH}/codes`)
  const codes = codesIn(page.text)
  assert.equal(codes.length, 10)
  const file = await ada.post(`${PATH}/codes/download`, formOf(page, `${PATH}/codes/download`))
  assert.match(file.headers.get('Content-Type') ?? '', /^text\/plain/)
  assert.match(file.headers.get('Content-Disposition') ?? '', /^attachment/)
  assert.equal(file.headers.get('Cache-Control'), 'no-store')
  for (const code of codes) assert.ok(file.text.includes(code))
  for (const codes of ['<script>', 'a'.repeat(600), undefined])
    assert.equal((await ada.post(`${PATH}/codes/download`, codes === undefined ? {} : { codes })).status, 422)
})

test('a passkey is added with a name, renamed and removed', async () => {
  const ada = await web.browserOf(people.ada)
  const added = await addPasskey(ada, new TestPasskey())
  assert.equal(codesIn(added.text).length, 10)
  const [row] = await listPasskeys(db, people.ada)
  const renamed = await ada.post(`${PATH}/passkeys/${row?.id}/rename`, { name: 'Key in the drawer' })
  assert.deepEqual([renamed.status, renamed.location], [303, PATH])
  await ada.post(`${PATH}/passkeys/${row?.id}/rename`, { name: ' ' })
  assert.match(unescaped((await ada.get(PATH)).text), /Key in the drawer/)
  assert.equal((await addPasskey(ada, new TestPasskey(), '')).status, 422)
  assert.equal((await addPasskey(ada, new TestPasskey(), 'Laptop')).location, PATH)
  const eve = await web.browserOf(people.eve)
  for (const verb of ['rename', 'remove'])
    assert.equal((await eve.post(`${PATH}/passkeys/${row?.id}/${verb}`, { name: 'Mine' })).status, 404)
  assert.equal((await ada.post(`${PATH}/passkeys/${row?.id}/remove`)).location, PATH)
  assert.ok(!(await ada.get(PATH)).text.includes('Key in the drawer'))
})

test('whatever a form says that a passkey answered is at most wrong', async () => {
  const ada = await web.browserOf(people.ada)
  const good = new TestPasskey()
  const request = JSON.parse((await ada.post(`${PATH}/passkeys/options`)).text)
  const answer = good.create(request)
  for (const response of [
    '',
    'x',
    '{}',
    'null',
    '[]',
    JSON.stringify({ ...answer, id: 5 }),
    JSON.stringify({ ...answer, response: { ...answer.response, attestationObject: '!' } }),
    JSON.stringify({ ...answer, response: {} }),
    'x'.repeat(60_000),
  ]) {
    const { status } = await ada.post(`${PATH}/passkeys`, { name: 'X', response })
    assert.equal(status, 422, response.slice(0, 60))
  }
  assert.equal((await ada.post(`${PATH}/passkeys`, { name: 'X' })).status, 422)
  const garbled = { ...answer, response: { ...answer.response, attestationObject: 'AAAA' } }
  assert.equal(
    (await ada.post(`${PATH}/passkeys`, { name: 'X', response: JSON.stringify(garbled) })).status,
    401,
  )
  assert.deepEqual(await listPasskeys(db, people.ada), [])
})

test('ten minutes after signing in, a change asks once more who it is, and comes back', async () => {
  const ada = await web.browserOf(people.ada)
  await authenticatorOf(web.deps, people.ada)
  await ageSessions()
  const asks = `${PATH}/confirm?next=${encodeURIComponent(PATH)}`
  for (const change of ['authenticator', 'authenticator/remove', 'codes', 'passkeys/options', 'passkeys']) {
    const { status, location } = await ada.post(`${PATH}/${change}`)
    assert.deepEqual([status, location], [303, asks], change)
  }
  const page = await ada.get(`${PATH}/passkeys/new`)
  assert.equal(page.location, `${PATH}/confirm?next=${encodeURIComponent(`${PATH}/passkeys/new`)}`)
  assert.equal((await ada.get(PATH)).status, 200)
  assert.equal((await pool.query('select from authenticators')).rowCount, 1)
  const { token } = ada
  const form = formOf(await ada.get(page.location ?? ''), `${PATH}/confirm/password`)
  const wrong = await ada.post(`${PATH}/confirm/password`, { ...form, password: 'no' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /This is not your current password/)
  const proved = await ada.post(`${PATH}/confirm/password`, { ...form, password: PASSWORD })
  assert.deepEqual([proved.status, proved.location], [303, `${PATH}/passkeys/new`])
  assert.notEqual(ada.token, token)
  assert.equal(
    (
      await web
        .visitor()
        .carry(token ?? '')
        .get('/')
    ).location,
    '/login',
  )
  assert.equal((await ada.get(`${PATH}/passkeys/new`)).status, 200)
  assert.equal((await ada.post(`${PATH}/authenticator/remove`)).location, PATH)
})

test('it is proved by a code or a passkey as well, and by nobody else’s', async () => {
  const ada = await web.browserOf(people.ada)
  const { app, codes } = await authenticatorOf(web.deps, people.ada)
  const { passkey } = await passkeyOf(web.deps, people.ada)
  const eve = await passkeyOf(web.deps, people.eve)
  const byPasskey = async (with_: TestPasskey) => {
    const request = JSON.parse((await ada.post(`${PATH}/confirm/passkey/options`)).text)
    return ada.post(`${PATH}/confirm/passkey`, { response: JSON.stringify(with_.get(request)) })
  }
  await ageSessions()
  for (const code of ['000000', eve.codes[0] ?? ''])
    assert.equal((await ada.post(`${PATH}/confirm/code`, { code })).status, 422)
  assert.equal((await byPasskey(eve.passkey)).status, 401)
  for (const prove of [
    () => ada.post(`${PATH}/confirm/code`, { code: app.code() }),
    () => ada.post(`${PATH}/confirm/code`, { code: codes[0] ?? '' }),
    () => byPasskey(passkey),
  ]) {
    await ageSessions()
    assert.equal((await ada.post(`${PATH}/codes`)).status, 303)
    const { status, location } = await prove()
    assert.deepEqual([status, location], [303, PATH])
    assert.equal((await ada.post(`${PATH}/codes`)).status, 200)
    codes.splice(0, 1, codesIn((await ada.post(`${PATH}/codes`)).text)[0] ?? '')
  }
})

test('who has no password and nothing else yet signs in again', async () => {
  const ada = await web.browserOf(people.ada)
  await pool.query('update users set password_hash = null where id = $1', [people.ada.id])
  await ageSessions()
  const page = await ada.get(`${PATH}/confirm`)
  assert.match(page.text, /Sign out, then sign in again/)
  assert.ok(!page.text.includes('confirm/password'))
})

test('what stands behind it is for who is signed in', async () => {
  const nobody = web.visitor()
  for (const path of [PATH, `${PATH}/authenticator`, `${PATH}/passkeys/new`, `${PATH}/confirm`])
    assert.equal((await nobody.get(path)).location, `/login?next=${encodeURIComponent(path)}`)
  for (const path of ['authenticator', 'codes', 'codes/download', 'passkeys/options', 'confirm/code'])
    assert.match((await nobody.post(`${PATH}/${path}`)).location ?? '', /^\/login/)
})

test('where Xtablo has no name there are no passkeys, and the page says why', async () => {
  const numbered = testApp(database, { BASE_URL: 'http://192.0.2.7:8080' })
  const ada = await numbered.browserOf(people.ada)
  assert.match(unescaped((await ada.get(PATH)).text), /Passkeys need a name/)
  assert.equal((await ada.get(`${PATH}/passkeys/new`)).status, 404)
  assert.equal((await ada.post(`${PATH}/passkeys/options`)).status, 404)
  assert.ok(!(await numbered.visitor().get('/login')).text.includes('/login/passkey'))
})
