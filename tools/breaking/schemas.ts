// Two schemas, and who writes the values decides what breaks. What a client sends must still be taken, so a request may
// only grow wider; what it reads must be what it knows, so an answer may only grow narrower. Both are one question: is
// each thing that a value may be (`part`) among those that the other side reckons with (`whole`)?
//
// As oasdiff has it, a new value in an answer's enum is no error: clients are told to expect values that they don't know,
// and otherwise every new kind of activity would be a new version. A removed request property is one here, because an
// unknown field is refused.

import type { AnySchema, OpenApi } from './document.ts'
import { covers, type Variant, variantsOf } from './variants.ts'

export interface Comparison {
  before: OpenApi
  after: OpenApi
  direction: 'request' | 'answer'
  /** Pairs of components that are being compared further up */
  open?: readonly string[]
}

const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
/** Any change of these breaks a request, but their end does not. */
const EXACT = ['pattern', 'multipleOf', 'uniqueItems']

/** What breaks a client between two schemas of a value; each fault begins with `at`, which names the value. */
export function compareSchemas(c: Comparison, at: string, before: AnySchema, after: AnySchema): string[] {
  const [old, now] = [variantsOf(c.before, before), variantsOf(c.after, after)]
  const request = c.direction === 'request'
  const [parts, whole] = request ? [old, now] : [now, old]
  return unique(
    parts.flatMap(part => {
      const able = whole.filter(({ type }) => covers(type, part.type))
      const name = part.type ?? 'any value'
      if (able.length === 0) return [`${at} ${request ? 'can no longer be' : 'may now be'} ${name}`]
      const pairs = able.map(other =>
        request ? comparePair(c, at, part, other) : comparePair(c, at, other, part),
      )
      const closest = pairs.reduce((best, faults) => (faults.length < best.length ? faults : best))
      return [...(request ? refusedValues(at, part, able) : []), ...closest]
    }),
  )
}

function refusedValues(at: string, before: Variant, after: Variant[]): string[] {
  if (after.some(variant => variant.enum === undefined)) return []
  const taken = after.flatMap(variant => variant.enum ?? []).map(value => JSON.stringify(value))
  if (before.enum === undefined) return [`${at} can now only be ${taken.join(', ')}`]
  const refused = before.enum.map(value => JSON.stringify(value)).filter(value => !taken.includes(value))
  return refused.length > 0 ? [`${at} can no longer be ${refused.join(', ')}`] : []
}

function comparePair(c: Comparison, at: string, before: Variant, after: Variant): string[] {
  const pair = `${before.from} ${after.from}`
  const { open = [] } = c
  if (before.from !== undefined && open.includes(pair)) return []
  const inner = { ...c, open: [...open, pair] }
  return [
    ...compareLimits(c, at, before, after),
    ...compareProperties(inner, at, before, after),
    ...compareItems(inner, at, before, after),
  ]
}

function compareLimits({ direction }: Comparison, at: string, before: Variant, after: Variant): string[] {
  const request = direction === 'request'
  const [part, whole] = request ? [before, after] : [after, before]
  const exceeds = (name: string, sign: 1 | -1) => {
    const [limit, bound] = [numberOf(part, name), numberOf(whole, name)]
    return bound !== undefined && (limit === undefined || sign * limit > sign * bound)
  }
  const changed = [
    ...UPPER.filter(name => exceeds(name, 1)),
    ...LOWER.filter(name => exceeds(name, -1)),
    ...['format'].filter(name => whole[name] !== undefined && whole[name] !== part[name]),
    ...(request ? EXACT.filter(name => after[name] && after[name] !== before[name]) : []),
  ]
  if (request && !same(before.default, after.default)) changed.push('default')
  return changed.map(name => `${at} has ${name} ${said(after[name])}, and had ${said(before[name])}`)
}

function compareProperties(c: Comparison, at: string, before: Variant, after: Variant): string[] {
  const request = c.direction === 'request'
  const [old, now] = [before.properties ?? {}, after.properties ?? {}]
  const needed = (variant: Variant, name: string) => variant.required?.includes(name) ?? false
  const faults = Object.entries(old).flatMap(([name, schema]) => {
    const place = `${at}.${name}`
    const current = now[name]
    if (current === undefined) return [`${place} is gone`]
    const missing = !request && needed(before, name) && !needed(after, name)
    return [...(missing ? [`${place} may now be missing`] : []), ...compareSchemas(c, place, schema, current)]
  })
  if (request) {
    const names = (after.required ?? []).filter(
      name => !needed(before, name) && !hasDefault(c.after, now[name]),
    )
    faults.push(...names.map(name => `${at}.${name} is now required`))
  }
  return [...faults, ...compareOthers(c, at, before.additionalProperties, after.additionalProperties)]
}

/** Properties that have no name in the schema. */
function compareOthers(c: Comparison, at: string, before?: AnySchema, after?: AnySchema): string[] {
  const open = c.direction === 'request' ? before !== false : typeof before === 'object'
  if (open && after === false) return [`${at} can no longer have other properties`]
  if (typeof before !== 'object' || typeof after !== 'object') return []
  return compareSchemas(c, `${at}.*`, before, after)
}

function compareItems(c: Comparison, at: string, before: Variant, after: Variant): string[] {
  const faults = (before.prefixItems ?? []).flatMap((schema, index) =>
    compareSchemas(c, `${at}[${index}]`, schema, after.prefixItems?.[index] ?? true),
  )
  if (before.items === undefined && after.items === undefined) return faults
  return [...faults, ...compareSchemas(c, `${at}[]`, before.items ?? true, after.items ?? true)]
}

const hasDefault = (document: OpenApi, schema: AnySchema | undefined) =>
  schema !== undefined && variantsOf(document, schema).some(variant => variant.default !== undefined)

function numberOf(variant: Variant, name: string): number | undefined {
  const value = variant[name]
  return typeof value === 'number' ? value : undefined
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const said = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))
const unique = (faults: string[]) => [...new Set(faults)]
