import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { jobIn, queues } from '../jobs.ts'
import { TestStorage } from '../storage.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

const { person, windowOf, database } = await product()
const { db, pool } = database
const root = await person('Root')
await pool.query(`update users set role = 'admin' where id = $1`, [root.id])
await queues(database, { db, log: pino({ level: 'silent' }), storage: new TestStorage() })
const failed = await jobIn(database, 'discarded')
for (const state of ['running', 'retryable', 'completed'] as const) await jobIn(database, state)

for (const [size, viewport] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: PHONE })) {
  test(`axe finds nothing on the pages of jobs, ${size}`, async () => {
    const page = await windowOf(root, { viewport })
    for (const path of ['/admin/jobs', '/admin/jobs?state=discarded', `/admin/jobs/${failed}`]) {
      await page.goto(path)
      await check(page, path)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path)
    }
  })
}

test('the page keeps itself fresh, and what has the focus keeps it', async () => {
  const page = await windowOf(root)
  await page.goto('/admin/jobs')
  const retry = page.getByRole('button', { name: 'Retry heartbeat' })
  await retry.focus()
  await page.evaluate(`document.activeElement.mine = 'yes'`)
  const fresh = await jobIn(database, 'discarded', { error: 'The disk is full.' })
  await page.getByText('The disk is full.').waitFor()
  assert.equal(await page.evaluate('document.activeElement.mine'), 'yes')
  await pool.query('delete from pgboss.job where id = $1', [fresh])
  await page.getByText('The disk is full.').waitFor({ state: 'detached' })
})

test('a job is retried and cancelled from the list, which stays where it is', async () => {
  const id = await jobIn(database, 'discarded')
  const page = await windowOf(root)
  await page.goto('/admin/jobs?state=discarded')
  await page.locator(`#job-${id}`).getByRole('button', { name: 'Retry heartbeat' }).click()
  await page.locator(`#job-${id}`).waitFor({ state: 'detached' })
  assert.match(page.url(), /\/admin\/jobs\?state=discarded$/)
  await page.getByRole('link', { name: /^Retryable/ }).click()
  await page.locator(`#job-${id}`).getByRole('button', { name: 'Cancel heartbeat' }).click()
  await page.locator(`#job-${id}`).waitFor({ state: 'detached' })
  const { rows } = await pool.query('select state from pgboss.job where id = $1', [id])
  assert.deepEqual(rows, [{ state: 'cancelled' }])
})

test('without JavaScript the page is read, and a job retried', async () => {
  const id = await jobIn(database, 'discarded')
  const page = await windowOf(root, { javaScriptEnabled: false })
  await page.goto(`/admin/jobs/${id}`)
  await page.getByRole('button', { name: 'Retry heartbeat' }).click()
  await page.getByText('Retryable', { exact: true }).waitFor()
})
