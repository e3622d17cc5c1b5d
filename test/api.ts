// A person's program, as the API sees one: it bears a token of theirs, sends JSON and reads it.

import assert from 'node:assert/strict'
import type { Person } from '../src/accounts/actor.ts'
import { createPersonalToken } from '../src/accounts/personal-tokens.ts'
import type { TokenScope } from '../src/accounts/schema.ts'
import type { ProblemCode } from '../src/platform/api/problems.ts'
import { type TestApp, testApp } from './app.ts'
import { ADDRESS, type Cast, cast } from './cast.ts'
import { testDatabase } from './database.ts'

type Headers = Readonly<Record<string, string>>
type Bytes = string | Uint8Array<ArrayBuffer> | ReadableStream | FormData

export type ApiAnswer = Awaited<ReturnType<Program['send']>>

export class Program {
  readonly #web: TestApp
  readonly #token: string | undefined
  /** Sent with every request. */
  headers: Headers = {}

  constructor(web: TestApp, token?: string) {
    this.#web = web
    this.#token = token
  }

  get = (path: string, headers: Headers = {}) => this.send('GET', path, undefined, headers)
  delete = (path: string, headers: Headers = {}) => this.send('DELETE', path, undefined, headers)
  post = (path: string, body?: unknown, headers: Headers = {}) => this.sendJson('POST', path, body, headers)
  patch = (path: string, body?: unknown, headers: Headers = {}) => this.sendJson('PATCH', path, body, headers)

  sendJson(method: string, path: string, body: unknown, headers: Headers = {}) {
    if (body === undefined) return this.send(method, path, undefined, headers)
    return this.send(method, path, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers })
  }

  /** Sends exactly what is given, with the token. A path of the API, unless it begins with its root. */
  async send(method: string, path: string, body?: Bytes, headers: Headers = {}) {
    const url = new URL(
      /^\/(api|\.well-known)(\/|$)/.test(path) ? path : `/api/v1${path}`,
      this.#web.deps.config.baseUrl,
    )
    const request = new Request(url, {
      method,
      headers: {
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body, duplex: 'half' }),
    })
    const socket = { remoteAddress: '127.0.0.1', remoteFamily: 'IPv4' }
    const response = await this.#web.app.fetch(request, { incoming: { socket } })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }

  /** Every item of a list, or those from a cursor on, asked for page by page. */
  async all(path: string, limit = 200) {
    const items = []
    const url = new URL(path, 'http://list')
    url.searchParams.set('limit', String(limit))
    for (let next: string | null = null; ; url.searchParams.set('cursor', next)) {
      const { body } = await this.get(url.pathname + url.search)
      items.push(...body.items)
      assert.notEqual(body.next, url.searchParams.get('cursor') ?? '', 'a page that leads to itself')
      next = body.next
      if (next === null) return items
    }
  }
}

/** The application on a database of its own with the cast in it, and a program for each of them. */
export async function apiWeb(
  ...[environment, replaced]: Parameters<typeof testApp> extends [unknown, ...infer R] ? R : never
) {
  const database = await testDatabase()
  const web = testApp(database, environment, replaced)
  const people = await cast(database)
  const programOf = (person: Person, scope?: TokenScope) => programFor(web, person, scope)
  const programs = {} as Record<keyof Cast, Program>
  for (const [name, person] of Object.entries(people)) programs[name as keyof Cast] = await programOf(person)
  return {
    database,
    db: database.db,
    pool: database.pool,
    web,
    people,
    programOf,
    nobody: new Program(web),
    ...programs,
  }
}

/** A program with a personal token. */
export async function programFor(
  web: TestApp,
  person: Person,
  scope: TokenScope = 'write',
): Promise<Program> {
  const token = await createPersonalToken(web.deps.db, person, { name: 'Tests', scope, days: 30 }, ADDRESS)
  return new Program(web, token)
}

/** Holds an answer to being a problem of this kind, of which these fields are the reason. */
export function assertProblem(
  { status, headers, body }: ApiAnswer,
  code: ProblemCode,
  fields: Record<string, string> | readonly string[] = [],
): void {
  assert.equal(body?.type, `urn:xtablo:problem:${code}`, JSON.stringify(body))
  assert.equal(body.status, status)
  assert.equal(headers.get('Content-Type'), 'application/problem+json')
  assert.equal(headers.get('Cache-Control'), 'no-store')
  assert.equal(body.request_id, headers.get('X-Request-Id'))
  assert.ok(body.title && body.detail)
  const errors: { field: string; message: string }[] = body.errors ?? []
  if (Array.isArray(fields))
    assert.deepEqual(
      errors.map(({ field }) => field),
      fields,
    )
  else assert.deepEqual(Object.fromEntries(errors.map(({ field, message }) => [field, message])), fields)
}
