import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Person } from '../../src/accounts/actor.ts'
import { send } from '../files.ts'
import { PDF, PNG } from '../samples.ts'
import { until } from './kanban.ts'
import { PHONE, product } from './product.ts'

const { person, kanban, join, windowOf, deps, faults } = await product({ MAX_UPLOAD_SIZE_MB: '12' })
const ada = await person('Ada')

const file = (name: string, size = 10) => ({ name, mimeType: '', buffer: Buffer.alloc(size, 'a') })
const names = (page: Page) => page.locator('.file-name').allTextContents()
const says = (page: Page, name: string) => page.locator('.upload', { hasText: name }).locator('.upload-says')

/** A Tablo with files, and its Files page in a window. */
async function filesPage(
  options: Parameters<typeof windowOf>[1] = {},
  files: { name: string; bytes: Buffer }[] = [],
): Promise<{ page: Page; path: string }> {
  const path = (await kanban(ada)).replace(/tasks$/, 'files')
  if (files.length > 0) await send(deps, ada, tabloOf(path), ...files)
  const page = await windowOf(ada, options)
  await page.goto(path)
  return { page, path }
}

const tabloOf = (path: string) => path.split('/')[2] ?? ''
const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('#upload-files').setInputFiles(files)

async function expectFiles(page: Page, expected: string[]): Promise<void> {
  await until(page, async () => (await names(page)).length === expected.length)
  assert.deepEqual((await names(page)).toSorted(), expected.toSorted())
}

/** Keeps uploads on their way until they are let go. */
async function hold(page: Page): Promise<{ sent: () => number; release: () => void }> {
  let sent = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/files', async route => {
    if (route.request().method() !== 'POST') return route.continue()
    sent++
    await promise
    // It may have been cancelled.
    await route.continue().catch(() => {})
  })
  return { sent: () => sent, release: resolve }
}

/** Lets something happen with files in hand, as a person's drag or clipboard brings them. */
async function bring(page: Page, event: 'dragenter' | 'drop' | 'paste', name: string, type: string) {
  await page.evaluate(`{
    const data = new DataTransfer()
    data.items.add(new File(['abc'], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }))
    const how = { bubbles: true, cancelable: true }
    document.body.dispatchEvent('${event}' === 'paste'
      ? new ClipboardEvent('paste', { ...how, clipboardData: data })
      : new DragEvent('${event}', { ...how, dataTransfer: data }))
  }`)
}

test('Several files are chosen at once, and come into the list with the totals, without a reload', async () => {
  const { page } = await filesPage()
  await page.getByText('Nothing here yet').waitFor()
  await page.evaluate('window.same = true')
  await choose(page, file('Été.txt', 1_000), file('two.txt', 500), file('three.txt', 548))
  await expectFiles(page, ['Été.txt', 'two.txt', 'three.txt'])
  assert.deepEqual(await page.locator('#file-totals span').allTextContents(), ['3 files', '2 kB'])
  assert.equal(await page.locator('.upload').count(), 0)
  assert.equal(await page.getByText('Nothing here yet').isVisible(), false)
  assert.match((await page.locator('#upload-news').textContent()) ?? '', /uploaded\.$/)
  assert.equal(await page.evaluate('window.same'), true)
  await page.reload()
  await expectFiles(page, ['Été.txt', 'two.txt', 'three.txt'])
})

test('The button is reached and used by keyboard', async () => {
  const { page } = await filesPage()
  const chooser = page.waitForEvent('filechooser')
  await page.locator('#upload-files').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  assert.equal(await page.evaluate('document.activeElement.id'), 'upload-files')
  assert.notEqual(
    await page.evaluate(`getComputedStyle(document.querySelector('.upload-form label')).outlineStyle`),
    'none',
  )
  await page.keyboard.press('Enter')
  await (await chooser).setFiles([file('by-keyboard.txt')])
  await expectFiles(page, ['by-keyboard.txt'])
})

test('Files are dropped anywhere on the page, which says so while they are held over it', async () => {
  const { page } = await filesPage()
  await page.evaluate(
    `document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer: new DataTransfer() }))`,
  )
  assert.equal(await page.getByText('Drop to upload').isVisible(), false, 'words are no files')
  await bring(page, 'dragenter', 'a.txt', 'text/plain')
  await page.getByText('Drop to upload').waitFor()
  await page.evaluate(`document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))`)
  assert.equal(await page.getByText('Drop to upload').isVisible(), false)
  await bring(page, 'dragenter', 'a.txt', 'text/plain')
  await bring(page, 'drop', 'dropped.txt', 'text/plain')
  await expectFiles(page, ['dropped.txt'])
  assert.equal(await page.getByText('Drop to upload').isVisible(), false)
})

test('A pasted image is named by its moment', async () => {
  const { page } = await filesPage()
  await bring(page, 'paste', 'image.png', 'image/png')
  await until(page, async () => (await names(page)).length === 1)
  assert.match((await names(page))[0] ?? '', /^pasted-image-\d{4}-\d\d-\d\d-\d{4}\.png$/)
})

