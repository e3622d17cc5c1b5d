import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

const { person, windowOf, faults } = await product()
const PATH = '/settings/tokens'

async function make(page: Page, name: string): Promise<string> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Access').selectOption('write')
  await page.getByRole('button', { name: 'Make token' }).click()
  await page.getByRole('heading', { name: `“${name}” is ready` }).waitFor()
  return page.getByLabel('Your new token').inputValue()
}

test('A token is made, copied and ended without leaving the page', async () => {
  const page = await windowOf(await person('Ada'), { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto('/settings')
  await page.getByRole('link', { name: 'Tokens' }).click()
  await page.getByText('No token yet').waitFor()
  const token = await make(page, 'Backup script')
  assert.match(token, /^xtb_/)
  await page.locator('.made-token:focus').waitFor()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Token copied.').waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), token)
  assert.equal(await page.getByLabel('Name').inputValue(), '')
  assert.equal(await page.getByLabel('Access').inputValue(), 'read')

  const second = await make(page, 'Another')
  assert.notEqual(second, token)
  assert.equal(await page.locator('.token').count(), 2)
  const row = page.locator('.token', { hasText: 'Backup script' })
  await row.locator('summary').click()
  await row.getByRole('button', { name: 'End token' }).click()
  await row.waitFor({ state: 'detached' })
  assert.equal(await page.locator('.token').count(), 1)
  assert.equal(await page.getByLabel('Your new token').count(), 0)
})

test('Without JavaScript a token is made too, and a page that is sent again says so', async () => {
  const page = await windowOf(await person('Ben'), { javaScriptEnabled: false })
  await page.goto(PATH)
  const token = await make(page, 'Backup script')
  assert.match(token, /^xtb_/)
  await page.reload()
  await page.getByText('This token was made already').waitFor()
  assert.equal(await page.locator('.token').count(), 1)
  await page.locator('.token summary').click()
  await page.getByRole('button', { name: 'End token' }).click()
  await page.getByText('No token yet').waitFor()
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the 409')
})

for (const [size, viewport] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: PHONE }))
  test(`axe finds nothing in the page of tokens in use, ${size}`, async () => {
    const page = await windowOf(await person(`Vera ${size}`), { viewport })
    await page.goto(PATH)
    await page.getByRole('button', { name: 'Make token' }).click()
    await page.locator('.field-error').waitFor()
    await check(page, 'an error')
    await make(page, 'A name that is long enough to take more than one line on a phone, with aWordThatIsLong')
    await page.locator('.token summary').click()
    await check(page, 'a new token, and a question')
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    assert.ok(width <= viewport.width, `${width} px wide`)
    assert.equal(faults.splice(0).length, 1, 'Chromium notes the 422')
  })
