import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { person as account, PASSWORD, sessionOf, tabloOf } from '../cast.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

const { person, windowOf, database, faults } = await product()
const { pool } = database
const root = await person('Root')
await pool.query(`update users set role = 'admin' where id = $1`, [root.id])
const eloise = await account(database, 'Éloïse', { email: 'eloise@example.org' })
const [ben, vera] = [await account(database, 'Ben'), await account(database, 'Vera')]
await sessionOf(database, eloise)
await tabloOf(database, { ada: eloise, ben, vera, eve: vera, root: ben }, 'Bakery')
for (let n = 0; n < 60; n++) await account(database, `Somebody With Quite A Long Name ${n}`)

const noOverflow = 'document.documentElement.scrollWidth <= innerWidth'

for (const [size, viewport] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: PHONE })) {
  test(`axe finds nothing on the pages of people, the audit and one’s own account, ${size}`, async () => {
    const page = await windowOf(root, { viewport })
    for (const path of [
      '/admin/users',
      '/admin/users?q=zzz',
      `/admin/users/${eloise.id}`,
      `/admin/users/${root.id}?done=enabled`,
      '/admin/audit',
      '/admin/audit?kind=job_retried&from=2026-01-01',
      '/settings/account',
      '/goodbye',
    ]) {
      await page.goto(path)
      await check(page, path)
      assert.equal(await page.evaluate(noOverflow), true, path)
    }
  })
}

/** Goes by the tabulator to what has this name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let n = 0; n < 120; n++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(
      `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`,
    )
    if (name.test(String(focused))) return
  }
  assert.fail(`nothing named ${name} is reached by the tabulator`)
}

test('by keyboard alone a person is found, made an admin, and disabled', async () => {
  const page = await windowOf(root)
  await page.goto('/admin/users')
  await page.getByLabel('Search by name or e-mail address').focus()
  await page.keyboard.type('ELOISE')
  await page.keyboard.press('Enter')
  await page.getByText('1 person').waitFor()
  await tabTo(page, /Éloïse/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Éloïse', level: 1 }).waitFor()
  await tabTo(page, /^Make admin$/)
  await page.keyboard.press('Enter')
  await page.getByText('Make Éloïse an admin?').waitFor()
  await tabTo(page, /^Make admin$/)
  await page.keyboard.press('Enter')
  await page.getByText('They are an admin now.').waitFor()
  await page.getByText('Signed in nowhere.').waitFor()
  await tabTo(page, /^Disable$/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Disable the account$/)
  await page.keyboard.press('Enter')
  await page.getByText('This account is disabled: nobody can sign in to it.').waitFor()
  const { rows } = await pool.query('select role, disabled_at is not null as out from users where id = $1', [
    eloise.id,
  ])
  assert.deepEqual(rows, [{ role: 'admin', out: true }])
  await page.getByText('Root disabled Éloïse').waitFor()
})

test('the last admin who asks to be none is told why not, where they are', async () => {
  const page = await windowOf(root)
  await page.goto(`/admin/users/${root.id}`)
  await page.getByText('Take the role away').first().click()
  await page.getByRole('button', { name: 'Take the role away' }).click()
  await page.getByText('There would be no admin left who can sign in.').waitFor()
  assert.equal(await page.evaluate(`document.activeElement.id`), 'errors')
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 409')
})

test('without JavaScript people are paged through and an account is enabled', async () => {
  await pool.query('update users set disabled_at = now() where id = $1', [ben.id])
  const page = await windowOf(root, { javaScriptEnabled: false })
  await page.goto('/admin/users')
  await page.getByRole('link', { name: 'Older people' }).click()
  await page.getByRole('link', { name: /Ben/ }).click()
  await page.getByRole('button', { name: 'Enable' }).click()
  await page.getByText('The account is enabled again.').waitFor()
})

test('whoever closes their account is asked about their Tablo, and told when it is done', async () => {
  const zoe = await account(database, 'Zoe')
  await tabloOf(database, { ada: zoe, ben, vera, eve: vera, root: ben }, 'Shop')
  const page = await windowOf(zoe)
  await page.goto('/settings/account')
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Close my account' }).click()
  await page.getByRole('link', { name: 'Choose what happens to this Tablo.' }).click()
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'SELECT')
  await page.getByLabel('Shop').selectOption({ label: 'Hand it to Vera' })
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Close my account' }).click()
  await page.getByRole('heading', { name: 'Your account is closed' }).waitFor()
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 422')
  const { rows } = await pool.query(
    `select user_id from members where role = 'owner' and tablo_id = (select id from tablos where title = 'Shop')`,
  )
  assert.deepEqual(rows, [{ user_id: vera.id }])
})
