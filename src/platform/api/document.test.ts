import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiWeb } from '../../../test/api.ts'
import { createApi } from '../../api.ts'
import { guards } from '../../guards.ts'
import { root } from '../root.ts'

interface Media {
  schema: { $ref?: string; format?: string; properties?: Record<string, { format?: string }> }
  example?: unknown
}
interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security?: unknown[]
  parameters?: { name: string; in: string; description?: string; required?: boolean }[]
  requestBody?: { required: boolean; content: Record<string, Media> }
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>
}

const { web, nobody } = await apiWeb()
type Needed = Parameters<typeof createApi>[0]
const { api } = createApi({
  ...web.deps,
  callers: {} as Needed['callers'],
  limits: {} as Needed['limits'],
})
const { body: document } = await nobody.get('/openapi.json')
const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
)

test('it is OpenAPI 3.1, the one that is committed, and needs no token', async () => {
  assert.match(document.openapi, /^3\.1\./)
  assert.deepEqual(document, JSON.parse(readFileSync(join(root, 'api/openapi.json'), 'utf8')))
  const { headers } = await nobody.get('/openapi.json')
  assert.deepEqual(
    [headers.get('Content-Type'), headers.get('Cache-Control')],
    ['application/json', 'public, no-cache'],
  )
})

test('every route of the API is in the document, and everything in the document has a route', () => {
  const routed = new Map<string, number>()
  for (const { method, path } of api.routes) {
    if (method === 'ALL') continue
    const place = `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
    routed.set(place, (routed.get(place) ?? 0) + 1)
  }
  // The document does not speak of itself.
  routed.delete('GET /api/v1/openapi.json')
  const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  assert.deepEqual([...routed.keys()].sort(), described.sort())
})

test('what is described is answered by more than those who guard it', async () => {
  for (const { method, path } of operations) {
    const handlers = api.routes.filter(
      route => route.method === method.toUpperCase() && route.path === path.replaceAll(/\{(\w+)\}/g, ':$1'),
    )
    const answering = handlers.at(-1)?.handler
    assert.ok(answering && !/next\(/.test(String(answering)), `${method} ${path}`)
  }
})

test('every operation has an id of its own, a summary, and a tag that is described', () => {
  const ids = operations.map(({ operationId }) => operationId)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids.toSorted(), Object.keys(guards).sort())
  const tags = new Map(
    document.tags.map((tag: { name: string; description: string }) => [tag.name, tag.description]),
  )
  for (const { operationId, summary, tags: named } of operations) {
    assert.match(operationId, /^[a-z][A-Za-z]+$/)
    assert.match(summary, /^[A-Z].+[^.]$/, operationId)
    assert.equal(named.length, 1, operationId)
    for (const name of named) assert.ok(tags.get(name), `${operationId} ${name}`)
  }
  assert.deepEqual([...tags.keys()].sort(), [...new Set(operations.flatMap(({ tags }) => tags))].sort())
})

test('every body has an example, of its own or through its schema, and every parameter is described', () => {
  const isBytes = ({ schema }: Media) =>
    schema.format === 'binary' ||
    Object.values(schema.properties ?? {}).some(({ format }) => format === 'binary')
  for (const { operationId, requestBody, responses, parameters = [] } of operations) {
    const bodies = [requestBody, ...Object.values(responses)].flatMap(each =>
      Object.values(each?.content ?? {}),
    )
    for (const media of bodies.filter(each => !isBytes(each))) {
      const name = media.schema.$ref?.replace('#/components/schemas/', '') ?? ''
      assert.ok(media.example ?? document.components.schemas[name]?.example, `${operationId} ${name}`)
    }
    if (requestBody) assert.equal(requestBody.required, true, operationId)
    for (const { name, description } of parameters) assert.ok(description, `${operationId} ${name}`)
  }
})

test('every error that an operation can give is in it, and is a problem', () => {
  for (const { operationId, method, path, requestBody, responses, security } of operations) {
    const guard = guards[operationId] ?? assert.fail(operationId)
    const open = guard === 'nobody'
    const expected = {
      400: method !== 'get',
      401: !open || operationId === 'signIn' || operationId === 'refreshTokens',
      403: ['signIn', 'listInvitations'].includes(operationId) || !open,
      404: path.includes('{') || operationId === 'acceptInvitation' || (!open && guard.role === 'admin'),
      409: (method === 'post' && !open) || ['changeMember', 'removeMember', 'closeMe'].includes(operationId),
      413: method !== 'get',
      415: requestBody !== undefined,
      422: true,
      429: ['signIn', 'createInvitation', 'resendInvitation', 'closeMe'].includes(operationId),
      500: true,
      503: true,
    }
    for (const [status, can] of Object.entries(expected))
      assert.equal(status in responses, can, `${operationId} ${status}`)
    assert.equal(security?.length === 0, open, operationId)
    for (const [status, { description, content }] of Object.entries(responses)) {
      assert.ok(description, `${operationId} ${status}`)
      if (Number(status) < 400 || status === '416') continue
      assert.equal(content?.['application/problem+json']?.schema.$ref, '#/components/schemas/Problem')
    }
  }
})

test('the headers that an answer has are said', () => {
  const headersOf = (id: string, status: number) =>
    Object.keys(
      operations.find(({ operationId }) => operationId === id)?.responses[status]?.headers ?? {},
    ).sort()
  assert.deepEqual(headersOf('createTask', 201), ['ETag', 'Idempotency-Replayed', 'Location'])
  assert.deepEqual(headersOf('listTasks', 200), ['ETag', 'Link'])
  assert.deepEqual(headersOf('getTask', 304), ['ETag'])
  assert.deepEqual(headersOf('signIn', 429), ['RateLimit', 'RateLimit-Policy', 'Retry-After'])
  assert.deepEqual(headersOf('getMe', 401), ['WWW-Authenticate'])
  assert.deepEqual(headersOf('getMe', 503), ['Retry-After'])
})

test('each that takes a key or a tag says so', () => {
  for (const { operationId, method, responses, parameters = [] } of operations) {
    const names = parameters.filter(each => each.in === 'header').map(({ name }) => name)
    const keyed = method === 'post' && guards[operationId] !== 'nobody'
    assert.equal(names.includes('Idempotency-Key'), keyed, operationId)
    assert.equal(names.includes('If-Match'), '412' in responses, operationId)
    assert.equal(names.includes('If-None-Match'), method === 'get', operationId)
  }
})
