import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { expectColumns, openAdding, task } from './kanban.ts'
import { product } from './product.ts'

const { visitor, faults } = await product()
const PASSWORD = 'a few words one remembers'

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto('/signup')
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('heading', { name: 'Tablos', level: 1 }).waitFor()
}

async function makeTablo(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /New Tablo|Make your first Tablo/ })
    .first()
    .click()
  await page.getByLabel('Title').fill('Spring catalogue')
  await page.getByRole('button', { name: 'Create Tablo' }).click()
  await page.getByRole('heading', { name: 'Spring catalogue', level: 1 }).waitFor()
  await page
    .getByRole('navigation', { name: 'Parts of the Tablo' })
    .getByRole('link', { name: 'Tasks' })
    .click()
  await page.locator('#kanban').waitFor()
}

test('A person signs up, makes a Tablo, adds tasks, moves one, and finds everything after signing in again', async () => {
  const page = await visitor()
  await signUp(page, 'ada@example.org')
  await makeTablo(page)
  await openAdding(page, 'todo')
  for (const title of ['Buy flour', 'Bake']) {
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await task(page, title).waitFor()
  }
  await page.keyboard.press('Escape')
  await task(page, 'Bake').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await expectColumns(page, { todo: ['Buy flour'], in_progress: ['Bake'] })
  await page.waitForLoadState('networkidle')
  const path = new URL(page.url()).pathname

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(path)
  await page.getByLabel('E-mail address').fill('Ada@Example.org ')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('#kanban').waitFor()
  await expectColumns(page, { todo: ['Buy flour'], in_progress: ['Bake'] })
})

test('The same journey by forms and links, without JavaScript', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signUp(page, 'ben@example.org')
  await makeTablo(page)
  for (const title of ['Buy flour', 'Bake']) {
    await page.locator('#add-todo > summary').click()
    await page.locator('#add-todo-title').fill(title)
    await page.locator('#add-todo').getByRole('button', { name: 'Add', exact: true }).click()
    await task(page, title).waitFor()
  }
  await expectColumns(page, { todo: ['Buy flour', 'Bake'] })

  await page.locator('#add-todo > summary').click()
  await page.locator('#add-todo').getByRole('button', { name: 'Add', exact: true }).click()
  await page.locator('#add-todo').getByText('Enter a title.').waitFor()
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 422')

  await task(page, 'Bake').click()
  await page.getByRole('heading', { name: 'Bake', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Move to…' }).click()
  await page.getByRole('button', { name: 'Move to Done' }).click()
  await expectColumns(page, { todo: ['Buy flour'], done: ['Bake'] })

  await task(page, 'Bake').click()
  await page.locator('.task-edit > summary').click()
  await page.getByLabel('Title').fill('Bake bread')
  await page.getByLabel('Description').fill('With **flour**')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Bake bread', level: 1 }).waitFor()
  assert.equal(await page.locator('.prose strong').textContent(), 'flour')

  await page.goto(`${page.url()}/menu`)
  await page.locator('summary', { hasText: 'Delete task' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await expectColumns(page, { todo: ['Buy flour'] })
})
