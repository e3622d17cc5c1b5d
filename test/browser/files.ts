// The Files page in windows, and files as a person's hands bring them.

import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { send } from '../files.ts'
import { until } from './kanban.ts'
import { type Product, product } from './product.ts'

type Options = Parameters<Product['windowOf']>[1]

/** Starts the product for a test file, with ada. */
export async function filesProduct(environment: Record<string, string> = {}) {
  const started = await product({ MAX_UPLOAD_SIZE_MB: '12', ...environment })
  const ada = await started.person('Ada')
  /** A Tablo with files, and its Files page in a window. */
  const filesPage = async (
    options: Options = {},
    files: { name: string; bytes: Buffer }[] = [],
  ): Promise<{ page: Page; path: string }> => {
    const path = (await started.kanban(ada)).replace(/tasks$/, 'files')
    if (files.length > 0) await send(started.deps, ada, path.split('/')[2] ?? '', ...files)
    const page = await started.windowOf(ada, options)
    await page.goto(path)
    return { page, path }
  }
  return { ...started, filesPage }
}

export const file = (name: string, size = 10) => ({ name, mimeType: '', buffer: Buffer.alloc(size, 'a') })
export const names = (page: Page) => page.locator('.file-name').allTextContents()
export const says = (page: Page, name: string) =>
  page.locator('.upload', { hasText: name }).locator('.upload-says')

export const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('#upload-files').setInputFiles(files)

export async function expectFiles(page: Page, expected: string[]): Promise<void> {
  await until(page, async () => (await names(page)).length === expected.length)
  assert.deepEqual((await names(page)).toSorted(), expected.toSorted())
}

/** Keeps uploads on their way until they are let go. */
export async function hold(page: Page): Promise<{ sent: () => number; release: () => void }> {
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
export async function bring(page: Page, event: 'dragenter' | 'drop' | 'paste', name: string, type: string) {
  await page.evaluate(`{
    const data = new DataTransfer()
    data.items.add(new File(['abc'], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }))
    const how = { bubbles: true, cancelable: true }
    document.body.dispatchEvent('${event}' === 'paste'
      ? new ClipboardEvent('paste', { ...how, clipboardData: data })
      : new DragEvent('${event}', { ...how, dataTransfer: data }))
  }`)
}
