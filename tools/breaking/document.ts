// What of an OpenAPI 3.1 document the comparison reads, and how a `$ref` into it is followed.

export interface Keywords {
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, AnySchema>
  required?: string[]
  additionalProperties?: AnySchema
  items?: AnySchema
  prefixItems?: AnySchema[]
  [keyword: string]: unknown
}

export interface Schema extends Keywords {
  $ref?: string
  type?: string | string[]
  allOf?: AnySchema[]
  oneOf?: AnySchema[]
  anyOf?: AnySchema[]
}
export type AnySchema = Schema | boolean

interface Referable {
  $ref?: string
}

export interface Media {
  schema?: AnySchema
}

export interface Parameter extends Referable {
  name?: string
  in?: string
  required?: boolean
  schema?: AnySchema
  content?: Record<string, Media>
}

export interface Body extends Referable {
  required?: boolean
  content?: Record<string, Media>
}

export interface Answer extends Referable {
  content?: Record<string, Media>
  headers?: Record<string, Parameter>
}

export type Security = Record<string, string[]>

export interface Operation {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: Body
  responses?: Record<string, Answer>
  security?: Security[]
}

export interface Path extends Record<string, unknown> {
  parameters?: Parameter[]
}

export interface Scheme extends Referable {
  type?: string
  scheme?: string
  in?: string
  name?: string
}

export interface OpenApi {
  info: { version: string }
  paths?: Record<string, Path>
  security?: Security[]
  components?: { securitySchemes?: Record<string, Scheme> }
}

/** The thing itself, where a `$ref` into the document stands for it. Throws when it leads nowhere. */
export function resolve<T extends object>(document: OpenApi, thing: T & Referable): T {
  if (thing.$ref === undefined) return thing
  if (!thing.$ref.startsWith('#/')) throw new Error(`${thing.$ref} leads out of the document`)
  const names = thing.$ref.slice(2).split('/').map(decode)
  const found = names.reduce<unknown>(
    (at, name) => (at as Record<string, unknown> | undefined)?.[name],
    document,
  )
  if (typeof found !== 'object' || found === null) throw new Error(`${thing.$ref} leads nowhere`)
  return resolve(document, found as T)
}

const decode = (name: string) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
