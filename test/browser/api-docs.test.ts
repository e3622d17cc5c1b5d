import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { DOCUMENT } from '../api-document.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

// Whatever the policy refuses, and whatever is fetched from elsewhere, is among the faults that fail a test.
const { visitor, faults } = await product()
const MOVE = '#operations-Tasks-moveTask'

async function open(options: BrowserContextOptions = {}, address = '/api/docs') {
  const page = await visitor(options)
  await page.route('**/api/v1/openapi.json', route => route.fulfill({ json: DOCUMENT }))
  await page.goto(address)
  await page.locator('.opblock').first().waitFor()
  return page
}

test('every operation is there, with its words', async () => {
  const page = await open()
  assert.equal(await page.locator('.opblock').count(), 6)
  assert.equal(await page.locator('.api-docs-found').textContent(), '6 / 6')
  await page.locator(`${MOVE} .opblock-summary-control`).press('Enter')
  await page.locator(`${MOVE} .opblock-body`).getByText('The task where it is now').waitFor()
  assert.deepEqual(faults, [])
})

test('search narrows by path, by words in any order and by the id, and says when nothing is left', async () => {
  const page = await open()
  const searched = async (words: string, found: string) => {
    await page.getByLabel('Search').fill(words)
    await page.locator('.api-docs-found').getByText(found, { exact: true }).waitFor()
    const shown = await page.locator('.opblock-summary-operation-id').allTextContents()
    return shown.map(text => text.trim())
  }
  assert.deepEqual(await searched('/tablo_id}/tasks', 'No operation matches.'), [])
  assert.deepEqual(await searched('{tablo_id}/tasks', '1 / 6'), ['listTasks'])
  assert.deepEqual(await searched('column MOVE', '1 / 6'), ['moveTask'])
  assert.deepEqual(await searched('createtablo', '1 / 6'), ['createTablo'])
  assert.equal((await searched('', '6 / 6')).length, 6)
})

test('trying sends the request to this server, with the token as long as there is one', async () => {
  const page = await open()
  const sent: (string | undefined)[] = []
  await page.route('**/api/v1/me', route => {
    sent.push(route.request().headers().authorization)
    return route.fulfill({ json: { name: 'Ada Lovelace' } })
  })
  const me = page.locator('#operations-People-getMe')
  await me.locator('.opblock-summary-control').click()
  await me.getByRole('button', { name: 'Try it out' }).click()
  for (const token of ['', 'xtb_one', 'xtb_two', '']) {
    await page.getByLabel('Token').fill(token)
    const answered = page.waitForResponse('**/api/v1/me')
    await me.getByRole('button', { name: 'Execute' }).click()
    await answered
  }
  assert.deepEqual(sent, [undefined, 'Bearer xtb_one', 'Bearer xtb_two', undefined])
  await me.locator('.live-responses-table').getByText('Ada Lovelace').waitFor()
  await page.getByLabel('Token').fill('xtb_three')
  await page.reload()
  assert.equal(await page.getByLabel('Token').inputValue(), '')
})

test('a link leads to one operation', async () => {
  const page = await open({}, '/api/docs#/Tasks/moveTask')
  await page.locator(`${MOVE} .opblock-body`).waitFor()
})

test('a document that can’t be had is told', async () => {
  const page = await visitor()
  await page.route('**/api/v1/openapi.json', route => route.fulfill({ status: 503, body: '' }))
  await page.goto('/api/docs')
  await page.getByText('The document could not be read.').waitFor()
  assert.ok(faults.splice(0).every(fault => /503|openapi\.json/.test(fault)))
})

for (const [size, viewport] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: PHONE })) {
  test(`axe finds nothing, and nothing is wider than the window, ${size}`, async () => {
    const page = await open({ viewport, hasTouch: size === 'phone', isMobile: size === 'phone' })
    await check(page, 'the operations')
    await page.locator(`${MOVE} .opblock-summary-control`).click()
    await page.locator(MOVE).getByRole('button', { name: 'Try it out' }).click()
    await page.locator('.models-control').click()
    await page.locator('.json-schema-2020-12-accordion').last().click()
    const upload = page.locator('#operations-Files-uploadFile')
    await upload.locator('.opblock-summary-control').click()
    await upload.getByRole('button', { name: 'Try it out' }).click()
    await upload.getByRole('textbox', { name: 'tablo_id' }).fill('')
    await upload.getByRole('button', { name: 'Execute' }).click()
    await upload.locator('.validation-errors').waitFor()
    await check(page, 'operations to try, and the schemas')
    const [wide, width] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    )
    assert.equal(wide, width)
  })
}

test('the real document is drawn whole', async () => {
  const page = await visitor()
  await page.goto('/api/docs')
  await page.locator('.opblock').first().waitFor()
  assert.match((await page.locator('.api-docs-found').textContent()) ?? '', /^(\d+) \/ \1$/)
})
