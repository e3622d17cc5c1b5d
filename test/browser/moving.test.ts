import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { boxOf, counts, drag, expectColumns, saved, shown, task } from './kanban.ts'
import { product } from './product.ts'

const { person, kanban, join, windowOf } = await product()
const ada = await person('Ada')
const says = (page: Page) => page.locator('#kanban-says').textContent()

test('A task is dragged by mouse within its column, into another and into an empty one, and stays there', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three'], done: ['Four'] })
  const page = await windowOf(ada)
  await page.goto(path)

  const three = await boxOf(page, 'Three')
  await drag(page, 'One', { x: three.x + 40, y: three.y + 18 })
  assert.equal(await page.locator('.task-lifted').count(), 1)
  await saved(page, () => page.mouse.up())
  await expectColumns(page, { todo: ['Two', 'Three', 'One'], done: ['Four'] })

  const four = await boxOf(page, 'Four')
  await drag(page, 'Three', { x: four.x + 40, y: four.y + 4 })
  await saved(page, () => page.mouse.up())
  await expectColumns(page, { todo: ['Two', 'One'], done: ['Three', 'Four'] })

  const empty = await page.locator('#column-in_review-tasks').boundingBox()
  assert.ok(empty)
  await drag(page, 'Two', { x: empty.x + 60, y: empty.y + 200 })
  await saved(page, () => page.mouse.up())
  const moved = { todo: ['One'], in_review: ['Two'], done: ['Three', 'Four'] }
  await expectColumns(page, moved)
  assert.deepEqual(await counts(page), ['1', '0', '1', '2'])
  assert.equal(new URL(page.url()).pathname, path, 'the click after a drag opens nothing')

  await page.reload()
  await expectColumns(page, moved)
  await task(page, 'One').click()
  await page.locator('#panel #task-title').waitFor()
})

test('Escape puts a dragged task back, and nothing is sent', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const page = await windowOf(ada)
  await page.goto(path)
  let posts = 0
  page.on('request', request => {
    if (request.method() === 'POST') posts++
  })
  const two = await boxOf(page, 'Two')
  await drag(page, 'One', { x: two.x + 330, y: two.y })
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await expectColumns(page, { todo: ['One', 'Two'] })
  assert.equal(await page.locator('.task-lifted').count(), 0)
  assert.equal(posts, 0)
  await page.waitForTimeout(100)
  await task(page, 'One').click()
  await page.locator('#panel #task-title').waitFor()
})

test('Arrow keys go from task to task, and with Alt they take the task along, which is said and stays focused', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'], in_review: ['Three'], done: ['Four', 'Five'] })
  const page = await windowOf(ada)
  await page.goto(path)
  const focused = () => page.evaluate('document.activeElement.textContent')

  await task(page, 'One').focus()
  await page.keyboard.press('ArrowDown')
  assert.equal(await focused(), 'Two')
  await page.keyboard.press('ArrowRight')
  assert.equal(await focused(), 'Three', 'an empty column is passed')
  await page.keyboard.press('ArrowRight')
  assert.equal(await focused(), 'Four')
  await page.keyboard.press('End')
  assert.equal(await focused(), 'Five')

  await saved(page, () => page.keyboard.press('Alt+ArrowUp'))
  await expectColumns(page, { todo: ['One', 'Two'], in_review: ['Three'], done: ['Five', 'Four'] })
  assert.equal(await says(page), 'Five: now in Done, 1 of 2.')
  await saved(page, () => page.keyboard.press('Alt+ArrowLeft'))
  await expectColumns(page, { todo: ['One', 'Two'], in_review: ['Five', 'Three'], done: ['Four'] })
  assert.equal(await focused(), 'Five')
  assert.equal(await says(page), 'Five: now in In review, 1 of 2.')
  await saved(page, () => page.keyboard.press('Alt+ArrowLeft'))
  const moved = { todo: ['One', 'Two'], in_progress: ['Five'], in_review: ['Three'], done: ['Four'] }
  await expectColumns(page, moved)
  assert.deepEqual(await counts(page), ['2', '1', '1', '1'])
  assert.equal(new URL(page.url()).pathname, path, 'Alt+Left is not Back here')
  await page.reload()
  await expectColumns(page, moved)
})