test('Three are in flight, the others wait; each can be cancelled, and none is left behind', async () => {
  const { page } = await filesPage()
  const held = await hold(page)
  await choose(page, ...[1, 2, 3, 4, 5].map(n => file(`file ${n}`)))
  await until(page, async () => held.sent() === 3)
  assert.equal(held.sent(), 3)
  assert.equal(await says(page, 'file 4').textContent(), 'Waiting')
  await page.getByRole('button', { name: 'Cancel file 2' }).click()
  await until(page, async () => held.sent() === 4)
  assert.equal(held.sent(), 4)
  await page.getByRole('button', { name: 'Cancel file 5' }).click()
  assert.equal(await page.locator('#upload-news').textContent(), 'file 5: cancelled.')
  assert.equal(
    await page.evaluate(`document.activeElement.getAttribute('aria-label')`),
    'Cancel file 4',
    'the focus stays where the next one is',
  )
  held.release()
  await expectFiles(page, ['file 1', 'file 3', 'file 4'])
  await page.reload()
  await expectFiles(page, ['file 1', 'file 3', 'file 4'])
})

test('How far a file is can be seen and read', async () => {
  const { page } = await filesPage()
  const { promise: enough, resolve: goOn } = Promise.withResolvers<void>()
  const { storage } = deps
  const put = storage.put
  storage.put = (key, body, options) => put.call(storage, key, slowed(body), options)
  async function* slowed(body: AsyncIterable<Uint8Array>) {
    for await (const chunk of body) {
      yield chunk
      await enough
    }
  }
  await choose(page, file('film.bin', 12_000_000))
  const bar = page.getByRole('progressbar', { name: 'film.bin' })
  await until(page, async () => (await bar.getAttribute('value')) !== '0')
  await until(page, async () =>
    /^[\d.]+ [kM]B of 11 MB, [\d.]+ [kM]B\/s$/.test((await says(page, 'film.bin').textContent()) ?? ''),
  )
  assert.match((await says(page, 'film.bin').textContent()) ?? '', /^[\d.]+ [kM]B of 11 MB, [\d.]+ [kM]B\/s$/)
  const value = Number(await bar.getAttribute('value'))
  assert.ok(value > 0 && value < 1, String(value))
  storage.put = put
  goOn()
  await expectFiles(page, ['film.bin'])
})

test('A file that is too large is refused before anything is sent, and can be dismissed', async () => {
  const { page } = await filesPage()
  const held = await hold(page)
  await choose(page, file('large.bin', deps.config.maxUploadBytes + 1))
  assert.equal(
    await says(page, 'large.bin').textContent(),
    '“large.bin” is too large. A file can be 12 MB at most.',
  )
  assert.equal(held.sent(), 0)
  assert.equal(await page.getByRole('button', { name: 'Try large.bin again' }).count(), 0)
  await page.getByRole('button', { name: 'Dismiss large.bin' }).click()
  assert.equal(await page.locator('.upload').count(), 0)
  held.release()
})

test('What the server says of a refusal stands by the file', async () => {
  const { page, path } = await filesPage()
  const ben = await person('Ben')
  await join(path, ben, 'editor')
  const his = await windowOf(ben)
  await his.goto(path)
  await deps.pool.query(`update members set role = 'viewer' where user_id = $1`, [ben.id])
  await choose(his, file('a.txt'))
  await his.locator('.upload-says', { hasText: 'You can read this Tablo but not change it' }).waitFor()
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the 403')
  await page.reload()
  await expectFiles(page, [])
})

test('After a lost connection an upload goes on by itself', async () => {
  const { page } = await filesPage()
  await page.context().setOffline(true)
  await choose(page, file('a.txt'), file('b.txt'))
  await until(page, async () => (await page.locator('.upload[data-state=lost]').count()) === 2)
  assert.match((await says(page, 'a.txt').textContent()) ?? '', /connection was lost/)
  await page.context().setOffline(false)
  await expectFiles(page, ['a.txt', 'b.txt'])
  assert.ok(faults.splice(0).every(fault => fault.includes('ERR_INTERNET_DISCONNECTED')))
})

