// The client: one object through which everything goes, made from a token or from a sign-in.

import createFetch from 'openapi-fetch'
import { type Connection, connection, type Fetch, newKey } from './connection.ts'
import { errorOf } from './errors.ts'
import { type List, lists } from './listing.ts'
import { type Operations, operations } from './operations.ts'
import { trying } from './retrying.ts'
import type {
  File,
  Me,
  Move,
  NewTablo,
  NewTask,
  paths,
  Tablo,
  Task,
  TaskChanges,
  TokenPair,
} from './schema.ts'
import { type Bearer, type OnTokens, personal, signedIn, type Tokens } from './tokens.ts'
import { blobOf, type Content, nameOf, sendFile, type UploadOptions } from './uploading.ts'

export interface Server {
  /** Where Xtablo is, such as `https://xtablo.example.org`; empty on a page of its own */
  readonly baseUrl: string
  /** How often a request that may be sent twice is tried again; 3 unless said otherwise */
  readonly retries?: number | undefined
  /** Another fetch than the runtime's */
  readonly fetch?: Fetch | undefined
}

/** With a personal token, or with the tokens of a sign-in, which it exchanges by itself. */
export type ClientOptions = Server &
  (
    | { readonly token: string; readonly tokens?: never; readonly onTokens?: never }
    | { readonly tokens: Tokens; readonly onTokens?: OnTokens | undefined; readonly token?: never }
  )

export interface SignInOptions extends Server {
  readonly email: string
  readonly password: string
  /** Of the second factor, for an account that has one: of the authenticator app, or a recovery code */
  readonly code?: string | undefined
  /** Told at once of the tokens, and whenever they change */
  readonly onTokens?: OnTokens | undefined
}

type Status = Task['status']

/** All calls throw XtabloError; where one takes a signal, its abort throws the signal's reason. */
export interface Xtablo extends Operations {
  /** Goes over the items of any list, page after page. */
  readonly list: List
  /** The account that the token stands for. */
  me(): Promise<Me>
  /** Your Tablos, the newest first: those at work, or the archived ones. */
  tablos(filter?: { archived?: boolean }): AsyncIterable<Tablo>
  createTablo(tablo: NewTablo): Promise<Tablo>
  /** The tasks of a Tablo, by status, then in their order. */
  tasks(tabloId: string, filter?: { status?: Status | Status[] }): AsyncIterable<Task>
  /** Adds a task at the foot of its column, `todo` unless it says another. */
  createTask(tabloId: string, task: NewTask): Promise<Task>
  /** Changes what is given. With `ifVersion`, only if nobody has since: throws `precondition_failed`. */
  changeTask(taskId: string, changes: TaskChanges, condition?: { ifVersion?: number }): Promise<Task>
  /** Puts a task right after another one of that column, or at its top with null. */
  moveTask(taskId: string, to: Move): Promise<Task>
  deleteTask(taskId: string): Promise<void>
  /** The files of a Tablo, the newest first. */
  files(tabloId: string): AsyncIterable<File>
  upload(tabloId: string, content: Content, options?: UploadOptions): Promise<File>
  /** The bytes of a file: `blob()`, `arrayBuffer()`, or the stream of `body`. */
  download(fileId: string, options?: { signal?: AbortSignal }): Promise<Response>
  /** Ends the sign-in here and on the server. A personal token stays: it is ended in the settings. */
  signOut(): Promise<void>
}

const RETRIES = 3

/** A client for what its token may do. It asks for nothing yet. */
export function createClient(options: ClientOptions): Xtablo {
  const bearer = options.token === undefined ? exchanging(options) : personal(options.token)
  const { retries = RETRIES } = options
  const out = connection(fetchOf(options), bearer, retries)
  const calls = operations(createFetch<paths>({ baseUrl: options.baseUrl, fetch: out.fetch }))
  const list = lists(calls)
  return { ...calls, list, ...shortWays(calls, list), ...fileWays(options, out), signOut: bearer.end }
}

/**
 * Signs in and gives a client. Throws `unauthenticated` for a wrong e-mail or password, and, with the field `code` among
 * its `errors`, for a code that is missing or wrong; `too_many` after too many.
 */
export async function signIn({ email, password, code, ...options }: SignInOptions): Promise<Xtablo> {
  const body = { email, password, ...(code !== undefined && { code }) }
  const { data } = await unsigned(options).POST('/api/v1/auth/token', { body })
  const tokens = tokensOf(data)
  await options.onTokens?.(tokens)
  return createClient({ ...options, tokens })
}

