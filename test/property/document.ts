// What the document promises, as a reader of it alone knows it: the operations, what each takes, and how each may be
// answered. Nothing here looks at the code that serves them.

import { z } from 'zod'

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: (string | number | null)[]
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  schema: Schema
}

export interface Response {
  headers?: Record<string, unknown>
  content?: Record<string, { schema: Schema }>
}

export interface Operation {
  id: string
  method: string
  path: string
  description: string
  parameters: Parameter[]
  /** Schemas by content type, in their own words: no $ref at the top */
  bodies: Record<string, Schema>
  responses: Record<string, Response>
}

type Described = {
  operationId: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, Response>
}

interface Document {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema> }
}

export type Read = Awaited<ReturnType<typeof readDocument>>

/** Reads the document that is served there. */
export async function readDocument(origin: string) {
  const document = (await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as Document
  const { schemas } = document.components
  const nameOf = (schema: Schema) => schema.$ref?.split('/').at(-1)
  const resolved = (schema: Schema): Schema => schemas[nameOf(schema) ?? ''] ?? schema

  const operations: Operation[] = []
  for (const [path, methods] of Object.entries(document.paths))
    for (const [
      method,
      { operationId: id, description = '', parameters = [], requestBody, responses },
    ] of Object.entries(methods)) {
      const types = Object.entries(requestBody?.content ?? {})
      const bodies = Object.fromEntries(types.map(([type, { schema }]) => [type, resolved(schema)]))
      operations.push({ id, method: method.toUpperCase(), path, description, parameters, bodies, responses })
    }

  // The document leaves room for fields to come; here one that nobody declared is a leak.
  const closed = (_: string, part: unknown) =>
    typeof part === 'object' && part !== null && 'properties' in part && 'type' in part
      ? { additionalProperties: false, ...part }
      : part
  const local = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'), closed)
  const $defs = local(schemas)
  const validators = new Map<Schema, z.ZodType>()
  /** What is wrong with a value, by the schema. */
  function faultOf(schema: Schema, value: unknown): string | undefined {
    let validator = validators.get(schema)
    if (!validator) {
      validator = z.fromJSONSchema({ ...local(schema), $defs })
      validators.set(schema, validator)
    }
    const { error } = validator.safeParse(value)
    return error && z.prettifyError(error)
  }

  /** The name of the schema of what an operation is answered, and of the items of a list: `Task` for both. */
  function itemOf({ responses }: Operation, status: number): string | undefined {
    const schema = responses[status]?.content?.['application/json']?.schema
    const items = schema && resolved(schema).properties?.items?.items
    return items ? nameOf(items) : schema && nameOf(schema)
  }

  return { operations, resolved, faultOf, itemOf }
}
