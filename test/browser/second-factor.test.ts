// Passkeys and codes as a browser does them, with the virtual authenticator of Chromium.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Person } from '../../src/accounts/actor.ts'
import { person as inCast, PASSWORD } from '../cast.ts'
import { freePort } from '../crash/balancer.ts'
import { authenticatorOf, passkeyOf, TestAuthenticator } from '../second-factor.ts'
import { check } from './axe.ts'
import { PHONE, product } from './product.ts'

// Passkeys are bound to a name, and so to an address that is known before.
const port = await freePort()
const { database, deps, windowOf, faults } = await product({ BASE_URL: `http://localhost:${port}` })

const SECURITY = '/settings/security'
let made = 0
const person = (name: string) => inCast(database, `${name} ${++made}`)

/** A device that holds passkeys, and answers for its user at once. Gives how it comes to know that user or not. */
async function device(page: Page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    recognizes: (isUserVerified: boolean) =>
      cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(SECURITY)
  await page.getByRole('link', { name: 'Add a passkey' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Create the passkey' }).click()
}

async function withPassword(page: Page, { email }: Person): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

const signOut = (page: Page) => page.getByRole('button', { name: 'Sign out' }).click()
const arrived = (page: Page) => page.getByRole('heading', { name: 'Tablos' }).waitFor()

test('a passkey is made, signs in alone and after the password, and is named and removed', async () => {
  const ada = await person('Ada')
  const page = await windowOf(ada, { permissions: ['clipboard-read', 'clipboard-write'] })
  await device(page)
  // What the browser offers by itself the device would answer at once, before anything is pressed.
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')
  await addPasskey(page, 'Laptop')
  await page.getByRole('heading', { name: 'Save these codes now' }).waitFor()
  await page.locator('.made-token:focus').waitFor()
  const codes = await page.locator('.recovery-codes li').allInnerTexts()
  assert.equal(codes.length, 10)
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Recovery codes copied.').waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  assert.deepEqual(copied.split(/\s+/).filter(Boolean), codes)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  assert.equal((await download).suggestedFilename(), 'xtablo-recovery-codes.txt')
  await page.getByRole('link', { name: 'I have saved them' }).click()
  await page.getByText('Never used').waitFor()

  // The same device makes no second one for her.
  await addPasskey(page, 'Again')
  await page.getByText('This device has a passkey for you already.').waitFor()

  await signOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await arrived(page)

  await signOut(page)
  await withPassword(page, ada)
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await arrived(page)

  await page.goto(SECURITY)
  await page.locator('.rename summary').click()
  await page.locator('.rename').getByRole('textbox').fill('Old laptop')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const row = page.locator('.rows li', { hasText: 'Old laptop' })
  await row.waitFor()
  await row.locator('[aria-label="Remove Old laptop"]').click()
  await row.getByRole('button', { name: 'Remove passkey' }).click()
  await row.waitFor({ state: 'detached' })
})

test('passkeys are offered where the e-mail address is typed', async () => {
  const ada = await person('Ada')
  const page = await windowOf(ada)
  await device(page)
  await addPasskey(page, 'Laptop')
  await page.getByRole('link', { name: 'I have saved them' }).click()
  await signOut(page)
  // The virtual device chooses for its user what the browser would list.
  await arrived(page)
})

test('a device that does not recognise its user makes and uses nothing, and the page says so', async () => {
  const page = await windowOf(await person('Ada'))
  const { recognizes } = await device(page)
  await recognizes(false)
  await addPasskey(page, 'Laptop')
  await page.getByText('No passkey was used.').waitFor()
  await page.getByRole('button', { name: 'Create the passkey' }).waitFor()
  assert.equal(await page.locator('.btn[aria-busy]').count(), 0)
  await recognizes(true)
  await page.getByLabel('Name').press('Enter')
  await page.getByRole('heading', { name: 'Save these codes now' }).waitFor()
})

for (const [how, options] of Object.entries<BrowserContextOptions>({
  'with htmx': {},
  'without JavaScript': { javaScriptEnabled: false },
}))
  test(`an app is set up, asked for and turned off, ${how}`, async () => {
    const ada = await person('Ada')
    const page = await windowOf(ada, options)
    await page.goto(SECURITY)
    await page.getByRole('button', { name: 'Set up an app' }).click()
    const app = new TestAuthenticator(await page.locator('.typed-secret').innerText())
    assert.ok(((await page.locator('.qr path').getAttribute('d')) ?? '').length > 1_000)
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.locator('.field-error').waitFor()
    await app.steady()
    await page.getByLabel('Code', { exact: true }).fill(app.code(-1))
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.locator('.recovery-codes').waitFor()
    const [code = ''] = await page.locator('.recovery-codes li').allInnerTexts()
    await page.getByRole('link', { name: 'I have saved them' }).click()

    await signOut(page)
    await withPassword(page, ada)
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await page.locator('.field-error').waitFor()
    await page.getByLabel('Code', { exact: true }).fill(app.code())
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await arrived(page)

    await signOut(page)
    await withPassword(page, ada)
    await page.getByText('Use a recovery code').click()
    await page.getByLabel('Recovery code').fill(code)
    await page.getByRole('button', { name: 'Continue with the recovery code' }).click()
    await page.getByText('9 are left').waitFor()
    await page.getByText('Turn off').first().click()
    await page.locator('.confirm[open]').getByRole('button', { name: 'Turn off' }).click()
    await page.getByRole('button', { name: 'Set up an app' }).waitFor()
    assert.equal(faults.splice(0).length, 2, 'Chromium notes the 422 and the 401')
  })

test('long after signing in a passkey confirms who is there, and adding one goes on', async () => {
  const ada = await person('Ada')
  const page = await windowOf(ada)
  await device(page)
  await addPasskey(page, 'Laptop')
  await page.getByRole('link', { name: 'I have saved them' }).click()
  await database.pool.query(`update sessions set created_at = now() - interval '11 minutes'`)
  await page.getByRole('link', { name: 'Add a passkey' }).click()
  await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
  await page.getByRole('button', { name: 'Confirm with a passkey' }).click()
  await page.getByRole('heading', { name: 'Add a passkey' }).waitFor()
})

test('at another address than their own, passkeys are not offered but explained', async () => {
  const ada = await person('Ada')
  const page = await windowOf(ada)
  await page.goto(`${SECURITY}/passkeys/new`)
  await page.getByRole('button', { name: 'Create the passkey' }).waitFor()
  const unscripted = await windowOf(ada, { javaScriptEnabled: false })
  await unscripted.goto(`${SECURITY}/passkeys/new`)
  await unscripted.getByText(`with JavaScript, at http://localhost:${port}`).waitFor()
  assert.equal(await unscripted.getByRole('button', { name: 'Create the passkey' }).count(), 0)
  await unscripted.goto('/login')
})

for (const [size, viewport] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: PHONE }))
  test(`axe finds nothing in the pages of a second factor, ${size}`, async () => {
    const ada = await person('Ada')
    await passkeyOf(deps, ada, 'A name that is long enough to take more than one line, with aWordThatIsLong')
    const page = await windowOf(ada, { viewport })
    const narrow = async (what: string) => {
      await check(page, what)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.ok(width <= viewport.width, `${what}: ${width} px wide`)
    }
    await page.goto(SECURITY)
    await page.getByRole('button', { name: 'Set up an app' }).click()
    await page.locator('.qr').waitFor()
    await narrow('setting an app up')
    await database.pool.query('delete from authenticators where user_id = $1', [ada.id])
    await authenticatorOf(deps, ada)
    await page.goto(SECURITY)
    for (const summary of await page.locator('main .confirm summary').all()) await summary.click()
    await narrow('all that can be changed')
    await page.goto(`${SECURITY}/passkeys/new`)
    await narrow('a new passkey')
    await page.goto(`${SECURITY}/confirm`)
    await narrow('proving it')
    await page.goto(SECURITY)
    await page.getByText('Make new ones').click()
    await page.getByRole('button', { name: 'Make new codes' }).click()
    await page.locator('.recovery-codes').waitFor()
    await narrow('new codes')
    await page.context().clearCookies()
    await withPassword(page, ada)
    await page.getByText('Use a recovery code').click()
    await narrow('the second step')
  })
