import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bring, choose, expectFiles, file, filesProduct, hold, names, says } from './files.ts'
import { until } from './kanban.ts'

const { filesPage, deps, faults } = await filesProduct({ TABLO_QUOTA_MB: '13' })
const MIB = 1_048_576

test('Several files are chosen at once, and come into the list with the totals, without a reload', async () => {
  const { page } = await filesPage()
  await page.getByText('Nothing here yet').waitFor()
  await page.evaluate('window.same = true')
  await choose(page, file('Été.txt', 1_000), file('two.txt', 500), file('three.txt', 548))
  await expectFiles(page, ['Été.txt', 'two.txt', 'three.txt'])
  const totals = () => page.locator('#file-totals span').allTextContents()
  await until(page, async () => (await totals())[0] === '3 files')
  assert.deepEqual(await totals(), ['3 files', '2 kB of 13 MB used'])
  assert.equal(await page.locator('.upload').count(), 0)
  assert.equal(await page.getByText('Nothing here yet').isVisible(), false)
  const news = await page.locator('#upload-news').textContent()
  assert.equal(news, 'Uploads ended. Uploaded: 3. Not uploaded: 0.')
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

test('A folder that is dropped is refused in words, and the files beside it are sent', async () => {
  const { page } = await filesPage()
  await page.evaluate(`DataTransferItem.prototype.webkitGetAsEntry = function () {
    const { name } = this.getAsFile()
    return { name, isDirectory: name === 'holiday', isFile: name !== 'holiday' }
  }`)
  await bring(page, 'drop', 'holiday', '')
  await bring(page, 'drop', 'beside.txt', 'text/plain')
  await expectFiles(page, ['beside.txt'])
  const why = 'Folders can’t be uploaded. Choose the files in it.'
  assert.equal(await says(page, 'holiday').textContent(), why)
  assert.equal(await page.getByRole('button', { name: 'Try holiday again' }).count(), 0)
  await page.getByRole('button', { name: 'Dismiss holiday' }).click()
  assert.equal(await page.locator('.upload').count(), 0)
})

test('What a quota leaves no room for is not sent, unless the person insists', async () => {
  const { page } = await filesPage()
  const held = await hold(page)
  await choose(page, file('a.bin', 7 * MIB), file('b.bin', 7 * MIB), file('c.bin', 5 * MIB))
  const why = 'There is no room left for “b.bin”. The files of this Tablo can take 13 MB in all.'
  assert.equal(await says(page, 'b.bin').textContent(), why)
  await until(page, async () => held.sent() === 2)
  held.release()
  await expectFiles(page, ['a.bin', 'c.bin'])
  await choose(page, file('d.bin', 2 * MIB))
  assert.match((await says(page, 'd.bin').textContent()) ?? '', /no room left for “d.bin”/)
  assert.equal(held.sent(), 2)
  await page.getByRole('button', { name: 'Try d.bin again' }).click()
  await until(page, async () => held.sent() === 3)
  assert.equal(held.sent(), 3)
  await until(page, () => page.locator('.upload[data-state=failed]', { hasText: 'd.bin' }).count())
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the 413')
  await page.locator('.file', { hasText: 'a.bin' }).locator('summary').click()
  await page.getByRole('button', { name: 'Delete file' }).click()
  await expectFiles(page, ['c.bin'])
  await choose(page, file('e.bin', 2 * MIB))
  await expectFiles(page, ['c.bin', 'e.bin'])
})
