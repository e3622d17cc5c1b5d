// The pages of a second factor speak one language alone, in every state that they have: see languages.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { PASSWORD, person } from '../test/cast.ts'
import type { Client } from '../test/client.ts'
import { testDatabase } from '../test/database.ts'
import { authenticatorOf, passkeyOf } from '../test/second-factor.ts'
import { checkerOf } from '../test/texts.ts'
import { beginAuthenticator } from './accounts/authenticators.ts'
import { listPasskeys } from './accounts/passkeys.ts'
import { languages } from './texts/locale.ts'

const database = await testDatabase()
const { db, pool } = database
const web = testApp(database)
const data = new Set(['Xyzzy', 'Qwerty', 'Plugh'])

for (const language of languages) {
  const check = checkerOf(language, data)
  const speaking = (browser: Client): Client => {
    browser.headers = { 'Accept-Language': language }
    return browser
  }

  test(`the pages of a second factor are in one language: ${language}`, async () => {
    const someone = await person(database, `Somebody ${language}`)
    const boss = await person(database, `Boss ${language}`, { role: 'admin' })
    for (const { name, email } of [someone, boss]) data.add(name).add(email)
    for (const initials of ['SE', 'SF', 'BE', 'BF']) data.add(initials)
    data.add('localhost').add('Linux')
    const [browser, root] = [await web.browserOf(someone), await web.browserOf(boss)].map(speaking)
    if (!browser || !root) return
    const security = '/settings/security'
    const visit = async (who: Client, address: string, where = address) =>
      check((await who.get(address)).text, where)
    const typed = async (who: Client, address: string, fields: Record<string, string>) =>
      check((await who.post(address, fields)).text, `${address} ${JSON.stringify(fields)}`)
    await visit(root, '/admin/security', 'a rule that can’t be made')
    await typed(root, '/admin/security', { required: 'true' })
    await typed(browser, `${security}/codes`, {})
    const { passkey } = await passkeyOf(web.deps, boss, 'Plugh')
    await visit(root, '/admin/security', 'a rule that can be made')
    await pool.query('update settings set require_second_factor = true')
    await visit(root, '/admin/security', 'a rule that is made')
    await visit(browser, security, 'what must be set up')
    await pool.query('update settings set require_second_factor = false')
    await typed(browser, `${security}/passkeys`, { name: '', response: '' })
    await typed(browser, `${security}/passkeys`, { name: 'Plugh', response: '{}' })
    await typed(browser, `${security}/passkeys`, { name: 'Plugh', response: 'Plugh' })
    await beginAuthenticator(db, web.deps.secret, someone)
    const page = (await browser.get(`${security}/authenticator`)).text
    data.add(/class="typed-secret">([^<]+)</.exec(page)?.[1] ?? '')
    check(page, 'an app that is being set up')
    for (const code of ['', '000000']) await typed(browser, `${security}/authenticator/code`, { code })
    const { app, codes } = await authenticatorOf(web.deps, someone)
    await passkeyOf(web.deps, someone, 'Xyzzy')
    await pool.query(`update passkeys set last_used_at = now() where name = 'Xyzzy'`)
    await passkeyOf(web.deps, someone, 'Qwerty')
    for (const address of [security, `${security}/passkeys/new`, `${security}/confirm`])
      await visit(browser, address)
    for (const way of ['code', 'password', 'passkey']) await typed(browser, `${security}/confirm/${way}`, {})
    await typed(browser, `${security}/authenticator`, {})
    const answers: Record<string, string>[] = [{}, { code: '000000' }]
    for (const [who, email] of [
      [someone, someone.email],
      [boss, boss.email],
    ] as const) {
      const visitor = speaking(web.visitor())
      await visitor.post('/login', { email, password: PASSWORD })
      await visit(visitor, '/login/second', `the second step of ${who.name}`)
      for (const fields of answers) await typed(visitor, '/login/second', fields)
      await typed(visitor, '/login/second/passkey', {
        response: JSON.stringify(passkey.get({ challenge: 'x' })),
      })
    }
    const visitor = speaking(web.visitor())
    await typed(visitor, '/login/second', { code: app.code() })
    await typed(visitor, '/login/passkey', { response: JSON.stringify(passkey.get({ challenge: 'x' })) })
    for (const n of [1, 2]) {
      await pool.query(
        `update recovery_codes set used_at = case when code_hash in
        (select code_hash from recovery_codes where user_id = $1 limit ${n}) then null else now() end where user_id = $1`,
        [someone.id],
      )
      await visit(browser, `${security}?used=code`, `${n} codes left`)
    }
    const made = (await browser.post(`${security}/codes`)).text
    for (const [code] of made.matchAll(/[0-9a-z]{4}(-[0-9a-z]{4}){3}/g)) data.add(code)
    check(made, 'new codes')
    assert.equal(codes.length, 10)
    for (const { id } of await listPasskeys(db, someone))
      await browser.post(`${security}/passkeys/${id}/remove`)
    await pool.query('update users set password_hash = null where id = $1', [someone.id])
    await browser.post(`${security}/authenticator/remove`)
    await visit(browser, `${security}/confirm`, 'nothing to confirm by')
    const numbered = speaking(testApp(database, { BASE_URL: 'http://192.0.2.7' }).visitor())
    await visit(numbered, '/login', 'a sign-in without passkeys')
    const there = testApp(database, { BASE_URL: 'http://192.0.2.7' })
    await visit(speaking(await there.browserOf(someone)), security, 'no passkeys at all')
  })
}
