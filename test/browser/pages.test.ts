import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Response } from 'playwright-core'
import { create as createTask } from '../../src/tasks/tasks.ts'
import { send } from '../files.ts'
import { PDF, PNG } from '../samples.ts'
import { check } from './axe.ts'
import { openAdding, task } from './kanban.ts'
import { PHONE, product } from './product.ts'

const { person, kanban, windowOf, visitor, faults, database, deps } = await product({
  MAX_UPLOAD_SIZE_MB: '1',
})
const ada = await person('Ada Lovelace')
const path = await kanban(ada, { todo: ['One', 'Two'], in_progress: ['Three'], done: ['Four'] })
const tablo = path.replace('/tasks', '')
const { id } = await createTask(database.db, ada, path.split('/')[2] ?? '', {
  title: 'With a description',
  description: '# Heading\n\nA [link](https://example.org), `code` and\n\n- [ ] a list\n\n> said',
  status: 'in_review',
})
const [pdf, png] = await send(
  deps,
  ada,
  path.split('/')[2] ?? '',
  { name: 'a long name of a PDF that is shown in a frame.pdf', bytes: PDF },
  { name: 'a.png', bytes: PNG },
)
const PAGES = [
  '/',
  '/?archived=1',
  '/?view=list',
  '/tablos/new',
  tablo,
  `${tablo}/edit`,
  path,
  `${path}/${id}`,
  `${path}/${id}/menu`,
  `${tablo}/files`,
  `${tablo}/files?before=${pdf?.id}`,
  `${tablo}/files/${pdf?.id}/view`,
  `${tablo}/files/${png?.id}/view`,
  '/settings',
  '/settings/providers',
  '/settings/tokens',
  '/demo',
  '/nothing-here',
]
const SIZES = { desktop: { width: 1440, height: 900 }, phone: PHONE }
/** The addresses that were not found, which Chromium notes as faults. */
const missing = () =>
  faults
    .splice(0)
    .flatMap(fault =>
      fault.includes('404') ? [new URL(/\((http.*)\)$/.exec(fault)?.[1] ?? '').pathname] : [fault],
    )

for (const [size, viewport] of Object.entries(SIZES)) {
  const options = { viewport, hasTouch: size === 'phone', isMobile: size === 'phone' }

  test(`axe finds nothing on any page, in light and dark, ${size}`, async () => {
    const page = await windowOf(ada, options)
    for (const address of PAGES) {
      await page.goto(address)
      await check(page, address)
    }
    const guest = await visitor(options)
    for (const address of ['/login', '/signup']) {
      await guest.goto(address)
      await check(guest, address)
    }
    assert.deepEqual(missing(), ['/nothing-here'])
  })

  test(`axe finds nothing in the Kanban in use, ${size}`, async () => {
    const page = await windowOf(ada, options)
    await page.goto(path)
    await openAdding(page, 'todo')
    await page.locator('#add-todo-title').press('Enter')
    await page.locator('#add-todo .field-error').waitFor()
    await check(page, 'adding, with an error')
    await page.keyboard.press('Escape')
    await task(page, 'One').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('#task-menu').waitFor()
    await check(page, 'the menu')
    await page.keyboard.press('Escape')
    await task(page, 'One').click()
    await page.locator('#task-title').waitFor()
    await check(page, 'a task')
    await page.locator('.task-edit > summary').click()
    await check(page, 'editing')
    assert.equal(faults.splice(0).length, 1, 'Chromium notes the 422')
  })
}

test('axe finds nothing in the Files in use', async () => {
  const page = await windowOf(ada)
  await page.goto(`${tablo}/files`)
  await page.route('**/files', route => (route.request().method() === 'POST' ? undefined : route.continue()))
  const file = (name: string, size: number) => ({ name, mimeType: '', buffer: Buffer.alloc(size) })
  await page
    .locator('#upload-files')
    .setInputFiles([file('waits', 10), file('large', deps.config.maxUploadBytes + 1)])
  await page.locator('.upload[data-state=failed]').waitFor()
  await page.locator('.file .confirm summary').first().click()
  await check(page, 'uploads, and a question')
  await page.evaluate(`document.getElementById('drop').hidden = false`)
  await check(page, 'files held over the page')
})

test('The first load of a Kanban is light: few requests, little script and style, nothing from elsewhere', async () => {
  const page = await windowOf(ada)
  const responses: Response[] = []
  page.on('response', response => responses.push(response))
  await page.goto(path, { waitUntil: 'networkidle' })
  const sizes = await Promise.all(
    responses.map(async response => [response, (await response.request().sizes()).responseBodySize] as const),
  )
  const code = sizes.filter(([response]) => /\.(js|css)$/.test(response.url()))
  const bytes = code.reduce((sum, [, size]) => sum + size, 0)
  assert.ok(code.length >= 4, 'script and style were counted')
  assert.ok(bytes > 10_000 && bytes < 60_000, `${bytes} bytes of script and style`)
  assert.ok(responses.length < 10, `${responses.length} requests`)
})

test('Nothing inline runs: the policy stops it', async () => {
  const page = await windowOf(ada)
  await page.goto(path)
  await page.evaluate(
    `document.body.insertAdjacentHTML('beforeend', '<img src="/nothing" onerror="document.title = 1">')`,
  )
  await page.waitForTimeout(200)
  assert.notEqual(await page.title(), '1')
  assert.ok(faults.splice(0).some(fault => fault.includes('Content Security Policy')))
})
