// Values for a schema: mostly such as it allows, some at its edges and a little beyond, and some that nobody means well.
// What can only be known when the request is sent (an id, a cursor, a word that marks whose text it is) stands in
// them as a placeholder: `<<task own 3>>`.

import fc from 'fast-check'
import type { Schema } from './document.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** One code point each: plain, accented, beyond the 16 bits, from right to left, combining, unseen. */
const LETTERS = ['a', 'é', '𝕏', 'م', '漢', '\u0301', '\u{1F98A}', '\u200d']

/** What a database takes for no text at all */
const UNSTORABLE = ['\0', 'a\0b', '\ud800', 'a\udfffb']

export const HOSTILE = [
  ...UNSTORABLE,
  '\u202Eabc',
  '\uFEFF',
  '\u2028',
  '\u0085',
  '\x7f\x1b[31m',
  "' or 1=1 --",
  '"><script>alert(1)</script>',
  '../../../../etc/passwd',
  '%s%n%00%ff',
  '{{7*7}}',
  '__proto__',
  'constructor',
  '👨‍👩‍👧‍👦',
  'ﷺ',
  'İıſK',
  '-0',
  '1e400',
  'NaN',
  'null',
  '=HYPERLINK("x")',
  'x'.repeat(70_000),
]

/** JSON that a program can't write, or that it reads as something else. */
const RAW = [
  '1e400',
  '-0',
  '1E-400',
  '123456789012345678901234567890',
  '0.1e1',
  '9007199254740993',
  '{"a":1,"a":2}',
]

const MOMENTS = [
  '2026-11-20T09:30:00Z',
  '2026-11-20T09:30:00.123456789Z',
  '2026-11-20T09:30:00+23:59',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59.999999999-23:59',
  '2024-02-29T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20t09:30:00z',
  '2026-11-20T09:30Z',
  '2026-11-20',
  '+275760-09-13T00:00:00Z',
  `2026-11-20T09:30:00.${'1'.repeat(500)}Z`,
]

const KINDS = ['tablo', 'task', 'file', 'user', 'job', 'activity', 'invitation'] as const

/** An id that the caller may know, one that they may not, or none. `name` says of what: `task_id`. */
export function idOf(name: string): fc.Arbitrary<string> {
  const named = name === 'member_id' ? 'user' : KINDS.find(kind => name === `${kind}_id`)
  const kind = named ? fc.constant(named) : fc.constantFrom(...KINDS)
  const whose = fc.oneof(
    { weight: 10, arbitrary: fc.constant('own') },
    { weight: 3, arbitrary: fc.constant('other') },
    { weight: 1, arbitrary: fc.constantFrom('nobody', 'upper', 'cut', 'braced', 'strange') },
  )
  return fc.tuple(kind, whose, fc.nat(9)).map(parts => `<<${parts.join(' ')}>>`)
}

/** A value for a schema, as it stands in JSON. */
export function valueFor(schema: Schema, name: string): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 16, arbitrary: allowed(schema, name) },
    { weight: 3, arbitrary: edge(schema) },
    { weight: 2, arbitrary: fc.constantFrom<Json>(...HOSTILE) },
    { weight: 2, arbitrary: fc.constantFrom(...UNSTORABLE) },
    { weight: 1, arbitrary: strange },
  )
}

/** Anything, of any kind. */
export const strange: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 0.5, 1e21, '', [], {}, [[]], [null], { $ne: null }),
  fc.constantFrom(...RAW).map(raw => `<<raw ${raw}>>`),
  fc.constantFrom(100, 5_000, 90_000).map(depth => `<<raw ${'['.repeat(depth)}${']'.repeat(depth)}>>`),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
)

function allowed(schema: Schema, name: string): fc.Arbitrary<Json> {
  const { enum: values, format, minimum = 0, maximum = 1_000 } = schema
  const types = [schema.type ?? 'string'].flat()
  if (values) return fc.constantFrom(...(values as Json[]))
  if (types.includes('null'))
    return fc.option(allowed({ ...schema, type: types.filter(t => t !== 'null') }, name), { freq: 2 })
  if (types.includes('integer'))
    return fc.oneof(
      fc.integer({ min: minimum, max: minimum + 2 }),
      fc.integer({ min: minimum, max: maximum }),
    )
  if (types.includes('array')) return fc.array(allowed(schema.items ?? {}, name), { maxLength: 4 })
  if (format === 'uuid') return idOf(name)
  if (format === 'date-time') return fc.constantFrom(...MOMENTS)
  if (name === 'cursor') return fc.tuple(cursorKind, fc.nat(9)).map(([kind, n]) => `<<cursor ${kind} ${n}>>`)
  if (name === 'time_zone') return fc.constantFrom('UTC', 'Europe/Paris', 'asia/tokyo', 'Mars/Base', '+01:00')
  if (name === 'email') return fc.nat(99).map(n => `<<mark>>.${n}@example.org`)
  if (name === 'refresh_token') return fc.nat(9).map(n => `<<refresh ${n}>>`)
  return text(schema)
}

const cursorKind = fc.constantFrom('own', 'own', 'own', 'other', 'cut', 'flipped', 'made')

function text({ minLength = 0, maxLength = 300 }: Schema): fc.Arbitrary<string> {
  const words = fc.string({ unit: 'grapheme', maxLength: 30 })
  return fc.oneof(
    { weight: 6, arbitrary: words.map(word => `<<mark>> ${word}`) },
    { weight: 1, arbitrary: fc.constantFrom(...LETTERS).map(letter => letter.repeat(maxLength)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...LETTERS).map(letter => letter.repeat(Math.max(1, minLength))),
    },
  )
}

function edge({
  minLength = 0,
  maxLength = 300,
  minimum = 0,
  maximum = 1_000,
  ...schema
}: Schema): fc.Arbitrary<Json> {
  const types = [schema.type ?? 'string'].flat()
  if (types.includes('integer'))
    return fc.constantFrom<Json>(minimum - 1, minimum, maximum, maximum + 1, 2 ** 53, -0)
  const letter = fc.constantFrom(...LETTERS)
  return fc.oneof(
    letter.map(each => each.repeat(maxLength + 1)),
    letter.map(each => each.repeat(Math.max(0, minLength - 1))),
    letter.map(each => ` \n${each.repeat(maxLength)}\t `),
    fc.constantFrom('', ' ', '\n\t', '\u00a0', '\u200b', '\u00ad'),
    fc.constantFrom(...(schema.enum ?? ['x'])).map(each => String(each).toUpperCase()),
  )
}
