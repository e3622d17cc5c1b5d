import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { checked } from './validation.ts'

/** The fields that a body is refused for. */
function refusedIn(body: string): string[] {
  try {
    checked(z.strictObject({ title: z.string() }), JSON.parse(body), 'json')
    return []
  } catch (error) {
    assert.ok(error instanceof AppError)
    return Object.keys(error.fields)
  }
}

test('a field that nobody knows is named, also one that is called as what every object has', () => {
  for (const name of ['x', 'constructor', 'toString', 'hasOwnProperty', '__proto__', ''])
    assert.deepEqual(refusedIn(`{"title":"x","${name}":1}`), [name])
})
