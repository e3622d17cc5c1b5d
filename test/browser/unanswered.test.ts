import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Person } from '../../src/accounts/actor.ts'
import { startSession } from '../../src/accounts/sessions.ts'
import { transaction } from '../../src/platform/database/database.ts'
import { openAdding, saved, task, until } from './kanban.ts'
import { product } from './product.ts'

const { person, kanban, join, windowOf, faults, database, url } = await product()
const ada = await person('Ada')

async function openTask(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.goto((await task(page, 'One').getAttribute('href')) ?? '')
  await page.getByRole('heading', { name: 'One', level: 1 }).waitFor()
}

const endSessions = () => database.pool.query('delete from sessions')

async function signIn(page: Page, who: Person): Promise<void> {
  const from = { address: '127.0.0.1', userAgent: 'Chromium' }
  const token = await transaction(database.db, tx => startSession(tx, who.id, from))
  await page.context().addCookies([{ name: 'xtablo_session', value: token, url }])
}

test('When a proxy answers for the server, or nothing does, the page stays and a toast says so', async () => {
  const page = await windowOf(ada)
  await page.goto('/settings')
  const name = page.locator('#profile [name=name]')
  const save = page.locator('#profile button[type=submit]')
  const says = page.locator('#toasts').getByText('There was no answer')
  await name.fill('Ada Lovelace')
  await page.route('**/settings', route => route.fulfill({ status: 502, body: '' }))
  await save.click()
  await says.waitFor()
  assert.equal(await name.inputValue(), 'Ada Lovelace')
  await page.getByRole('button', { name: 'Close' }).click()
  await says.waitFor({ state: 'detached' })

  await page.unroute('**/settings')
  await page.route('**/settings', route => route.abort())
  await save.click()
  await says.waitFor()
  assert.equal(await name.inputValue(), 'Ada Lovelace')
  assert.ok(faults.splice(0).length >= 2, 'the browser itself notes both')

  await page.unroute('**/settings')
  await save.click()
  await page.waitForURL('**/settings?saved=profile')
})

test('What was typed when the session had ended is there after the sign-in, for its author alone', async () => {
  const ben = await person('Ben')
  const path = await kanban(ada, { todo: ['One'] })
  await join(path, ben, 'editor')
  const page = await windowOf(ada)
  await openTask(page, path)
  const own = page.url()
  await page.locator('#task-title').click()
  await page.locator('.task-edit [name=title]').fill('One and a half')
  await endSessions()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL('**/login?next=*')
  assert.equal(new URL(page.url()).searchParams.get('next'), new URL(own).pathname)

  await signIn(page, ben)
  await page.goto(own)
  await page.getByRole('heading', { name: 'One', level: 1 }).waitFor()
  await page.locator('.task-edit > summary').click()
  assert.equal(await page.locator('.task-edit [name=title]').inputValue(), 'One')
  assert.equal(await page.locator('.task-unsaved').isVisible(), false)

  await signIn(page, ada)
  await page.goto(own)
  await page.locator('.task-unsaved').waitFor()
  await page.locator('.task-edit > summary').click()
  assert.equal(await page.locator('.task-edit [name=title]').inputValue(), 'One and a half')
})

test('The title of a new task waits for its author to sign in again', async () => {
  const path = await kanban(ada, { todo: ['One'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await openAdding(page, 'done')
  const field = page.locator('#add-done-title')
  await field.fill('Nearly lost')
  await endSessions()
  await field.press('Enter')
  await page.waitForURL('**/login?next=*')
  await signIn(page, ada)
  await page.goto(path)
  await until(page, async () => (await field.inputValue()) === 'Nearly lost')
  assert.equal(await field.inputValue(), 'Nearly lost')
  assert.ok(await field.isVisible())
  await saved(page, () => field.press('Enter'))
  await task(page, 'Nearly lost').waitFor()
})
