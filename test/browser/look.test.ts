import { test } from 'node:test'
import { DESKTOP, PHONE, product, task } from './product.ts'
const p = await product()
const ada = await p.person('Ada Lovelace')
const OUT = '/tmp/kshots'
test('look', async () => {
  const path = await p.kanban(ada, {
    todo: ['Choose the cover photo', 'Ask the printer for a second offer on recycled paper, with and without varnish', 'Proofread pages 12 to 24', 'Send the delivery addresses', 'Book the photographer', ...Array.from({length: 14}, (_, i) => `Another thing to do, number ${i + 1}`)],
    in_progress: ['Write the introduction', 'Collect the prices'],
    in_review: ['Translate the terms of sale'],
    done: ['Agree on the dates', 'Make a budget', 'Find a printer'],
  })
  await p.database.pool.query(`update tasks set description = 'See **notes**: \n\n- one\n- two' where title like 'Pro%'`)
  for (const scheme of ['light', 'dark'] as const) {
    for (const [name, viewport] of Object.entries({ 390: PHONE, 1024: { width: 1024, height: 768 }, 1440: DESKTOP })) {
      const phone = name === '390'
      const page = await p.windowOf(ada, { viewport, colorScheme: scheme, hasTouch: phone, isMobile: phone })
      const shot = (what: string) => page.screenshot({ path: `${OUT}/${what}-${name}-${scheme}.png` })
      await page.goto(path)
      await shot('rest')
      if (!phone) {
        const card = (await task(page, 'Proofread pages 12 to 24').boundingBox())!
        await page.mouse.move(card.x + 60, card.y + 10)
        await page.mouse.down()
        await page.mouse.move(card.x + 200, card.y + 40, { steps: 6 })
        await page.mouse.move(card.x + 380, card.y + 20, { steps: 10 })
        await page.waitForTimeout(350)
        await shot('drag')
        await page.keyboard.press('Escape')
        await page.mouse.up()
        await page.waitForTimeout(300)
        await task(page, 'Write the introduction').hover()
        await page.locator('.task-more').click()
      } else {
        const card = (await task(page, 'Proofread pages 12 to 24').boundingBox())!
        await page.touchscreen.tap(card.x + 320, card.y + 10)
      }
      await page.locator('#task-menu').waitFor()
      await page.waitForTimeout(250)
      await shot('menu')
      await page.keyboard.press('Escape')
      await page.locator('#column-todo .add-task > summary').click()
      await page.locator('#add-todo-title').press('Enter')
      await page.locator('.field-error').first().waitFor()
      await page.waitForTimeout(200)
      await shot('add-error')
      await page.keyboard.press('Escape')
      await page.locator('#column-todo-tasks > .task', { hasText: 'Proofread' }).locator('a').click()
      await page.locator('#task-title').waitFor()
      await page.waitForTimeout(300)
      await shot('panel')
      await page.locator('.task-edit > summary').click()
      await page.waitForTimeout(200)
      await shot('editing')
      await p.database.pool.query(`update tasks set version = version + 1, title = 'Proofread pages 12 to 24' where title like 'Pro%'`)
      await page.locator('#f-title').fill('Proofread pages 12 to 30')
      await page.locator('.task-edit .btn-primary').click()
      await page.locator('.theirs').waitFor()
      await page.waitForTimeout(200)
      await shot('conflict')
      await page.context().close()
    }
  }
  p.faults.splice(0)
})