function exchanging(options: Server & { tokens: Tokens; onTokens?: OnTokens | undefined }): Bearer {
  const { POST } = unsigned(options)
  const { tokens, onTokens } = options
  return signedIn(tokens, {
    onTokens,
    refresh: async refresh_token =>
      tokensOf((await POST('/api/v1/auth/refresh', { body: { refresh_token } })).data),
    revoke: async refresh_token => {
      await POST('/api/v1/auth/revoke', { body: { refresh_token } })
    },
  })
}

/** The operations that need no token. They are sent once. */
function unsigned(options: Server): Operations {
  const fetch = fetchOf(options)
  const once: Fetch = request => trying(() => fetch(request), { retries: 0, signal: request.signal })
  return operations(createFetch<paths>({ baseUrl: options.baseUrl, fetch: once }))
}

function shortWays({ GET, POST, PATCH, DELETE }: Operations, list: List) {
  const ofTablo = (tablo_id: string) => ({ params: { path: { tablo_id } } })
  const ofTask = (task_id: string) => ({ params: { path: { task_id } } })
  return {
    me: async () => (await GET('/api/v1/me')).data,
    tablos: ({ archived = false }: { archived?: boolean } = {}) =>
      list('/api/v1/tablos', { params: { query: { archived: archived ? 'true' : 'false' } } }),
    createTablo: async (body: NewTablo) => (await POST('/api/v1/tablos', { body })).data,
    tasks: (tablo_id: string, { status }: { status?: Status | Status[] } = {}) =>
      list('/api/v1/tablos/{tablo_id}/tasks', {
        params: { path: { tablo_id }, query: status === undefined ? {} : { status: [status].flat() } },
      }),
    createTask: async (tabloId: string, body: NewTask) =>
      (await POST('/api/v1/tablos/{tablo_id}/tasks', { ...ofTablo(tabloId), body })).data,
    changeTask: async (task_id: string, body: TaskChanges, { ifVersion }: { ifVersion?: number } = {}) => {
      const header = ifVersion === undefined ? {} : { 'If-Match': `"${ifVersion}"` }
      return (await PATCH('/api/v1/tasks/{task_id}', { params: { path: { task_id }, header }, body })).data
    },
    moveTask: async (taskId: string, body: Move) =>
      (await POST('/api/v1/tasks/{task_id}/move', { ...ofTask(taskId), body })).data,
    deleteTask: async (taskId: string) => {
      await DELETE('/api/v1/tasks/{task_id}', ofTask(taskId))
    },
    files: (tabloId: string) => list('/api/v1/tablos/{tablo_id}/files', ofTablo(tabloId)),
  }
}

function fileWays(options: Server, { send, fetch }: Connection) {
  const base = options.baseUrl.replace(/\/$/, '')
  const out = fetchOf(options)
  return {
    async upload(tabloId: string, content: Content, given: UploadOptions = {}): Promise<File> {
      const { name = nameOf(content) ?? '', idempotencyKey = newKey(), onProgress, signal } = given
      const path = `/api/v1/tablos/${encodeURIComponent(tabloId)}/files`
      const url = `${base}${path}?${new URLSearchParams({ name })}`
      const fixed = { 'Content-Type': 'application/octet-stream', 'Idempotency-Key': idempotencyKey }
      const blob = blobOf(content)
      const answer = await send(
        Authorization =>
          sendFile({ url, headers: { ...fixed, Authorization }, blob, onProgress, signal }, out),
        { repeatable: true, signal },
      )
      return read(answer) as Promise<File>
    },
    async download(fileId: string, { signal }: { signal?: AbortSignal } = {}): Promise<Response> {
      const url = `${base}/api/v1/files/${encodeURIComponent(fileId)}/content`
      const answer = await fetch(new Request(url, { signal: signal ?? null }))
      if (!answer.ok) await read(answer)
      return answer
    },
  }
}

/** The JSON of a success. Throws XtabloError for anything else. */
async function read(answer: Response): Promise<unknown> {
  const body = await answer.json().catch(() => undefined)
  if (!answer.ok || body === undefined) throw errorOf(answer, body)
  return body
}

const fetchOf = ({ fetch }: Server): Fetch => fetch ?? (request => globalThis.fetch(request))

/** The end is reckoned by the clock that it is compared with. */
const tokensOf = ({ access_token, refresh_token, expires_in }: TokenPair): Tokens => ({
  accessToken: access_token,
  refreshToken: refresh_token,
  expiresAt: Date.now() + expires_in * 1_000,
})