test('An upload whose answer was lost is there once', async () => {
  const { page } = await filesPage()
  let lost = 0
  await page.route('**/files', async route => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await choose(page, file('once.txt'))
  await page.getByRole('button', { name: 'Try once.txt again' }).click()
  await expectFiles(page, ['once.txt'])
  assert.equal(lost, 2)
  await page.reload()
  await expectFiles(page, ['once.txt'])
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the reset')
})

test('Whoever was signed out meanwhile signs in, and comes back to the page', async () => {
  const { page, path } = await filesPage()
  await page.context().clearCookies()
  await choose(page, file('a.txt'))
  await page.waitForURL(url => url.pathname === '/login')
  assert.equal(new URL(page.url()).searchParams.get('next'), path)
})

test('Leaving while files are on their way asks first', async () => {
  const { page } = await filesPage()
  const held = await hold(page)
  await choose(page, file('a.txt'))
  await until(page, async () => held.sent() === 1)
  const dialog = page.waitForEvent('dialog')
  void page.close({ runBeforeUnload: true })
  assert.equal((await dialog).type(), 'beforeunload')
  await (await dialog).dismiss()
  held.release()
  await expectFiles(page, ['a.txt'])
})

test('A file is deleted after a question, and the last one leaves the empty page', async () => {
  const { page } = await filesPage({}, [{ name: 'first.txt', bytes: Buffer.from('x') }])
  await page.evaluate('window.same = true')
  await choose(page, file('only.txt'))
  await expectFiles(page, ['first.txt', 'only.txt'])
  await page.locator('.file', { hasText: 'first.txt' }).locator('summary').click()
  await page.getByRole('button', { name: 'Delete file' }).click()
  await expectFiles(page, ['only.txt'])
  await page.locator('.file .confirm summary').click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  assert.equal(await page.getByText('Delete “only.txt”?').isVisible(), false)
  await page.keyboard.press('Enter')
  await page.getByText('Delete “only.txt”? This can’t be undone.').waitFor()
  await page.getByRole('button', { name: 'Delete file' }).click()
  await page.getByText('Nothing here yet').waitFor()
  await expectFiles(page, [])
  assert.equal(await page.evaluate('window.same'), true)
})

test('An image and a PDF are looked at one after the other, by link and by key', async () => {
  const { page, path } = await filesPage({}, [
    { name: 'first.png', bytes: PNG },
    { name: 'text.txt', bytes: Buffer.from('x') },
    { name: 'second.pdf', bytes: PDF },
  ])
  await page.getByRole('link', { name: 'second.pdf', exact: true }).click()
  await page.getByRole('heading', { name: 'second.pdf' }).waitFor()
  assert.equal(
    await page.locator('iframe').getAttribute('src'),
    `${new URL(page.url()).pathname.replace(/\/view$/, '')}?inline=1`,
  )
  await page.keyboard.press('ArrowRight')
  await page.getByRole('heading', { name: 'first.png' }).waitFor()
  const image = page.getByRole('img', { name: 'first.png' })
  await image.waitFor()
  await until(page, () => page.evaluate(`document.querySelector('.file-stage img').complete`))
  assert.equal(await page.evaluate(`document.querySelector('.file-stage img').naturalWidth`), 1)
  assert.equal(await page.getByRole('link', { name: 'Next file' }).count(), 0)
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('heading', { name: 'second.pdf' }).waitFor()
  await page.getByRole('link', { name: 'All files' }).click()
  await page.waitForURL(url => url.pathname === path)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download text.txt' }).click()
  assert.equal((await download).suggestedFilename(), 'text.txt')
})

test('Without scripts files are uploaded, refused and deleted by forms', async () => {
  const { page, path } = await filesPage({ javaScriptEnabled: false })
  await page.locator('#upload-files').setInputFiles([file('plain.txt'), file('form.txt')])
  await page.getByRole('button', { name: 'Upload files' }).click()
  await expectFiles(page, ['plain.txt', 'form.txt'])
  assert.equal(new URL(page.url()).pathname, path)
  await page.locator('#upload-files').setInputFiles([file('large.bin', deps.config.maxUploadBytes + 1)])
  await page.getByRole('button', { name: 'Upload files' }).click()
  await page.getByText('“large.bin” is too large. A file can be 12 MB at most.').waitFor()
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the 413')
  await expectFiles(page, ['plain.txt', 'form.txt'])
  await page.locator('.file .confirm summary').first().click()
  await page.getByRole('button', { name: 'Delete file' }).first().click()
  await expectFiles(page, ['plain.txt'])
})

test('On a phone nothing is cut off, and a PDF has a button', async () => {
  const long = `${'averylongname'.repeat(15)}.pdf`
  const phone = { viewport: PHONE, hasTouch: true, isMobile: true }
  const { page } = await filesPage(phone, [
    { name: 'photo.png', bytes: PNG },
    { name: long, bytes: PDF },
  ])
  const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
  assert.ok(await fits(), 'the list')
  await choose(page, file('large.bin', deps.config.maxUploadBytes + 1))
  await page.locator('.file .confirm summary').first().click()
  assert.ok(await fits(), 'an upload and a question')
  const fetched: string[] = []
  page.on('request', request => fetched.push(request.url()))
  await page.locator('.file-name').first().click()
  const open = page.getByRole('link', { name: 'Open the PDF' })
  await open.waitFor()
  assert.equal(await page.locator('iframe').isVisible(), false)
  assert.ok(await fits(), 'the file')
  await page.waitForLoadState('networkidle')
  assert.ok(!fetched.some(url => url.endsWith('inline=1')), 'a PDF that is not shown is not fetched')
})

test('Who only views sees the files, and no way to add or delete one', async () => {
  const { path } = await filesPage({}, [{ name: 'a.txt', bytes: Buffer.from('x') }])
  const vera: Person = await person('Vera')
  await join(path, vera, 'viewer')
  const page = await windowOf(vera)
  await page.goto(path)
  await expectFiles(page, ['a.txt'])
  await bring(page, 'drop', 'dropped.txt', 'text/plain')
  assert.equal(await page.locator('.upload, .upload-form, .file .confirm').count(), 0)
})
