import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Person } from '../../src/accounts/actor.ts'
import { PDF, PNG } from '../samples.ts'
import { bring, choose, expectFiles, file, filesProduct } from './files.ts'
import { until } from './kanban.ts'
import { PHONE } from './product.ts'

const { person, filesPage, join, windowOf, deps, faults } = await filesProduct()

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

test('By the keyboard a file is deleted, the focus goes on to the next, and what happened is said', async () => {
  const { page } = await filesPage({}, [
    { name: 'first.txt', bytes: Buffer.from('x') },
    { name: 'second.txt', bytes: Buffer.from('x') },
  ])
  const focused = () => page.evaluate(`document.activeElement.textContent.trim()`)
  const question = page.locator('.file', { hasText: 'second.txt' }).locator('summary')
  await question.focus()
  await page.keyboard.press('Enter')
  await until(page, async () => (await focused()) === 'Cancel')
  await page.keyboard.press('Escape')
  assert.equal(await page.evaluate(`document.activeElement.getAttribute('aria-label')`), 'Delete second.txt')
  await page.keyboard.press('Enter')
  await until(page, async () => (await focused()) === 'Cancel')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expectFiles(page, ['first.txt'])
  await until(page, async () => (await focused()) === 'first.txt')
  assert.equal(await page.locator('#upload-news').textContent(), 'second.txt: deleted.')
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
  await page
    .getByText('“large.bin” is too large. A file can be 12 MB at most. Nothing was uploaded.')
    .waitFor()
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
