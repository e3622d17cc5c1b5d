import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { testDatabase } from '../test/database.ts'
import { asset } from './platform/web/assets.ts'

const visitor = testApp(await testDatabase()).visitor()

test('the documentation of the API needs no account, and leads to the document and back to the product', async () => {
  const { status, text } = await visitor.get('/api/docs')
  assert.equal(status, 200)
  assert.match(text, /<h1>The API<\/h1>/)
  assert.match(text, /<a [^>]*href="\/api\/v1\/openapi\.json"/)
  assert.match(text, /<a class="brand" href="\/"/)
  for (const name of ['swagger-ui.js', 'api-docs.js', 'api-docs.css'])
    assert.ok(text.includes(asset(name)), name)
})

test('who has no JavaScript is told where to read instead', async () => {
  const { text } = await visitor.get('/api/docs')
  assert.match(text, /<noscript>.*docs\/api\.md.*href="\/api\/v1\/openapi\.json".*<\/noscript>/s)
})

test('the page is French for a French reader; what the document says stays English', async () => {
  const { text } = await visitor.get('/api/docs', { 'Accept-Language': 'fr' })
  assert.match(text, /<html lang="fr">.*<h1>L’API<\/h1>.*<div id="api" lang="en"/s)
})

test('no other page loads what the documentation needs', async () => {
  const { text } = await visitor.get('/login')
  assert.doesNotMatch(text, /swagger|api-docs/)
})

test('the stylesheet of the documentation has no image that the policy would refuse', async () => {
  const { text } = await visitor.get(asset('api-docs.css'))
  assert.match(text, /^@layer swagger\{/)
  assert.ok(!text.includes('url('))
})