test('Moves that follow quickly are all made, in their order', async () => {
  const titles = Array.from({ length: 8 }, (_, index) => `Task ${index + 1}`)
  const path = await kanban(ada, { todo: titles })
  const page = await windowOf(ada)
  await page.goto(path)
  // The first is the slowest: sent together, the others would come before it, and name a place that is not there yet.
  let delay = 300
  await page.route('**/move', async route => {
    const own = delay
    delay = 0
    await new Promise(resolve => setTimeout(resolve, own))
    await route.continue()
  })
  const press = (...keys: string[]) =>
    page.evaluate(`for (const key of ${JSON.stringify(keys)}) {
      const [name, altKey] = [key.replace('Alt+', ''), key.startsWith('Alt+')]
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: name, altKey, bubbles: true, cancelable: true }))
    }`)
  await task(page, 'Task 1').focus()
  await press('Alt+ArrowRight')
  await task(page, 'Task 3').focus()
  await press('Alt+ArrowRight')
  await task(page, 'Task 2').focus()
  await press('Alt+ArrowDown', 'Alt+ArrowDown', 'Alt+ArrowDown', 'ArrowDown', 'Alt+ArrowUp')
  const moved = {
    todo: ['Task 4', 'Task 5', 'Task 6', 'Task 7', 'Task 2', 'Task 8'],
    in_progress: ['Task 1', 'Task 3'],
  }
  await expectColumns(page, moved)
  await page.waitForLoadState('networkidle')
  await page.unrouteAll({ behavior: 'wait' })
  await page.reload()
  await expectColumns(page, moved)
})

test('Who goes on before a move is seen keeps the focus where they went', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await task(page, 'One').focus()
  await page.evaluate(`{
    const key = { key: 'ArrowRight', altKey: true, bubbles: true, cancelable: true }
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', key))
    document.querySelector('#column-todo-tasks > :last-child > a').focus()
  }`)
  await expectColumns(page, { todo: ['Two', 'Three'], in_progress: ['One'] })
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Three')
})

test('The menu of a task moves it, is reached by Tab, walked by arrows and letters, and closed by Escape', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three'] })
  const page = await windowOf(ada)
  await page.goto(path)
  const menu = page.locator('#task-menu')
  await task(page, 'One').focus()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.ariaLabel'), 'Actions for One')
  await page.keyboard.press('Enter')
  await menu.waitFor()
  await page.keyboard.press('Escape')
  await menu.waitFor({ state: 'hidden' })
  assert.equal(await page.evaluate('document.activeElement.ariaLabel'), 'Actions for One')

  await page.keyboard.press('ArrowDown')
  await menu.waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('m')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Move to In progress')
  await saved(page, () => page.keyboard.press('Enter'))
  await expectColumns(page, { todo: ['Two', 'Three'], in_progress: ['One'] })
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'One')
  assert.equal(await says(page), 'One: now in In progress, 1 of 1.')

  await task(page, 'Three').hover()
  await page.getByRole('button', { name: 'Actions for Three' }).click()
  await saved(page, () => menu.getByRole('button', { name: 'Up', exact: true }).click())
  const moved = { todo: ['Three', 'Two'], in_progress: ['One'] }
  await expectColumns(page, moved)
  await page.reload()
  await expectColumns(page, moved)
})

test('A task is deleted from its menu after a question, and the focus goes to its neighbour', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await task(page, 'One').hover()
  await page.getByRole('button', { name: 'Actions for One' }).click()
  await page.locator('#task-menu summary').click()
  await saved(page, () => page.locator('#task-menu').getByRole('button', { name: 'Delete' }).click())
  await expectColumns(page, { todo: ['Two'] })
  assert.deepEqual(await counts(page), ['1', '0', '0', '0'])
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Two')
  await page.reload()
  await expectColumns(page, { todo: ['Two'] })
})

test('Two people who move at once leave every task once, in one order that both see', async () => {
  const ben = await person('Ben')
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three', 'Four'] })
  await join(path, ben, 'editor')
  const [page, other] = [await windowOf(ada), await windowOf(ben)]
  await page.goto(path)
  await other.goto(path)
  await task(page, 'One').focus()
  await task(other, 'Four').focus()
  await Promise.all([
    saved(page, () => page.keyboard.press('Alt+ArrowDown')),
    saved(other, () => other.keyboard.press('Alt+ArrowUp')),
  ])
  await Promise.all([page.reload(), other.reload()])
  const seen = await shown(page)
  assert.deepEqual(await shown(other), seen)
  assert.deepEqual(seen.todo?.toSorted(), ['Four', 'One', 'Three', 'Two'])
  assert.equal(seen.todo?.[0], 'Two')
  assert.equal(seen.todo?.at(-1), 'Three')
})

test('Who only views can move nothing, by no way', async () => {
  const vera = await person('Vera')
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  await join(path, vera, 'viewer')
  const page = await windowOf(vera)
  await page.goto(path)
  const two = await boxOf(page, 'Two')
  await drag(page, 'One', { x: two.x + 40, y: two.y + 30 })
  await page.mouse.up()
  await task(page, 'One').focus()
  await page.keyboard.press('Alt+ArrowDown')
  assert.equal(await page.locator('.task-more').count(), 0)
  await expectColumns(page, { todo: ['One', 'Two'] })
})
