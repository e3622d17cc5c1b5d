// The document of the API, OpenAPI 3.1: what the operations declare, and for each what follows from its kind: who may
// call it, which headers it takes and gives, and every error it can give. A test holds real answers against it.

import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Env } from 'hono'
import { z } from 'zod'
import { exampleOf, problemSchema } from './problems.ts'

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>
type Responses = Record<string, { description: string; headers?: object; content?: object }>

interface Guard {
  readonly scope: 'read' | 'write'
  readonly role?: string
  readonly tablo?: string
}

export interface Described {
  readonly title: string
  readonly version: string
  readonly description: string
  readonly tags: readonly { name: string; description: string }[]
  /** Who may call each operation */
  readonly guards: Readonly<Record<string, Guard | 'nobody'>>
}

/** The generator's types are those of 3.0, which has no identifier. */
const LICENSE = { name: 'Proprietary', identifier: 'LicenseRef-Xtablo' }

const METHODS = ['get', 'post', 'patch', 'delete'] as const

const ERRORS: Record<number, string> = {
  400: 'The body can’t be read',
  401: 'There is no token, or none that is good',
  403: 'It is there, and not yours to change; the token may only read; or a second factor is required first',
  404: 'It does not exist, or not for you',
  408: 'The body stopped coming',
  409: 'What is there does not allow it now',
  412: 'It has changed since the version that `If-Match` names',
  413: 'The body is too large',
  415: 'The body is of another kind than the ones below',
  422: 'A field is refused, or an `Idempotency-Key` was used for something else',
  429: 'Too many attempts',
  500: 'A fault of ours',
  503: 'Not ready; `Retry-After` says when to try again',
}

const header = (description: string, type: 'string' | 'integer' = 'string') => ({
  description,
  schema: { type },
})

const HEADERS = {
  ETag: header('The version of what is answered.'),
  Link: header('The address of the next page, when there is one.'),
  Location: header('The address of what was made.'),
  'Retry-After': header('Seconds after which it is worth trying again.', 'integer'),
  'Idempotency-Replayed': header('`true` when this was answered before, to the same key.'),
  'WWW-Authenticate': header('What kind of token is asked for.'),
  'RateLimit-Policy': header('How many attempts there are, in how many seconds.'),
  RateLimit: header('How many attempts are left, and in how many seconds there are more.'),
}

/** Without an example, which whoever tries an operation would send. */
const parameter = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: false,
  description,
  schema: { type: 'string' as const },
})

const IDEMPOTENCY_KEY = {
  ...parameter(
    'Idempotency-Key',
    'Any text of yours: sent again with it within a day, the same request is done once.',
  ),
  schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
}
const IF_MATCH = parameter(
  'If-Match',
  'The ETag that was read, such as `"3"`: done only if nothing has changed since.',
)
const IF_NONE_MATCH = parameter(
  'If-None-Match',
  'The ETag of what you have, such as `"3"`: 304 when that is still so.',
)

/** The document of everything that is routed there. */
export function describe<E extends Env>(api: OpenAPIHono<E>, described: Described): Document {
  const { title, version, description, tags, guards } = described
  // The registry would take only schemas that were made after its library was loaded.
  const { $schema: _, ...problem } = z.toJSONSchema(problemSchema)
  api.openAPIRegistry.registerComponent('schemas', 'Problem', problem as object)
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token from `signIn`, or a personal token, which begins with `xtb_`.',
  })
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title, version, description, license: LICENSE },
    servers: [{ url: '/', description: 'This Xtablo' }],
    tags: [...tags],
    security: [{ token: [] }],
  })
  for (const path of Object.values(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = path[method]
      const guard = guards[operation?.operationId ?? '']
      if (operation && guard) complete(operation, method, guard)
    }
  delete document.webhooks
  openAnswers(document)
  return document
}

