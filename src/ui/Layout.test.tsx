import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localeOf } from '../texts/locale.ts'
import { Layout } from './Layout.tsx'

const person = { id: 'ada', name: 'Ada', email: 'ada@example.org' }
const nav = { tablos: [{ id: '7', title: '<b>Mine</b>', color: 'teal' as const }], more: false }
const english = localeOf('en', 'UTC')

const page = String(
  <Layout
    locale={english}
    title="Tasks"
    person={person}
    nav={nav}
    current="/tablos/7"
    scripts={['sortable.js']}
  >
    <h1>Tasks</h1>
  </Layout>,
)

test('a page is a whole document that names its language and its title', () => {
  assert.match(page, /^<!doctype html><html lang="en">/)
  assert.match(page, /<title>Tasks · Xtablo<\/title>/)
  const french = <Layout locale={localeOf('fr', 'UTC')} title="Tâches" children="" />
  assert.match(String(french), /<html lang="fr">/)
})

test('nothing in a page needs an inline script or style', () => {
  assert.doesNotMatch(page, /<style| style=| on[a-z]+=|<script(?![^>]* src="\/assets\/)/)
})

test('the link that leads here is marked, and no other', () => {
  assert.deepEqual(page.match(/<a[^>]*aria-current="page"/g), [
    '<a class="nav-link" href="/tablos/7" aria-current="page"',
  ])
})

test('the title of a Tablo is escaped in the sidebar', () => {
  assert.match(page, /&lt;b&gt;Mine/)
})

test('scripts come in the order in which they need each other', () => {
  const names = [...page.matchAll(/src="\/assets\/(\w+)\.[0-9a-f]{8}\.js"/g)].map(match => match[1])
  assert.deepEqual(names, ['htmx', 'sortable', 'app'])
})

test('a page of a person who is not signed in has no sidebar', () => {
  const plain = String(<Layout locale={english} title="Sign in" children="" />)
  assert.doesNotMatch(plain, /sidebar/)
  assert.match(plain, /<main id="content"/)
})

test('a first view is under ten requests', () => {
  const loaded = page.match(/(src|href)="\/assets\/[^"]+"/g) ?? []
  assert.ok(new Set(loaded).size + 1 < 10)
})
