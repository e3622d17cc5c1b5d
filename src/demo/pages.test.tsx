import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Language, localeOf } from '../texts/locale.ts'
import { demoPages } from './pages.tsx'

const demo = (language: Language) => demoPages(() => localeOf(language, 'UTC'))

test('the style guide speaks the language of the reader', async () => {
  assert.match(await (await demo('en').request('/demo')).text(), /No time fetched yet\./)
  assert.match(await (await demo('fr').request('/demo')).text(), /Aucune heure demandée/)
})

test('the button asks for the time, which is ISO 8601', async () => {
  const page = await (await demo('en').request('/demo')).text()
  assert.match(page, /hx-get="\/demo\/time"/)
  const before = Date.now()
  const fragment = await (await demo('en').request('/demo/time')).text()
  const iso = />(.+)</.exec(fragment)?.[1] ?? ''
  assert.equal(new Date(iso).toISOString(), iso)
  assert.ok(Date.parse(iso) >= before)
})

test('no id stands twice in the style guide', async () => {
  const page = await (await demo('en').request('/demo')).text()
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(match => match[1])
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  )
})
