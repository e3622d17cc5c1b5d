import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { expectColumns, saved, task } from './kanban.ts'
import { PHONE, product } from './product.ts'

const { person, kanban, windowOf, faults, database, url } = await product()
const ada = await person('Ada')
const pathname = (page: Page) => new URL(page.url()).pathname
const focused = (page: Page) => page.evaluate('document.activeElement.textContent')

async function opened(page: Page, title: string): Promise<void> {
  await task(page, title).click()
  await page.locator('#panel').getByRole('heading', { name: title }).waitFor()
}

test('A task opens beside the Kanban under its own address; Back closes it and Forward opens it again', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const page = await windowOf(ada)
  await page.goto(path)
  const panel = page.locator('#panel')
  await opened(page, 'One')
  const own = pathname(page)
  assert.match(own, new RegExp(`^${path}/[\\w-]+$`))
  assert.equal(await page.title(), 'One · Xtablo')
  assert.equal(await focused(page), 'One')
  assert.ok(await task(page, 'Two').isVisible(), 'the Kanban is still there')

  await page.goBack()
  await panel.waitFor({ state: 'hidden' })
  assert.equal(pathname(page), path)
  await page.goForward()
  await panel.getByRole('heading', { name: 'One' }).waitFor()
  assert.equal(pathname(page), own)

  await opened(page, 'Two')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  assert.equal(await focused(page), 'Two', 'the focus comes back to the card')
  await page.waitForURL(url + path)

  await opened(page, 'One')
  await page.reload()
  await page.getByRole('heading', { name: 'One', level: 1 }).waitFor()
  await page.goBack()
  await page.locator('#kanban').waitFor()
  await expectColumns(page, { todo: ['One', 'Two'] })
})

test('A click that asks for a tab gets one, and on a phone the link is followed', async () => {
  const path = await kanban(ada, { todo: ['One'] })
  const page = await windowOf(ada)
  await page.goto(path)
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    task(page, 'One').click({ modifiers: ['ControlOrMeta'] }),
  ])
  await tab.getByRole('heading', { name: 'One', level: 1 }).waitFor()
  assert.equal(await page.locator('#panel').isVisible(), false)

  const phone = await windowOf(ada, { viewport: PHONE })
  await phone.goto(path)
  await task(phone, 'One').click()
  await phone.getByRole('heading', { name: 'One', level: 1 }).waitFor()
})

test('Words are edited where they are read, and the Kanban behind shows what was saved', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'], done: ['Three'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await opened(page, 'One')
  await page.locator('#task-title').click()
  const title = page.locator('#panel [name=title]')
  assert.equal(await page.evaluate('document.activeElement.name'), 'title')
  await page.keyboard.press('Escape')
  await title.waitFor({ state: 'hidden' })
  assert.ok(await page.locator('#panel').isVisible(), 'Escape leaves the form first')

  await page.locator('#panel .task-texts .meta').first().click()
  assert.equal(await page.evaluate('document.activeElement.name'), 'description')
  await page.locator('#panel [name=description]').fill('With **care**')
  await title.fill('First')
  await saved(page, () => title.press('Enter'))
  await page.locator('#panel').getByRole('heading', { name: 'First' }).waitFor()
  assert.equal(await page.locator('#panel .prose strong').textContent(), 'care')
  assert.equal(await page.locator('.task-unsaved').isVisible(), false)
  await expectColumns(page, { todo: ['First', 'Two'], done: ['Three'] })
  assert.equal(await page.locator('.task', { hasText: 'First' }).locator('.icon-text, p svg').count(), 1)

  await page.locator('#panel .task-edit > summary').click()
  await page.locator('#f-status').selectOption('done')
  await saved(page, () => page.locator('#panel').getByRole('button', { name: 'Save' }).click())
  await expectColumns(page, { todo: ['Two'], done: ['Three', 'First'] })
  assert.deepEqual(await page.locator('.column-head .count').allTextContents(), ['1', '0', '0', '2'])
  await page.keyboard.press('Escape')
  await page.locator('#panel').waitFor({ state: 'hidden' })
})

test('What was typed and not saved is still there after the panel was closed and the page reloaded', async () => {
  const path = await kanban(ada, { todo: ['One'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await opened(page, 'One')
  await page.locator('#task-title').click()
  await page.locator('#panel [name=title]').fill('One and a half')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.locator('#panel').waitFor({ state: 'hidden' })
  await page.reload()
  await opened(page, 'One')
  await page.locator('.task-unsaved').waitFor()
  await page.locator('#panel .task-edit > summary').click()
  assert.equal(await page.locator('#panel [name=title]').inputValue(), 'One and a half')
  await page.locator('#panel').getByRole('link', { name: 'Cancel' }).click()
  await page.locator('.task-unsaved').waitFor({ state: 'hidden' })
  await page.locator('#panel .task-edit > summary').click()
  assert.equal(await page.locator('#panel [name=title]').inputValue(), 'One')
})

test('The second to save sees both texts and loses neither', async () => {
  const path = await kanban(ada, { todo: ['One'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await opened(page, 'One')
  await page.locator('#task-title').click()
  await database.pool.query(`update tasks set title = 'Theirs', version = version + 1 where tablo_id = $1`, [
    path.split('/')[2],
  ])
  const title = page.locator('#panel [name=title]')
  await title.fill('Mine')
  await saved(page, () => title.press('Enter'))
  await page.locator('#panel .theirs').getByText('Theirs').waitFor()
  assert.equal(await title.inputValue(), 'Mine')
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 409')
  await page.locator('#panel').getByRole('link', { name: 'Keep the saved one' }).click()
  await page.locator('#panel').getByRole('heading', { name: 'Theirs' }).waitFor()

  await page.locator('#task-title').click()
  await title.fill('Mine after all')
  await saved(page, () => title.press('Enter'))
  await expectColumns(page, { todo: ['Mine after all'] })
})

test('A move from the panel moves the card, and the panel says the new column', async () => {
  const path = await kanban(ada, { todo: ['One'], done: ['Two'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await opened(page, 'One')
  const panel = page.locator('#panel')
  for (const [column, expected] of [
    ['Done', { done: ['One', 'Two'] }],
    ['In review', { in_review: ['One'], done: ['Two'] }],
  ] as const) {
    await panel.getByRole('button', { name: 'Move to…' }).click()
    await saved(page, () => panel.getByRole('button', { name: `Move to ${column}` }).click())
    await expectColumns(page, expected)
    await panel.locator('.badge', { hasText: column }).waitFor()
  }
})

test('After a delete in the panel the card is gone, the panel closed, the counts right and the focus next door', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await opened(page, 'One')
  await page.locator('#panel .confirm > summary').click()
  await saved(page, () => page.locator('#panel .confirm .btn-danger').click())
  await page.locator('#panel').waitFor({ state: 'hidden' })
  await expectColumns(page, { todo: ['Two'] })
  assert.deepEqual(await page.locator('.column-head .count').allTextContents(), ['1', '0', '0', '0'])
  assert.equal(await focused(page), 'Two')
  await page.waitForURL(url + path)
})
