// Bodies for the schemas of an operation, and ways in which their bytes may be something else in the end.

import fc from 'fast-check'
import type { Schema } from './document.ts'
import { HOSTILE, type Json, strange, valueFor } from './values.ts'

export const damages = [
  'none',
  'truncated',
  'bom',
  'no utf-8',
  'utf-16',
  'twice',
  'trailing',
  'empty',
  'at the limit',
  'over the limit',
] as const
export type Damage = (typeof damages)[number]

export interface Body {
  type: string
  /** JSON, or what a file is made of */
  value: Json
  damage: Damage
  chunked: boolean
}

const OTHER_TYPES = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/merge-patch+json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/octet-stream',
  'none',
  '*/*',
  'é',
]

/** For the kinds of body that an operation is said to take. */
export function bodyOf(
  method: string,
  kinds: [type: string, schema: Schema][],
): fc.Arbitrary<Body | undefined> {
  if (method === 'GET') return fc.constant(undefined)
  const damage = fc.oneof(
    { weight: 20, arbitrary: fc.constant<Damage>('none') },
    { weight: 2, arbitrary: fc.constantFrom(...damages) },
  )
  const of = ([type, schema]: [string, Schema]): fc.Arbitrary<Body> =>
    fc.record({
      type: fc.oneof(
        { weight: 14, arbitrary: fc.constant(type) },
        { weight: 1, arbitrary: fc.constantFrom(...OTHER_TYPES) },
      ),
      value: type === 'application/json' ? objectOf(schema) : file,
      damage,
      chunked: fc.nat(7).map(n => n === 0),
    })
  const none = fc.constant(undefined)
  // A body where none is asked for is passed over, but it has to be read.
  if (kinds.length === 0)
    return fc.oneof({ weight: 9, arbitrary: none }, { weight: 1, arbitrary: of(['application/json', {}]) })
  return fc.oneof({ weight: 30, arbitrary: fc.oneof(...kinds.map(of)) }, { weight: 1, arbitrary: none })
}

/** What an upload is made of: a name, and what is in it. */
const file: fc.Arbitrary<Json> = fc.record({
  name: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('<<mark>>.txt', '<<mark>> ﷺ.pdf', '<<mark>>/../é.png') },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE.filter(each => each.length < 1_000)) },
  ),
  content: fc.oneof(
    fc.string({ maxLength: 40 }).map(text => `<<mark>> ${text}`),
    fc.constantFrom('', '%PDF-1.7 <<mark>>', '<svg><<mark>></svg>', '\x89PNG\r\n\x1a\n'),
  ),
  field: fc.constantFrom('file', 'file', 'file', 'file', 'other', ''),
  copies: fc.constantFrom(1, 1, 1, 1, 0, 2),
})

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<Json> {
  const names = Object.keys(properties)
  const fields = Object.fromEntries(names.map(name => [name, valueFor(properties[name] ?? {}, name)]))
  const whole = fc.record(fields, { requiredKeys: required })
  const lacking = fc.record(fields, { requiredKeys: [] })
  const odd = fc.dictionary(
    fc.constantFrom(
      'x',
      '__proto__',
      'constructor',
      'toString',
      'id',
      'role',
      'tablo_id',
      'hasOwnProperty',
      '',
    ),
    strange,
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  )
  return fc.oneof(
    { weight: 20, arbitrary: whole },
    { weight: 2, arbitrary: lacking },
    {
      weight: 2,
      arbitrary: fc.tuple(whole, odd).map(([one, more]) => Object.assign(Object.create(null), one, more)),
    },
    { weight: 1, arbitrary: strange },
  ) as fc.Arbitrary<Json>
}
