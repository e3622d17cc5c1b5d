// Requests for the operations of a document, as plans: what stands in them as a placeholder is filled in when they are
// sent. Most are such as the document allows; each part of one may be what nobody means well.

import fc from 'fast-check'
import { type Body, bodyOf } from './bodies.ts'
import type { Operation, Parameter } from './document.ts'
import { headersOf } from './headers.ts'
import { idOf, type Json, valueFor } from './values.ts'

export const roles = ['ada', 'ben', 'vera', 'eve', 'root', 'nobody'] as const
export type Role = (typeof roles)[number]

export interface Plan {
  operation: string
  who: Role
  token: string
  path: Record<string, string>
  query: [name: string, value: string][]
  headers: [name: string, value: string][]
  body: Body | undefined
  /** Whether the same bytes are sent twice */
  again: boolean
  /** Whether the database is looked at after what only reads, too */
  watched: boolean
}

/** Slow on purpose, or taking away what others are about. */
const RARE = [
  ...['signIn', 'deleteTablo', 'disableUser', 'endSessionsOfUser'],
  ...['removeMember', 'leaveTablo', 'transferTablo'],
]

/** Who may know what follows from who is an admin: that stays as it is. */
const NEVER = ['makeAdmin', 'removeAdmin']

/** A request for any of these operations. */
export const anyPlan = (operations: readonly Operation[]): fc.Arbitrary<Plan> =>
  fc.oneof(
    ...operations
      .filter(({ id }) => !NEVER.includes(id))
      .map(of => ({ weight: RARE.includes(of.id) ? 1 : 6, arbitrary: planOf(of) })),
  )

const who = fc.constantFrom<Role>(
  'ada',
  'ada',
  'ada',
  'ben',
  'ben',
  'vera',
  'vera',
  'eve',
  'eve',
  'root',
  'root',
  'root',
  'nobody',
)

const token = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('access', 'personal') },
  { weight: 1, arbitrary: fc.constant('reading') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['none', 'lower', 'basic', 'empty', 'two', 'listed', 'long', 'unsigned', 'symmetric', 'foreign'],
      ...['tampered', 'expired', 'unknown', 'cookie', 'query', 'spaced', 'cut'],
    ),
  },
)

function planOf(operation: Operation): fc.Arbitrary<Plan> {
  const { id, parameters, bodies } = operation
  const named = (where: Parameter['in']) => parameters.filter(each => each.in === where)
  const path = Object.fromEntries(named('path').map(({ name }) => [name, idOf(name)]))
  return fc.record({
    operation: fc.constant(id),
    who: /for admins/i.test(operation.description) ? fc.oneof(who, fc.constant<Role>('root')) : who,
    token,
    path: fc.record(path),
    query: queryOf(named('query')),
    headers: headersOf(named('header').map(({ name }) => name)),
    body: bodyOf(operation.method, Object.entries(bodies)),
    again: fc.nat(9).map(n => n === 0),
    watched: fc.nat(3).map(n => n === 0),
  })
}

/** At most, so that a server reads the line at all. */
const LONGEST = 2_500

function queryOf(parameters: readonly Parameter[]): fc.Arbitrary<[string, string][]> {
  const one = ({ name, schema }: Parameter): fc.Arbitrary<[string, string][]> =>
    valueFor(schema, name).map(value =>
      (Array.isArray(value) ? value : [value]).map(each => [name, texted(each).slice(0, LONGEST)]),
    )
  const each = parameters.map(parameter => fc.option(one(parameter), { nil: [], freq: 2 }))
  const odd = fc.constantFrom<[string, string]>(
    ...parameters.flatMap(({ name }): [string, string][] => [
      [name, 'x'],
      [`${name}[]`, '1'],
      [name.toUpperCase(), '1'],
    ]),
    ...['x', '__proto__', 'constructor', 'toString', '', '<<raw %00>>', '<<raw %ff>>'].map(
      (name): [string, string] => [name, '1'],
    ),
    ...['%00', '%ff', '%', '%u0041', '+', '%2F..%2F', ';', '%F0%9F'].map((raw): [string, string] => [
      'limit',
      `<<raw ${raw}>>`,
    ]),
  )
  const odds = fc.oneof(
    { weight: 12, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(odd, { maxLength: 3 }) },
  )
  return fc.tuple(...each, odds).map(parts => parts.flat())
}

const texted = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
