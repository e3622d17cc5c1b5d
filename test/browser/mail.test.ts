import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import type { Mail } from '../../src/platform/mail/mailer.ts'
import { postOf } from '../mails.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

const { database, deps, person, url, visitor, windowOf } = await product()
// Links lead to where it is served.
const config = { ...deps.config, baseUrl: new URL(url) }
const post = postOf({ deps: { ...deps, config } as Parameters<typeof postOf>[0]['deps'] })
const NEW = 'another long password'

/** Sends what waits, to where it is shown. */
async function deliver(): Promise<Mail[]> {
  const mails = await post.deliver()
  for (const mail of mails) await deps.mailer.send(mail, new AbortController().signal)
  return mails
}

for (const javaScriptEnabled of [true, false])
  test(`A forgotten password is set anew by keyboard, with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
    const { email } = await person('Ada')
    const page = await visitor({ javaScriptEnabled })
    await page.goto('/login')
    await page.getByRole('link', { name: 'Forgot your password?' }).press('Enter')
    await page.waitForURL('**/forgot')
    await page.locator('[name=email]:focus').waitFor()
    await page.keyboard.type(email)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/forgot?sent=1')
    await deliver()
    await page.getByRole('link', { name: 'Open the mails' }).press('Enter')
    await page.waitForURL('**/dev/mail')
    await page.frameLocator('iframe').getByRole('link', { name: 'Set a new password' }).click()
    await page.waitForURL('**/reset/*')
    await page.locator('[name=password]:focus').waitFor()
    await page.keyboard.type(NEW)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${url}/`)
    await page.getByRole('heading', { level: 1, name: 'Tablos' }).waitFor()
  })

test('An address is confirmed by the press of a button, and its link is told to no other page', async () => {
  const ada = await person('Ada')
  const page = await windowOf(ada)
  await page.goto('/settings/email')
  await page.getByRole('button', { name: 'Mail a new link' }).click()
  await page.waitForURL('**sent=own')
  await deliver()
  await page.getByRole('link', { name: 'Open the mails' }).click()
  await page.frameLocator('iframe').getByRole('link', { name: 'Confirm the address' }).click()
  await page.waitForURL('**/verify/*')
  const referrers: (string | undefined)[] = []
  page.on('request', request => referrers.push(request.headers().referer))
  await page.getByRole('button', { name: 'Confirm the address' }).click()
  await page.waitForURL('**saved=1')
  await page.getByText('Your address is confirmed.').waitFor()
  assert.ok(referrers.length > 1)
  assert.ok(referrers.every(referrer => !referrer?.includes('/verify/')))
})

test('Pages about mail can be used by everybody, in light and in dark', async () => {
  const ada = await person('Ada')
  await deps.mailer.send(
    {
      to: ada.email,
      subject: 'Hello',
      text: 'Hello',
      html: '<!doctype html><html lang="en"><head><title>x</title></head><body><main><h1>Hello</h1></main></body></html>',
    },
    new AbortController().signal,
  )
  const page = await windowOf(ada)
  await database.pool.query(
    `insert into links (id, token_hash, kind, user_id, email, expires_at)
     values ($1, sha256('own'), 'verify', $2, $3, now() + interval '1 hour')`,
    [newId(), ada.id, ada.email],
  )
  for (const viewport of [PHONE, { width: 1440, height: 900 }]) {
    await page.setViewportSize(viewport)
    for (const path of [
      '/settings/email',
      '/settings/email?sent=own',
      '/verify/own',
      '/forgot',
      '/forgot?sent=1',
      '/dev/mail',
    ]) {
      await page.goto(path)
      await check(page, `${path} at ${viewport.width}`)
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.ok(Number(wide) <= 0, `${path} is ${wide} wider than the window of ${viewport.width}`)
    }
  }
})
