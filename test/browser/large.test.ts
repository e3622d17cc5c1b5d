import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateNKeysBetween } from 'fractional-indexing'
import type { Page } from 'playwright-core'
import { taskStatuses } from '../../src/activity/kinds.ts'
import { newId } from '../../src/platform/ids.ts'
import { saved, stillness } from './kanban.ts'
import { product } from './product.ts'

const { person, kanban, windowOf, database } = await product()
const ada = await person('Ada')
const EACH = 1_250

const path = await kanban(ada)
for (const status of taskStatuses) {
  const ids = Array.from({ length: EACH }, newId)
  await database.pool.query(
    `insert into tasks (id, tablo_id, title, description, status, position, created_by)
     select id, $1, 'Task ' || number || ' in ' || $3, '', $3::task_status, key, $2
     from unnest($4::uuid[], $5::text[]) with ordinality as given (id, key, number)`,
    [path.split('/')[2], ada.id, status, ids, generateNKeysBetween(null, null, EACH)],
  )
}

test('A Tablo of 5,000 tasks shows them all, and a key and a drag move one', async () => {
  const page = await windowOf(ada)
  await page.goto(path)
  assert.equal(await page.locator('.task').count(), 4 * EACH)
  await first(page).focus()
  await saved(page, () => page.keyboard.press('Alt+ArrowRight'))
  assert.equal(await page.locator('#column-in_progress-tasks > .task').count(), EACH + 1)

  await stillness(page)
  const card = await first(page).boundingBox()
  assert.ok(card)
  await page.mouse.move(card.x + 40, card.y + 10)
  await page.mouse.down()
  await page.mouse.move(card.x + 330, card.y + 60, { steps: 10 })
  await page.waitForTimeout(200)
  await saved(page, () => page.mouse.up())
  assert.equal(await page.locator('#column-in_progress-tasks > .task').count(), EACH + 2)
})

const first = (page: Page) => page.locator('#column-todo-tasks > .task > a').first()
