import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boxOf, counts, drag, expectColumns, openAdding, saved, task } from './kanban.ts'
import { product } from './product.ts'

const { person, kanban, join, windowOf, faults, database } = await product()
const ada = await person('Ada')

test('When the place has gone, the columns come fresh with the reason, and the focus stays on the task', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two', 'Three'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await openAdding(page, 'done')
  await page.locator('#add-done-title').fill('Half typed')
  await database.pool.query(`update tasks set status = 'done' where title = 'Two' and tablo_id = $1`, [
    path.split('/')[2],
  ])

  await task(page, 'One').focus()
  await saved(page, () => page.keyboard.press('Alt+ArrowDown'))
  await expectColumns(page, { todo: ['One', 'Three'], done: ['Two'] })
  assert.match((await page.locator('#toasts').textContent()) ?? '', /has changed meanwhile/)
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'One')
  assert.deepEqual(await counts(page), ['2', '0', '0', '1'])
  assert.equal(await page.locator('#add-done-title').inputValue(), 'Half typed')
  assert.ok(await page.locator('#add-done-title').isVisible(), 'what was open stays open')
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 409')

  const three = await boxOf(page, 'Three')
  await drag(page, 'One', { x: three.x + 40, y: three.y + 30 })
  await saved(page, () => page.mouse.up())
  await expectColumns(page, { todo: ['Three', 'One'], done: ['Two'] })
})

test('A task that somebody deleted meanwhile leaves the page when it is moved, with the reason', async () => {
  const ben = await person('Ben')
  const path = await kanban(ada, { todo: ['One', 'Two'] })
  await join(path, ben, 'editor')
  const [page, other] = [await windowOf(ada), await windowOf(ben)]
  await page.goto(path)
  await other.goto(path)
  await task(other, 'One').hover()
  await other.locator('.task-more').click()
  await other.locator('#task-menu summary').click()
  await saved(other, () => other.locator('#task-menu .btn-danger').click())

  await task(page, 'One').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await page.locator('#toasts').getByText('This task is not here any more').waitFor()
  await expectColumns(page, { todo: ['Two'] })
  assert.deepEqual(await counts(page), ['1', '0', '0', '0'])
  assert.equal(faults.splice(0).length, 1, 'the browser itself notes the 404')
})

test('Without an answer the task goes back to where it was, and a toast says so', async () => {
  const path = await kanban(ada, { todo: ['One', 'Two'], done: ['Three'] })
  const page = await windowOf(ada)
  await page.goto(path)
  await page.route('**/move', route => route.abort())
  await task(page, 'Two').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await page.locator('#toasts').getByText('is back where it was').waitFor()
  await expectColumns(page, { todo: ['One', 'Two'], done: ['Three'] })
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Two')
  await page.getByRole('button', { name: 'Close' }).click()
  await page.locator('[data-toast]').waitFor({ state: 'detached' })
  assert.equal(faults.splice(0).length, 1)
})
