// What a test does to a Kanban, and what it sees of it.

import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Page } from 'playwright-core'
import { type TaskStatus, taskStatuses } from '../../src/activity/kinds.ts'
import { PATIENCE_MS } from './product.ts'

/** The titles in each column, as they stand in the page. */
export async function shown(page: Page): Promise<Record<string, string[]>> {
  const columns = taskStatuses.map(async status => {
    const links = page.locator(`#column-${status}-tasks > .task > a`)
    return [status, await links.allTextContents()] as const
  })
  return Object.fromEntries(await Promise.all(columns))
}

/** Waits until the columns hold exactly these titles; columns that are not named are empty. */
export async function expectColumns(
  page: Page,
  expected: Partial<Record<TaskStatus, readonly string[]>>,
): Promise<void> {
  const whole = { todo: [], in_progress: [], in_review: [], done: [], ...expected }
  let seen: Awaited<ReturnType<typeof shown>> = {}
  await until(page, async () => {
    seen = await shown(page)
    return isDeepStrictEqual(seen, whole)
  })
  assert.deepEqual(seen, whole)
}

/** Waits for something to be true in a page, and gives up quietly: the assertion that follows says more. */
export async function until(page: Page, isSo: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isSo()) && Date.now() < deadline) await page.waitForTimeout(20)
}

/** Runs what moves a task, and waits until the server has answered. */
export async function saved<T>(page: Page, run: () => Promise<T>): Promise<T> {
  const answer = page.waitForResponse(response => response.request().method() === 'POST')
  const result = await run()
  await (await answer).finished()
  return result
}

export const task = (page: Page, title: string) => page.getByRole('link', { name: title, exact: true })

/** Opens what adds a task at the foot of a column, and waits until it has the focus. */
export async function openAdding(page: Page, status: TaskStatus): Promise<void> {
  await page.locator(`#add-${status} > summary`).click()
  await until(page, async () => (await page.evaluate('document.activeElement.id')) === `add-${status}-title`)
}

export const counts = (page: Page) => page.locator('.column-head .count').allTextContents()

export async function boxOf(page: Page, title: string) {
  const box = await task(page, title).boundingBox()
  assert.ok(box, `${title} is in the page`)
  return box
}

/** Waits until nothing moves: a card on its way takes no click. */
export const stillness = (page: Page): Promise<void> =>
  until(page, () => page.evaluate('document.getAnimations().length === 0'))

/** Drags a task by mouse, and does not let go. */
export async function drag(page: Page, title: string, to: { x: number; y: number }): Promise<void> {
  await stillness(page)
  const card = await boxOf(page, title)
  await page.mouse.move(card.x + 40, card.y + 10)
  await page.mouse.down()
  await page.mouse.move(card.x + 60, card.y + 20, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 12 })
  // Sortable looks where the card is every 50 ms.
  await page.waitForTimeout(300)
}
