import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialsOf } from './Avatar.tsx'
import { colorOfId, tabloColors } from './colors.ts'

test('initials are the first letters of the first and the last word, and never half a character', () => {
  assert.equal(initialsOf('Ada Lovelace'), 'AL')
  assert.equal(initialsOf('  jean-luc de la  tour '), 'JT')
  assert.equal(initialsOf('Élodie'), 'É')
  assert.equal(initialsOf('👩‍🚀 Ride'), '👩‍🚀R')
  assert.equal(initialsOf(''), '?')
})

test('a person has the same colour everywhere, and people have different ones', () => {
  assert.equal(colorOfId('0199aa0e'), colorOfId('0199aa0e'))
  const seen = new Set(Array.from({ length: 200 }, (_, n) => colorOfId(`0199aa0e-${n}`)))
  assert.equal(seen.size, tabloColors.length)
})
