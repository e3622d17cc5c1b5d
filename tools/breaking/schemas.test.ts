import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnySchema, OpenApi } from './document.ts'
import { type Comparison, compareSchemas } from './schemas.ts'

type Row = [what: string, before: AnySchema, after: AnySchema, ...faults: string[]]

const text = { type: 'string' }
const number = { type: 'integer' }
const open = (schema: AnySchema, ...required: string[]) => ({
  type: 'object',
  properties: { a: schema },
  required,
})
const maybe = (schema: AnySchema) => ({ anyOf: [schema, { type: 'null' }] })
const two = { type: 'object', properties: { a: text, b: text } }

const document = (schemas: Record<string, AnySchema>) =>
  ({ info: { version: '1' }, components: { schemas } }) as OpenApi

function compare(direction: Comparison['direction'], [, before, after]: Row, old = {}, now = old): string[] {
  return compareSchemas({ before: document(old), after: document(now), direction }, 'x', before, after)
}

const REQUESTS: Row[] = [
  ['a property that goes', two, open(text), 'x.b is gone'],
  ['a new property that is required', open(text), { ...two, required: ['b'] }, 'x.b is now required'],
  ['a property that becomes required', open(text), open(text, 'a'), 'x.a is now required'],
  ['another type', open(text), open(number), 'x.a can no longer be string'],
  ['a type fewer', { type: ['string', 'null'] }, text, 'x can no longer be null'],
  ['a narrower number', { type: 'number' }, number, 'x can no longer be number'],
  ['an enum’s value that goes', { enum: ['a', 'b'] }, { enum: ['a'] }, 'x can no longer be "b"'],
  ['an enum where anything was', text, { ...text, enum: ['a'] }, 'x can now only be "a"'],
  ['a shorter text', { ...text, maxLength: 9 }, { ...text, maxLength: 8 }, 'x has maxLength 8, and had 9'],
  ['a limit where none was', number, { ...number, minimum: 1 }, 'x has minimum 1, and had none'],
  ['another pattern', { ...text, pattern: 'a' }, { ...text, pattern: 'b' }, 'x has pattern "b", and had "a"'],
  ['a format', text, { ...text, format: 'uuid' }, 'x has format "uuid", and had none'],
  ['another default', { ...number, default: 50 }, { ...number, default: 20 }, 'x has default 20, and had 50'],
  [
    'an end of others',
    open(text),
    { ...open(text), additionalProperties: false },
    'x can no longer have other properties',
  ],
  [
    'narrower items',
    { type: 'array', items: text },
    { type: 'array', items: number },
    'x[] can no longer be string',
  ],
  ['a choice fewer', { oneOf: [open(text), text] }, open(text), 'x can no longer be string'],
  ['a part of allOf', { allOf: [open(text), two] }, { allOf: [open(text)] }, 'x.b is gone'],
]

const ANSWERS: Row[] = [
  ['a property that goes', two, open(text), 'x.b is gone'],
  ['a property that may be missing', open(text, 'a'), open(text), 'x.a may now be missing'],
  ['another type', open(text), open(number), 'x.a may now be integer'],
  ['null', open(text), open({ type: ['string', 'null'] }), 'x.a may now be null'],
  ['null, in other words', text, maybe(text), 'x may now be null'],
  ['a wider number', number, { type: 'number' }, 'x may now be number'],
  ['anything', text, {}, 'x may now be any value'],
  ['a longer text', { ...text, maxLength: 8 }, { ...text, maxLength: 9 }, 'x has maxLength 9, and had 8'],
  ['a format that goes', { ...text, format: 'uuid' }, text, 'x has format none, and had "uuid"'],
  [
    'wider items',
    { type: 'array', items: text },
    { type: 'array', items: maybe(text) },
    'x[] may now be null',
  ],
  ['a choice more', open(text), { anyOf: [open(text), text] }, 'x may now be string'],
  [
    'values of a map',
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: number },
    'x.* may now be integer',
  ],
]

const HARMLESS_REQUESTS: Row[] = [
  ['a new property that is optional', open(text), two],
  [
    'a new property that has a default',
    open(text),
    { ...two, properties: { a: text, b: { ...text, default: '' } }, required: ['b'] },
  ],
  ['a property that becomes optional', open(text, 'a'), open(text)],
  ['null', text, maybe(text)],
  ['a wider number', number, { type: 'number' }],
  ['a longer text', { ...text, maxLength: 8 }, { ...text, maxLength: 9 }],
  ['a limit that goes', { ...text, maxLength: 8, pattern: 'a', format: 'uuid' }, text],
  ['a new value of an enum', { enum: ['a'] }, { enum: ['a', 'b'] }],
]

const HARMLESS_ANSWERS: Row[] = [
  ['a new property', open(text, 'a'), two.properties && { ...two, required: ['a', 'b'] }],
  ['a property that is always there', open(text), open(text, 'a')],
  ['a type fewer', maybe(text), text],
  ['a shorter text', text, { ...text, maxLength: 8 }],
  ['a new value of an enum', { enum: ['a'] }, { enum: ['a', 'b'] }],
  ['other words', { ...text, description: 'One', example: 'a' }, { ...text, description: 'Two' }],
]

test('what a client sends must still be taken', () => {
  for (const row of REQUESTS) assert.deepEqual(compare('request', row), row.slice(3), row[0])
})

test('what a client reads must be what it knows', () => {
  for (const row of ANSWERS) assert.deepEqual(compare('answer', row), row.slice(3), row[0])
})

test('what takes more, or gives less to reckon with, breaks nobody', () => {
  for (const row of HARMLESS_REQUESTS) assert.deepEqual(compare('request', row), [], row[0])
  for (const row of HARMLESS_ANSWERS) assert.deepEqual(compare('answer', row), [], row[0])
})

test('the same in other words is the same, both ways', () => {
  const same: Row[] = [
    ['null', { type: ['string', 'null'] }, maybe(text)],
    ['a value', { ...text, const: 'a' }, { enum: ['a'] }],
    ['values', { enum: ['a', 'b'] }, { oneOf: [{ const: 'a' }, { const: 'b' }] }],
    ['parts', two, { allOf: [open(text), { properties: { b: text } }] }],
    ['a name', { $ref: '#/components/schemas/Two' }, two],
  ]
  for (const [what, a, b] of same)
    for (const direction of ['request', 'answer'] as const) {
      assert.deepEqual(compare(direction, [what, a, b], { Two: two }), [], what)
      assert.deepEqual(compare(direction, [what, b, a], { Two: two }), [], what)
    }
})

test('a component is followed, and one that holds itself is compared once', () => {
  const Node = { $ref: '#/components/schemas/Node' }
  const tree = (schema: AnySchema) => ({
    Node: {
      type: 'object',
      properties: { label: schema, next: maybe(Node), all: { type: 'array', items: Node } },
    },
  })
  assert.deepEqual(compare('answer', ['', Node, Node], tree(text), tree(text)), [])
  assert.deepEqual(compare('answer', ['', Node, Node], tree(text), tree(number)), [
    'x.label may now be integer',
  ])
})
