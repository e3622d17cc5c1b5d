import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { testProvider } from '../provider.ts'
import { check } from './axe.ts'
import { until } from './kanban.ts'
import { product } from './product.ts'

const port = await freePort()
const google = await testProvider({ redirects: [`http://127.0.0.1:${port}/auth/google/callback`] })
google.asks = true
const { visitor, faults, database } = await product({
  ...google.environment,
  PORT: String(port),
  // Nothing listens there.
  OIDC_AWAY_ISSUER: 'http://127.0.0.1:1',
  OIDC_AWAY_CLIENT_ID: 'x',
  OIDC_AWAY_CLIENT_SECRET: 'x',
  OIDC_AWAY_LABEL: 'Acme',
})
const PASSWORD = 'a few words one remembers'

beforeEach(async () => {
  await database.pool.query('truncate users cascade')
  google.who = { sub: 'g-ada', email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' }
})

/** A provider must know where it sends people back before the product is there. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

/** The browser was at the provider, which is meant, and nowhere else. */
function wasAtProvider(): void {
  const all = faults.splice(0)
  assert.ok(all.length > 0)
  for (const fault of all) assert.ok(fault.startsWith(`fetched from elsewhere: ${google.issuer}/`), fault)
}

/** Chromium itself notes an answer of this status. */
function wasNoted(status: number): void {
  const others = faults.filter(fault => !fault.includes(`status of ${status}`))
  assert.equal(faults.length - others.length, 1)
  faults.splice(0, faults.length, ...others)
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/login')
  await page.getByRole('link', { name: 'Continue with Google' }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('heading', { name: 'Tablos', level: 1 }).waitFor()
}

async function addPassword(page: Page): Promise<void> {
  await page.goto('/settings/providers')
  await page.getByRole('link', { name: 'Add' }).click()
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Add password' }).click()
  await page.getByText('Saved.').waitFor()
}

const rowOf = (page: Page) => page.locator('li', { hasText: 'Google' })
const openProof = (page: Page) => rowOf(page).locator('summary').click()

async function unlink(page: Page): Promise<void> {
  await page.goto('/settings/providers')
  await openProof(page)
  await rowOf(page).getByLabel('Current password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Unlink Google' }).click()
  await page.getByText('Unlinked.').waitFor()
}

test('A person comes by Google, adds a password, unlinks Google, links it again, and declines once', async () => {
  const page = await visitor()
  await page.goto('/login')
  await check(page, 'sign-in with a provider')
  await signIn(page)
  await page.goto('/settings/providers')
  await page.getByRole('button', { name: /Unlink/ }).click({ force: true })
  assert.equal(await page.getByText('Unlinked.').count(), 0, 'the last way in stays')
  await addPassword(page)
  await unlink(page)
  const acme = page.locator('li', { hasText: 'Acme' })
  await acme.locator('summary').click()
  await until(page, () => page.evaluate(`document.activeElement.name === 'current'`))
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('Acme does not answer now.').waitFor()
  wasNoted(503)
  await page.goto('/settings/providers')
  await openProof(page)
  await check(page, 'a proof that is asked for')
  await rowOf(page).getByLabel('Current password').fill('not the one')
  await page.getByRole('button', { name: 'Link Google' }).click()
  await page.getByText('This is not your current password.').first().waitFor()
  wasNoted(422)
  await rowOf(page).getByLabel('Current password').fill(PASSWORD)
  // Google knows the person still.
  await page.getByRole('button', { name: 'Link Google' }).click()
  await page.getByText('Linked. You can sign in this way now.').waitFor()
  await page.getByText('ada@example.org').nth(1).waitFor()

  await page.context().clearCookies()
  await page.goto('/login?next=/settings/tokens')
  await page.getByRole('link', { name: 'Continue with Google' }).click()
  await page.getByRole('button', { name: 'Decline' }).click()
  await page.getByRole('heading', { name: 'Google did not sign you in' }).waitFor()
  await check(page, 'a refusal of the provider')
  await page.getByRole('link', { name: 'Back to sign in' }).click()
  await page.getByRole('link', { name: 'Continue with Google' }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('heading', { name: 'New token' }).waitFor()
  wasNoted(401)
  wasAtProvider()
})

test('The same without JavaScript, where a page leads on to Google', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page)
  await addPassword(page)
  await unlink(page)
  await openProof(page)
  await rowOf(page).getByLabel('Current password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Link Google' }).click()
  await page.getByRole('heading', { name: 'Go on to Google' }).waitFor()
  await page.getByRole('link', { name: 'Continue with Google' }).click()
  await page.getByText('Linked. You can sign in this way now.').waitFor()
  wasAtProvider()
})

test('A provider that can’t be reached is said by its name, and sign-in by password is there', async () => {
  const page = await visitor()
  await page.goto('/login')
  await page.getByRole('link', { name: 'Continue with Acme' }).click()
  await page.getByRole('heading', { name: 'Acme can’t be reached' }).waitFor()
  await page.getByRole('link', { name: 'Try again' }).waitFor()
  await page.getByRole('link', { name: 'Back to sign in' }).click()
  await page.getByLabel('Password', { exact: true }).waitFor()
  wasNoted(503)
})
