import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, expectFiles, file, filesProduct, hold, says } from './files.ts'
import { until } from './kanban.ts'

const { person, filesPage, join, windowOf, deps, faults } = await filesProduct()

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

test('What breaks off late again and again waits for the person, and other faults go on by themselves', async () => {
  for (const [part, state, tries] of [
    [0.6, 'failed', 3],
    [0.4, 'lost', 4],
  ] as const) {
    const { page } = await filesPage()
    // What a server does that closes the connection on a file it refuses.
    await page.evaluate(`{
      window.tries = 0
      XMLHttpRequest.prototype.send = function () {
        window.tries++
        this.upload.dispatchEvent(new ProgressEvent('progress', { loaded: ${part} * 1000 }))
        setTimeout(() => this.dispatchEvent(new ProgressEvent('error')))
      }
    }`)
    await choose(page, file('a.txt', 1_000))
    const broken = () => until(page, () => page.locator('.upload:not([data-state=sending])').count())
    for (let round = 0; round < 3; round++) {
      await broken()
      // Instead of a wait.
      await page.evaluate(`dispatchEvent(new Event('online'))`)
    }
    await broken()
    assert.equal(await page.locator('.upload').getAttribute('data-state'), state)
    assert.equal(await page.evaluate('window.tries'), tries)
    assert.equal(await page.getByRole('button', { name: 'Try a.txt again' }).isVisible(), true)
    await page.evaluate(`document.querySelector('[data-cancel-upload]').click()`)
  }
})