/** What is sent is held to its fields; to what is answered some may be added, so whoever reads it must bear more. */
function openAnswers({ paths = {}, components }: Document): void {
  const sent = JSON.stringify(
    Object.values(paths).flatMap(path => METHODS.map(method => path[method]?.requestBody)),
  )
  for (const [name, schema] of Object.entries(components?.schemas ?? {}))
    if (!sent.includes(`#/components/schemas/${name}"`)) open(schema)
}

function open(part: unknown): void {
  if (typeof part !== 'object' || part === null) return
  const schema = part as Record<string, unknown>
  if (schema.additionalProperties === false) delete schema.additionalProperties
  for (const inside of Object.values(schema)) open(inside)
}

function complete(operation: Operation, method: (typeof METHODS)[number], guard: Guard | 'nobody'): void {
  const responses = operation.responses as Responses
  const names = new Set((operation.parameters ?? []).map(each => 'in' in each && each.in))
  const keyed = method === 'post' && guard !== 'nobody'
  const held = '412' in responses
  const errors = new Set([
    ...Object.keys(responses)
      .map(Number)
      .filter(status => status >= 400 && status !== 416),
    ...(guard === 'nobody' ? [] : [401, 403]),
    ...(names.has('path') || (guard !== 'nobody' && guard.role) ? [404] : []),
    ...(operation.requestBody ? [415] : []),
    ...(keyed ? [409] : []),
    ...(method === 'get' ? [] : [400, 413]),
    422,
    500,
    503,
  ])
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...(keyed ? [IDEMPOTENCY_KEY] : []),
    ...(held ? [IF_MATCH] : []),
    ...(method === 'get' ? [IF_NONE_MATCH] : []),
  ]
  if (guard === 'nobody') operation.security = []
  else operation.description = [operation.description, needed(guard)].filter(Boolean).join('\n\n')
  for (const [status, response] of Object.entries(responses))
    decorate(Number(status), response, operation, keyed)
  if (method === 'get') responses['304'] = { description: 'You have it', headers: { ETag: HEADERS.ETag } }
  for (const status of errors) responses[status] = problemOf(status, operation.operationId ?? '')
}

/** What a caller must be, in words. */
function needed({ scope, role, tablo }: Guard): string {
  const token = scope === 'write' ? 'Needs a token that may write.' : 'Any token will do.'
  if (role !== undefined) return `${token} For admins; for anybody else it does not exist.`
  if (tablo === undefined) return token
  return tablo === 'viewer'
    ? `${token} For members of the Tablo.`
    : `${token} For ${tablo}s of the Tablo${tablo === 'editor' ? ', and owners' : ''}.`
}

function decorate(
  status: number,
  response: Responses[string],
  { parameters = [] }: Operation,
  keyed: boolean,
): void {
  if (status >= 300 || !response.content) return
  const has = (name: string) => parameters.some(each => 'name' in each && each.name === name)
  // What was read or made has a tag, and so has what a change can be held to.
  const tagged = status === 201 || has('If-None-Match') || has('If-Match')
  response.headers = {
    ...(status === 201 && { Location: HEADERS.Location }),
    ...(has('cursor') && { Link: HEADERS.Link }),
    ...(keyed && { 'Idempotency-Replayed': HEADERS['Idempotency-Replayed'] }),
    ...(tagged && { ETag: HEADERS.ETag }),
    ...response.headers,
  }
}

function problemOf(status: number, operationId: string): Responses[string] {
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': HEADERS['WWW-Authenticate'] }),
    ...((status === 429 || status === 503) && { 'Retry-After': HEADERS['Retry-After'] }),
    ...(status === 429 && { RateLimit: HEADERS.RateLimit, 'RateLimit-Policy': HEADERS['RateLimit-Policy'] }),
  }
  const description =
    operationId === 'signIn' && status === 401
      ? 'The e-mail address or the password is not right'
      : (ERRORS[status] ?? '')
  return {
    description,
    ...(Object.keys(headers).length > 0 && { headers }),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        example: exampleOf(status),
      },
    },
  }
}
