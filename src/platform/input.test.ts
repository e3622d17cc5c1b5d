import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line } from './input.ts'

const title = line(20, 'title_missing', 'title_long_200')

test('a line is one line, whatever was typed', () => {
  assert.equal(title.parse(' Order\n\tflour '), 'Order flour')
})

test('what would turn the direction of the words around it is left out', () => {
  assert.equal(title.parse('photo\u202egnp.exe\u2066'), 'photognp.exe')
  assert.equal(title.safeParse('\u202e\u200f').success, false)
})
