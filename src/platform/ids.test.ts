import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId, newId } from './ids.ts'

test('ids sort in the order in which they were made, however quickly that was', () => {
  const ids = Array.from({ length: 10_000 }, newId)
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.every(isId))
})

test('what does not look like an id is none', () => {
  const id = newId()
  for (const text of [
    '',
    id.toUpperCase(),
    id.slice(1),
    `${id}0`,
    `${id}\n`,
    ` ${id}`,
    id.replaceAll('-', ''),
  ])
    assert.equal(isId(text), false, text)
})
