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
const LIMIT_MS = 1_000
const TRIES = 3

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

interface Times {
  firstByte: number
  painted: number
  usable: number
}

const TIMES = `(() => {
  const { responseStart, domContentLoadedEventEnd } = performance.getEntriesByType('navigation')[0]
  const [paint] = performance.getEntriesByName('first-contentful-paint')
  return { firstByte: responseStart, painted: paint.startTime, usable: domContentLoadedEventEnd }
})()`

test('A Tablo of 5,000 tasks is painted and can be used within a second of its first byte', async t => {
  const seen: Times[] = []
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const page = await windowOf(ada)
    await page.goto(path)
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    seen.push((await page.evaluate(TIMES)) as Times)
    assert.equal(await page.locator('.task').count(), 4 * EACH)
    await page.context().close()
  }
  t.diagnostic(JSON.stringify(seen.map(times => Object.values(times).map(Math.round))))
  // The best of them: what else the machine does is not what is tested.
  const best = Math.min(
    ...seen.map(({ firstByte, painted, usable }) => Math.max(painted, usable) - firstByte),
  )
  assert.ok(best < LIMIT_MS, `${Math.round(best)} ms`)
})

test('In a Tablo of 5,000 tasks a key moves a task at once, and a drag follows the hand', async t => {
  const page = await windowOf(ada)
  await page.goto(path)
  await first(page).focus()
  const key = await timed(() => saved(page, () => page.keyboard.press('Alt+ArrowRight')))
  assert.equal(await page.locator('#column-in_progress-tasks > .task').count(), EACH + 1)

  await stillness(page)
  const card = await first(page).boundingBox()
  assert.ok(card)
  await page.mouse.move(card.x + 40, card.y + 10)
  const drag = await timed(async () => {
    await page.mouse.down()
    await page.mouse.move(card.x + 330, card.y + 60, { steps: 10 })
    await page.waitForTimeout(200)
    await saved(page, () => page.mouse.up())
  })
  assert.equal(await page.locator('#column-in_progress-tasks > .task').count(), EACH + 2)
  t.diagnostic(`key ${key} ms, drag ${drag} ms`)
  assert.ok(key < 2 * LIMIT_MS && drag < 3 * LIMIT_MS, `key ${key} ms, drag ${drag} ms`)
})

const first = (page: Page) => page.locator('#column-todo-tasks > .task > a').first()

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return Math.round(performance.now() - start)
}
