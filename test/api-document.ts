// An OpenAPI document as Xtablo's own is: bearer tokens, problem documents, examples, shared schemas. What reads any
// document (its linter, what finds breaking changes) is tested on it.

const json = (schema: string, example?: unknown) => ({
  'application/json': {
    schema: { $ref: `#/components/schemas/${schema}` },
    ...(example === undefined ? {} : { example }),
  },
})

const problems = (...statuses: (401 | 404 | 422)[]) =>
  Object.fromEntries(statuses.map(status => [status, { $ref: `#/components/responses/${NAMES[status]}` }]))
const NAMES = { 401: 'Unauthenticated', 404: 'NotFound', 422: 'Invalid' }

const idIn = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
  example: TABLO.id,
})

const PERSON = {
  id: '019b1c5e-7d1a-7000-8000-000000000001',
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  language: null,
}
const TABLO = { id: '019b1c5e-7d1a-7000-8000-000000000002', title: 'Spring catalogue', color: 'teal' }
const TASK = {
  id: '019b1c5e-7d1a-7000-8000-000000000003',
  title: 'Choose the paper',
  status: 'todo',
  labels: ['print'],
}
const UPLOAD = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary' },
    shared: { type: 'boolean' },
    labels: { type: 'array', items: { type: 'string' } },
  },
}

/** A document that Redocly’s recommended rules find nothing in. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Xtablo',
    version: '0.1.0',
    description: 'Everything that the pages can do, for programs.',
    license: { name: 'Proprietary', url: 'https://example.org/licence' },
  },
  servers: [{ url: '/', description: 'This Xtablo' }],
  security: [{ token: [] }],
  tags: [
    { name: 'People', description: 'Who is asking.' },
    { name: 'Tablos', description: 'A Tablo holds a project.' },
    { name: 'Files', description: 'What people put there.' },
    { name: 'Tasks', description: 'What is to be done in a Tablo.' },
  ],
  paths: {
    '/api/v1/me': {
      get: {
        operationId: 'getMe',
        tags: ['People'],
        summary: 'Who the token belongs to',
        responses: { 200: { description: 'The person', content: json('Person', PERSON) }, ...problems(401) },
      },
    },
    '/api/v1/tablos': {
      get: {
        operationId: 'listTablos',
        tags: ['Tablos'],
        summary: 'List the Tablos that you may see',
        parameters: [
          {
            name: 'limit',
            in: 'query',
            description: 'How many to give at most.',
            schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
          },
          { name: 'cursor', in: 'query', description: 'Where to go on.', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'A page of Tablos',
            content: json('TabloPage', { items: [TABLO], next: null }),
          },
          ...problems(401, 422),
        },
      },
      post: {
        operationId: 'createTablo',
        tags: ['Tablos'],
        summary: 'Create a Tablo',
        requestBody: { required: true, content: json('NewTablo', { title: TABLO.title, color: 'teal' }) },
        responses: {
          201: { description: 'The new Tablo', content: json('Tablo', TABLO) },
          ...problems(401, 422),
        },
      },
    },
    '/api/v1/tablos/{tablo_id}/tasks': {
      parameters: [idIn('tablo_id')],
      get: {
        operationId: 'listTasks',
        tags: ['Tasks'],
        summary: 'List the tasks of a Tablo',
        description: 'By status, then by position.',
        responses: {
          200: { description: 'Its tasks', content: json('TaskPage', { items: [TASK], next: null }) },
          ...problems(401, 404),
        },
      },
    },
    '/api/v1/tablos/{tablo_id}/files': {
      parameters: [idIn('tablo_id')],
      post: {
        operationId: 'uploadFile',
        tags: ['Files'],
        summary: 'Upload a file',
        description:
          'The type is told from the **first bytes**:\n\n- not from the name\n- nor from `Content-Type`',
        requestBody: { required: true, content: { 'multipart/form-data': { schema: UPLOAD } } },
        responses: { 201: { description: 'Kept' }, ...problems(401, 404) },
      },
    },
    '/api/v1/tasks/{task_id}/move': {
      parameters: [idIn('task_id')],
      post: {
        operationId: 'moveTask',
        tags: ['Tasks'],
        summary: 'Move a task to another place or column',
        requestBody: { required: true, content: json('Move', { status: 'in_progress', after: null }) },
        responses: {
          200: { description: 'The task where it is now', content: json('Task', TASK) },
          ...problems(401, 404, 422),
        },
      },
    },
  },
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'A personal token or an access token.' },
    },
    responses: {
      Unauthenticated: { description: 'No token, or one that does not count', content: problem() },
      NotFound: { description: 'Nothing here, or nothing that you may see', content: problem() },
      Invalid: { description: 'Some of it needs another look', content: problem() },
    },
    schemas: {
      Person: {
        type: 'object',
        required: ['id', 'name', 'email', 'language'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          name: { type: 'string' },
          email: { type: 'string', format: 'email' },
          language: { type: ['string', 'null'], enum: ['en', 'fr', null] },
        },
      },
      Color: { type: 'string', enum: ['slate', 'red', 'amber', 'green', 'teal', 'blue', 'violet', 'pink'] },
      Status: { type: 'string', enum: ['todo', 'in_progress', 'in_review', 'done'] },
      NewTablo: {
        type: 'object',
        additionalProperties: false,
        required: ['title'],
        properties: {
          title: { type: 'string', minLength: 1, maxLength: 200 },
          color: { $ref: '#/components/schemas/Color' },
        },
      },
      Tablo: {
        type: 'object',
        required: ['id', 'title', 'color'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          title: { type: 'string' },
          color: { $ref: '#/components/schemas/Color' },
        },
      },
      TabloPage: pageOf('Tablo'),
      Task: {
        type: 'object',
        required: ['id', 'title', 'status', 'labels'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          title: { type: 'string', description: 'In a few words.' },
          status: { $ref: '#/components/schemas/Status' },
          labels: { type: 'array', items: { type: 'string' } },
        },
      },
      TaskPage: pageOf('Task'),
      Move: {
        type: 'object',
        additionalProperties: false,
        required: ['status', 'after'],
        properties: {
          status: { $ref: '#/components/schemas/Status' },
          after: { oneOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] },
        },
      },
      Problem: {
        type: 'object',
        required: ['type', 'title', 'status', 'request_id'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          request_id: { type: 'string' },
        },
      },
    },
  },
}

function problem() {
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
}

function pageOf(name: string) {
  return {
    type: 'object',
    required: ['items', 'next'],
    properties: {
      items: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
      next: { type: ['string', 'null'] },
    },
  }
}
