import assert from 'node:assert/strict'
import { test } from 'node:test'
import { product } from './product.ts'

const { person, windowOf } = await product()

test('A session that is ended leaves the list', async () => {
  const ada = await person('Ada')
  await windowOf(ada)
  const page = await windowOf(ada)
  await page.goto('/settings')
  const sessions = page.locator('#sessions .rows > li')
  assert.equal(await sessions.count(), 2)
  const other = sessions.filter({ hasNotText: 'This one' })
  await other.getByRole('button').click()
  await other.waitFor({ state: 'detached' })
  await sessions.filter({ hasText: 'This one' }).waitFor()
  assert.equal(await sessions.count(), 1)
})
