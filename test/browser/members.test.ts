import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { mailTo, sendMails, tokenIn } from '../invitations.ts'
import { queues } from '../jobs.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

const { database, deps, person, kanban, windowOf, visitor, join, faults } = await product()
await queues(database, deps)
const PASSWORD = 'a few words one remembers'

const tabs = (page: Page) => page.getByRole('navigation', { name: 'Parts of the Tablo' })
const row = (page: Page, name: string) => page.locator('.member', { hasText: name })

async function invite(page: Page, email: string, role: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Role').last().selectOption({ label: role })
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await row(page, email).waitFor()
}

/** Where the link of the newest mail to somebody leads. */
async function mailedPath(email: string): Promise<string> {
  await sendMails(deps)
  return `/invitations/${tokenIn(await mailTo(deps, email))}`
}

async function signUp(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up and join' }).click()
  await page.getByRole('heading', { name: 'Spring catalogue', level: 1 }).waitFor()
}

const fits = async (page: Page, what: string) => {
  const [width, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  )
  assert.ok(width <= window, `${what}: ${width} px wide`)
}

for (const [size, options] of Object.entries({
  desktop: {},
  phone: { viewport: PHONE, hasTouch: true, isMobile: true },
}))
  test(`An owner invites somebody who signs up by the mail, gets another role, and is removed, ${size}`, async () => {
    const email = `carl.${size}@example.org`
    const owner = await person('Ada Lovelace')
    const path = await kanban(owner, { todo: ['Bake'] })
    const ada = await windowOf(owner, options)
    await ada.goto(path)
    await tabs(ada).getByRole('link', { name: 'Members' }).click()
    await ada.getByText('You are the only owner of this Tablo').waitFor()
    await invite(ada, email, 'Editor')
    await check(ada, 'a pending invitation')
    await fits(ada, 'a pending invitation')

    const carl = await visitor(options)
    await carl.goto(await mailedPath(email))
    await carl.getByText('Ada Lovelace invites you to the Tablo “Spring catalogue”.').waitFor()
    assert.equal(await carl.getByLabel('E-mail address').inputValue(), email)
    await check(carl, 'an invitation')
    await fits(carl, 'an invitation')
    await signUp(carl, 'Carl')
    await tabs(carl).getByRole('link', { name: 'Tasks' }).click()
    await carl.locator('[data-editable]').first().waitFor()

    await ada.reload()
    await row(ada, 'Carl').getByText('Editor').first().waitFor()
    await row(ada, 'Carl').getByLabel('Manage Carl').click()
    await row(ada, 'Carl').getByLabel('Role').selectOption({ label: 'Viewer' })
    await check(ada, 'managing somebody')
    await row(ada, 'Carl').getByRole('button', { name: 'Save role' }).click()
    await row(ada, 'Carl').locator('.member-role', { hasText: 'Viewer' }).waitFor()
    await carl.reload()
    await carl.locator('#kanban').waitFor()
    assert.equal(await carl.locator('[data-editable]').count(), 0)
    await tabs(carl).getByRole('link', { name: 'Members' }).click()
    await carl.locator('summary', { hasText: 'Leave this Tablo' }).waitFor()
    await check(carl, 'what a viewer sees')
    await fits(carl, 'what a viewer sees')

    await row(ada, 'Carl').getByLabel('Manage Carl').click()
    await row(ada, 'Carl').locator('summary', { hasText: 'Remove' }).click()
    await check(ada, 'asking before somebody is removed')
    await row(ada, 'Carl').getByRole('button', { name: 'Remove from the Tablo' }).click()
    await row(ada, 'Carl').waitFor({ state: 'detached' })
    await carl.reload()
    await carl.getByRole('heading', { name: 'Nothing here' }).waitFor()
    assert.equal(faults.splice(0).length, 1, 'Chromium notes the 404')
  })

test('Without JavaScript people are invited, join, are managed and leave', async () => {
  const path = await kanban(await person('Ada'))
  const owner = await person('Olga')
  await join(path, owner, 'editor')
  await database.pool.query(`update members set role = 'owner' where user_id = $1`, [owner.id])
  const olga = await windowOf(owner, { javaScriptEnabled: false })
  await olga.goto(path.replace('/tasks', '/members'))
  await invite(olga, 'dora@example.org', 'Viewer')
  const dora = await visitor({ javaScriptEnabled: false })
  await dora.goto(await mailedPath('dora@example.org'))
  await signUp(dora, 'Dora')
  await olga.reload()
  await row(olga, 'Dora').getByLabel('Manage Dora').click()
  await row(olga, 'Dora').getByLabel('Role').selectOption({ label: 'Editor' })
  await row(olga, 'Dora').getByRole('button', { name: 'Save role' }).click()
  await row(olga, 'Dora').locator('.member-role', { hasText: 'Editor' }).waitFor()
  await dora.goto(path.replace('/tasks', '/members'))
  await dora.locator('summary', { hasText: 'Leave this Tablo' }).click()
  await dora.getByRole('button', { name: 'Leave the Tablo' }).click()
  await dora.getByRole('heading', { name: 'Tablos', level: 1 }).waitFor()
  await olga.reload()
  assert.equal(await row(olga, 'Dora').count(), 0)
})

test('A link is made, copied, and ends the one that was mailed', async () => {
  const owner = await person('Ada')
  const path = await kanban(owner)
  const ada = await windowOf(owner, { permissions: ['clipboard-read', 'clipboard-write'] })
  await ada.goto(path.replace('/tasks', '/members'))
  await invite(ada, 'emma@example.org', 'Viewer')
  const mailed = await mailedPath('emma@example.org')
  await ada.reload()
  await ada.getByLabel('Make a link for emma@example.org').click()
  await ada.getByRole('button', { name: 'Make a new link' }).click()
  await ada.locator('.made-token:focus').waitFor()
  await check(ada, 'a link to pass on')
  const link = await ada.getByLabel('Invitation link').inputValue()
  await ada.getByRole('button', { name: 'Copy' }).click()
  await ada.getByText('Link copied.').waitFor()
  assert.equal(await ada.evaluate('navigator.clipboard.readText()'), link)
  const emma = await visitor()
  await emma.goto(new URL(link).pathname)
  await emma.getByText('invites you to the Tablo').waitFor()
  await emma.goto(mailed)
  await emma.getByText('has been used or withdrawn, or has expired').waitFor()
  assert.equal(faults.splice(0).length, 1, 'Chromium notes the 404')
})
