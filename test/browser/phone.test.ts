import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CDPSession, Page } from 'playwright-core'
import { expectColumns, saved, task, until } from './kanban.ts'
import { PHONE, product } from './product.ts'

const { person, kanban, windowOf } = await product()
const ada = await person('Ada')
const LONG_PRESS_MS = 260

interface Point {
  x: number
  y: number
}

async function phone(path: string): Promise<{ page: Page; finger: CDPSession }> {
  const page = await windowOf(ada, { viewport: PHONE, hasTouch: true, isMobile: true })
  await page.goto(path)
  return { page, finger: await page.context().newCDPSession(page) }
}

async function put(finger: CDPSession, { x, y }: Point): Promise<void> {
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
}

async function slide(page: Page, finger: CDPSession, from: Point, to: Point, steps = 10): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    const at = (a: number, b: number) => a + ((b - a) * step) / steps
    const point = { x: at(from.x, to.x), y: at(from.y, to.y) }
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [point] })
    await page.waitForTimeout(30)
  }
}

const lift = (finger: CDPSession) =>
  finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })

async function middleOf(page: Page, title: string): Promise<Point> {
  const box = await task(page, title).boundingBox()
  assert.ok(box, `${title} is in the page`)
  return { x: box.x + 60, y: box.y + box.height / 2 }
}

const current = (page: Page) => page.locator('.kanban-tabs [aria-current]').textContent()

test('A long press lifts a task and drags it, and it stays where it was put', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three'] })
  const { page, finger } = await phone(path)
  const [from, to] = [await middleOf(page, 'One'), await middleOf(page, 'Three')]
  await put(finger, from)
  await page.waitForTimeout(LONG_PRESS_MS)
  await slide(page, finger, from, { x: to.x, y: to.y + 14 })
  assert.equal(await page.locator('.task-lifted').count(), 1)
  await page.waitForTimeout(250)
  await saved(page, () => lift(finger))
  await expectColumns(page, { todo: ['Two', 'Three', 'One'] })
  assert.equal(new URL(page.url()).pathname, path, 'nothing was opened')
  await page.reload()
  await expectColumns(page, { todo: ['Two', 'Three', 'One'] })
})

test('A task that was lifted and put back where it was opens at the next tap', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const { page, finger } = await phone(path)
  const from = await middleOf(page, 'One')
  await put(finger, from)
  await page.waitForTimeout(LONG_PRESS_MS)
  await slide(page, finger, from, { x: from.x + 12, y: from.y + 2 }, 4)
  await lift(finger)
  await page.waitForTimeout(100)
  assert.equal(new URL(page.url()).pathname, path)
  await task(page, 'Two').tap()
  await page.getByRole('heading', { name: 'Two', level: 1 }).waitFor()
})

test('A swipe scrolls the column and moves no task', async () => {
  const titles = Array.from({ length: 40 }, (_, index) => `Task ${index + 1}`)
  const { page, finger } = await phone(await kanban(ada, { todo: titles }))
  const from = await middleOf(page, 'Task 8')
  await put(finger, from)
  await slide(page, finger, from, { x: from.x, y: from.y - 200 }, 6)
  await lift(finger)
  const scrolled = () => page.evaluate(`document.getElementById('column-todo-tasks').scrollTop`)
  await until(page, async () => Number(await scrolled()) > 100)
  assert.ok(Number(await scrolled()) > 100)
  await expectColumns(page, { todo: titles })
})

test('A swipe turns to the next column and its name becomes the current one; a tap on a name turns to it', async () => {
  const { page, finger } = await phone(await kanban(ada, { todo: ['One'], done: ['Two'] }))
  assert.match((await current(page)) ?? '', /To do/)
  const from = { x: 340, y: 500 }
  await put(finger, from)
  await slide(page, finger, from, { x: 60, y: 500 }, 8)
  await lift(finger)
  await page.locator('.kanban-tabs [aria-current]', { hasText: 'In progress' }).waitFor()
  const path = page.url()
  await page.locator('.kanban-tabs').getByRole('link', { name: 'Done' }).tap()
  await page.locator('.kanban-tabs [aria-current]', { hasText: 'Done' }).waitFor()
  assert.equal(page.url(), path)
  await task(page, 'Two').waitFor()
  const left = async () => (await page.locator('#column-done').boundingBox())?.x ?? PHONE.width
  await until(page, async () => (await left()) < 20)
  assert.ok((await left()) < 20)
})

test('A task held at the edge of the screen turns to the next column', async () => {
  const { page, finger } = await phone(await kanban(ada, { todo: ['One', 'Two'] }))
  const from = await middleOf(page, 'One')
  await put(finger, from)
  await page.waitForTimeout(LONG_PRESS_MS)
  await slide(page, finger, from, { x: 372, y: 420 })
  await page.locator('.kanban-tabs [aria-current]', { hasText: 'In progress' }).waitFor()
  await slide(page, finger, { x: 372, y: 420 }, { x: 200, y: 420 }, 5)
  await page.waitForTimeout(400)
  const column = (await current(page)) ?? ''
  await saved(page, () => lift(finger))
  await expectColumns(page, { todo: ['Two'], [/review/.test(column) ? 'in_review' : 'in_progress']: ['One'] })
})

test('The dots of a task open its menu, a sheet whose items are large, and so does a long press', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const { page, finger } = await phone(path)
  const menu = page.locator('#task-menu')
  const { y } = await middleOf(page, 'Two')
  await page.touchscreen.tap(348, y)
  await menu.waitFor()
  for (const item of await menu.locator('.menu-item').all()) {
    const box = await item.boundingBox()
    assert.ok(box && box.height >= 44)
  }
  await saved(page, () => menu.getByRole('button', { name: 'Move to Done' }).tap())
  await expectColumns(page, { todo: ['One'], done: ['Two'] })
  await page.locator('.kanban-tabs [aria-current]', { hasText: 'Done' }).waitFor()

  await page.locator('.kanban-tabs').getByRole('link', { name: 'To do' }).tap()
  await page.locator('.kanban-tabs [aria-current]', { hasText: 'To do' }).waitFor()
  await page.waitForTimeout(300)
  await put(finger, await middleOf(page, 'One'))
  await page.waitForTimeout(LONG_PRESS_MS)
  await lift(finger)
  await menu.waitFor()
  await page.touchscreen.tap(200, 60)
  await menu.waitFor({ state: 'hidden' })
  await task(page, 'One').tap()
  await page.getByRole('heading', { name: 'One', level: 1 }).waitFor()
})

test("A task is moved from its own page and from its menu's page, and its page says where it is", async () => {
  const path = await kanban(ada, { todo: ['One'] })
  const { page } = await phone(path)
  await task(page, 'One').tap()
  await page.getByRole('heading', { name: 'One', level: 1 }).waitFor()
  const own = page.url()
  await page.getByRole('button', { name: 'Move to…' }).tap()
  await page.getByRole('button', { name: 'Move to Done' }).tap()
  await page.locator('.badge', { hasText: 'Done' }).waitFor()
  assert.equal(page.url(), own)

  await page.goto(`${own}/menu`)
  await page.getByRole('button', { name: 'Move to In review' }).tap()
  await page.locator('.badge', { hasText: 'In review' }).waitFor()
  assert.equal(page.url(), own)
})
