// A schema as the list of what a value may be. References are followed, `allOf` is one schema, and `oneOf`, `anyOf` and
// several types are told apart, so that two documents that say the same in other words compare as the same.

import { type AnySchema, type Keywords, type OpenApi, resolve, type Schema } from './document.ts'

export interface Variant extends Keywords {
  /** Undefined where any type will do */
  type?: string | undefined
  /** The component that it came from: where a schema holds itself, the comparison ends by it */
  from?: string | undefined
}

/** What a value of this schema may be, each of one type. */
export function variantsOf(document: OpenApi, schema: AnySchema): Variant[] {
  const { oneOf, anyOf, ...own } = flatten(document, schema)
  const options = oneOf ?? anyOf
  if (options) return options.flatMap(option => variantsOf(document, merge(own, flatten(document, option))))
  const values = own.enum ?? ('const' in own ? [own.const] : undefined)
  return typesOf(own, values).map(type => {
    const { const: _, ...rest } = own
    if (!values) return { ...rest, type }
    return { ...rest, type, enum: values.filter(value => covers(type, typeOf(value))) }
  })
}

/** Whether every value of the type `part` is one of the type `whole`. */
export const covers = (whole: string | undefined, part: string | undefined): boolean =>
  whole === undefined || whole === part || (whole === 'number' && part === 'integer')

function flatten(document: OpenApi, schema: AnySchema): Schema {
  if (typeof schema === 'boolean') return {}
  const { $ref, allOf = [], ...own } = schema
  const target = $ref === undefined ? {} : { ...flatten(document, resolve(document, { $ref })), from: $ref }
  return allOf.reduce<Schema>((whole, part) => merge(whole, flatten(document, part)), merge(target, own))
}

function merge(a: Schema, b: Schema): Schema {
  const merged: Schema = { ...a, ...b }
  if (a.required && b.required) merged.required = [...new Set([...a.required, ...b.required])]
  if (a.properties && b.properties) {
    const { properties } = a
    const both = Object.entries(b.properties).map(([name, schema]) => {
      const other = properties[name]
      return [name, other === undefined ? schema : { allOf: [other, schema] }] as const
    })
    merged.properties = { ...properties, ...Object.fromEntries(both) }
  }
  return merged
}

function typesOf({ type, properties, items }: Schema, values: unknown[] | undefined): (string | undefined)[] {
  if (type !== undefined) return [type].flat()
  if (values) return [...new Set(values.map(typeOf))]
  if (properties) return ['object']
  return [items === undefined ? undefined : 'array']
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}
