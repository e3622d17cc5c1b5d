import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { personalTokenOf } from '../tokens.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

// Whatever the policy refuses, and whatever is fetched from elsewhere, is among the faults that fail a test.
const { url, deps, person, visitor, faults } = await product()
const MOVE = '#operations-Tasks-moveTask'
const { paths } = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as { paths: object }
const all = Object.values(paths).flatMap(path => Object.keys(path)).length

async function open(options: BrowserContextOptions = {}, address = '/api/docs') {
  const page = await visitor(options)
  await page.goto(address)
  await page.locator('.opblock').first().waitFor()
  return page
}

test('every operation is there, with its words', async () => {
  const page = await open()
  assert.equal(await page.locator('.opblock').count(), all)
  assert.equal(await page.locator('.api-docs-found').textContent(), `${all} / ${all}`)
  await page.locator(`${MOVE} .opblock-summary-control`).press('Enter')
  await page.locator(`${MOVE} .opblock-body`).getByText('read the list again').waitFor()
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
  assert.deepEqual(await searched('{tablo_id}/tasks', `2 / ${all}`), ['listTasksOfTablo', 'createTask'])
  assert.deepEqual(await searched('column MOVE', `1 / ${all}`), ['moveTask'])
  assert.deepEqual(await searched('createtablo', `1 / ${all}`), ['createTablo'])
  assert.equal((await searched('', `${all} / ${all}`)).length, all)
})

test('trying sends the request to this server, with the token as long as there is one', async () => {
  const page = await open()
  const ada = await person('Ada Lovelace')
  const [one, two] = [await personalTokenOf(deps, ada), await personalTokenOf(deps, ada)]
  const me = page.locator('#operations-Me-getMe')
  await me.locator('.opblock-summary-control').click()
  await me.getByRole('button', { name: 'Try it out' }).click()
  for (const token of ['', one, two, '']) {
    await page.getByRole('textbox', { name: 'Token' }).fill(token)
    const answered = page.waitForResponse('**/api/v1/me')
    await me.getByRole('button', { name: 'Execute' }).click()
    const answer = await answered
    const { authorization } = await answer.request().allHeaders()
    assert.equal(authorization, token === '' ? undefined : `Bearer ${token}`)
    assert.equal(answer.status(), token === '' ? 401 : 200)
    const said = token === '' ? 'urn:xtablo:problem:unauthenticated' : 'Ada Lovelace'
    await me.locator('.live-responses-table').getByText(said).waitFor()
  }
  await page.getByRole('textbox', { name: 'Token' }).fill('xtb_three')
  await page.reload()
  assert.equal(await page.getByRole('textbox', { name: 'Token' }).inputValue(), '')
  // The browser names each answer that is no success.
  assert.ok(faults.splice(0).every(fault => /401/.test(fault)))
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
