import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localeOf } from '../texts/locale.ts'
import { detailsOf } from './audit-details.ts'

const en = localeOf('en', 'UTC')
const fr = localeOf('fr', 'UTC')

test('what a line says of an invitation is in words of the reader', () => {
  const details = { for: 'address', role: 'editor', email: 'carl@example.org', title: 'Bakery' }
  assert.deepEqual(detailsOf(en, details), ['“Bakery”', 'carl@example.org', 'Editor', 'Only this address'])
  assert.deepEqual(detailsOf(fr, { ...details, for: 'anyone' }), [
    '«\u00a0Bakery\u00a0»',
    'carl@example.org',
    'Éditeur',
    'Toute personne qui a le lien',
  ])
})

test('roles are told from and to, the id of a Tablo and a count of none are not told', () => {
  const details = { tablo: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f', from: 'viewer', to: 'owner' }
  assert.deepEqual(detailsOf(en, details), ['from Viewer', 'to Owner'])
  assert.deepEqual(detailsOf(en, { tablos_deleted: '0', tablos_handed: '2' }), ['Tablos handed on: 2'])
})

test('a role of that name that somebody typed is a name', () => {
  assert.deepEqual(detailsOf(en, { name: 'owner' }), ['“owner”'])
})
