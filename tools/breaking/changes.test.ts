import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOCUMENT } from '../../test/api-document.ts'
import { breakingChanges } from './changes.ts'
import type { OpenApi } from './document.ts'

type Node = Record<string, unknown>

/** The sample document with one change: `to` stands at the end of the path, or nothing does. */
function changed(path: readonly (string | number)[], to?: unknown): OpenApi {
  const document = structuredClone(DOCUMENT) as Node
  const last = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce<Node>((at, name) => at[name] as Node, document)
  if (to === undefined) delete parent[last]
  else parent[last] = to
  return document as unknown as OpenApi
}

const BEFORE = changed(['tags'])
const ME = ['paths', '/api/v1/me', 'get'] as const
const LIST = ['paths', '/api/v1/tablos', 'get'] as const
const CREATE = ['paths', '/api/v1/tablos', 'post'] as const
const [limit, cursor] = DOCUMENT.paths['/api/v1/tablos'].get.parameters
const needed = { name: 'q', in: 'query', required: true, schema: { type: 'string' } }
const basic = { type: 'http', scheme: 'basic' }

const BREAKING: [after: OpenApi, ...faults: string[]][] = [
  [changed(['paths', '/api/v1/me']), 'GET /api/v1/me is gone'],
  [changed(LIST), 'GET /api/v1/tablos is gone'],
  [changed([...ME, 'operationId'], 'whoAmI'), 'GET /api/v1/me: operationId is whoAmI, and was getMe'],
  [changed([...ME, 'responses', 200]), 'GET /api/v1/me: answer 200 is gone'],
  [
    changed([...ME, 'responses', 200, 'content'], { 'text/plain': {} }),
    'GET /api/v1/me: answer 200 is no longer application/json',
  ],
  [changed([...LIST, 'parameters'], [limit]), 'GET /api/v1/tablos: query parameter cursor is gone'],
  [
    changed([...LIST, 'parameters'], [limit, cursor, needed]),
    'GET /api/v1/tablos: query parameter q is now required',
  ],
  [
    changed([...LIST, 'parameters', 1, 'required'], true),
    'GET /api/v1/tablos: query parameter cursor is now required',
  ],
  [
    changed([...LIST, 'parameters', 0, 'schema', 'maximum'], 100),
    'GET /api/v1/tablos: query parameter limit has maximum 100, and had 200',
  ],
  [
    changed([...CREATE, 'requestBody', 'content'], { 'multipart/form-data': {} }),
    'POST /api/v1/tablos: body is no longer application/json',
  ],
  [changed([...CREATE, 'requestBody']), 'POST /api/v1/tablos: body is gone'],
  [changed([...ME, 'requestBody'], { required: true, content: {} }), 'GET /api/v1/me: body is now required'],
  [
    changed(['components', 'schemas', 'NewTablo', 'properties', 'color']),
    'POST /api/v1/tablos: body.color is gone',
  ],
  [
    changed(['components', 'schemas', 'Person', 'properties', 'name']),
    'GET /api/v1/me: answer 200.name is gone',
  ],
  [
    changed(['components', 'securitySchemes', 'token'], basic),
    ...[
      'GET /api/v1/me',
      'GET /api/v1/tablos',
      'POST /api/v1/tablos',
      'GET /api/v1/tablos/{tablo_id}/tasks',
      'POST /api/v1/tablos/{tablo_id}/files',
      'POST /api/v1/tasks/{task_id}/move',
    ].map(name => `${name}: http bearer is no longer enough`),
  ],
]

const HARMLESS: OpenApi[] = [
  BEFORE,
  changed(['info', 'description'], 'Other words'),
  changed(['paths', '/api/v1/new'], { get: { operationId: 'getNew', responses: {} } }),
  changed(['paths', '/api/v1/me', 'delete'], { operationId: 'deleteMe', responses: {} }),
  changed([...LIST, 'parameters'], [limit, cursor, { ...needed, required: false }]),
  changed([...LIST, 'parameters'], [cursor, limit]),
  changed([...ME, 'summary'], 'Other words'),
  changed([...ME, 'responses', 401]),
  changed([...ME, 'responses', 204], { description: 'Nobody' }),
  changed([...ME, 'security'], []),
  changed([...ME, 'security'], [{ token: [] }, { other: [] }]),
  changed(['components', 'schemas', 'Task', 'properties', 'due'], { type: 'string', format: 'date' }),
  changed(['components', 'schemas', 'Status', 'enum'], ['todo', 'in_progress', 'in_review', 'done', 'later']),
]

test('each change that breaks a client is named', () => {
  for (const [after, ...faults] of BREAKING) assert.deepEqual(breakingChanges(BEFORE, after), faults)
})

test('what is new, optional or only said in other words breaks nobody', () => {
  for (const after of HARMLESS) assert.deepEqual(breakingChanges(BEFORE, after), [])
})

test('a token where none was needed breaks, and so does another scope', () => {
  const nobody = changed([...ME, 'security'], [])
  assert.deepEqual(breakingChanges(nobody, BEFORE), ['GET /api/v1/me: no token is no longer enough'])
  const scoped = changed([...ME, 'security'], [{ token: ['read'] }])
  assert.deepEqual(breakingChanges(BEFORE, scoped), ['GET /api/v1/me: http bearer is no longer enough'])
})

test('a header of an answer that goes breaks, whatever its case', () => {
  const headers = (value: object) => changed([...ME, 'responses', 200, 'headers'], value)
  const link = { schema: { type: 'string' } }
  assert.deepEqual(breakingChanges(headers({ Link: link }), headers({ link })), [])
  assert.deepEqual(breakingChanges(headers({ Link: link }), headers({})), [
    'GET /api/v1/me: answer 200, header Link is gone',
  ])
})

test('a schema that many operations use is told at each', () => {
  const faults = breakingChanges(
    BEFORE,
    changed(['components', 'schemas', 'Tablo', 'required'], ['id', 'title']),
  )
  assert.deepEqual(faults, [
    'GET /api/v1/tablos: answer 200.items[].color may now be missing',
    'POST /api/v1/tablos: answer 201.color may now be missing',
  ])
})
