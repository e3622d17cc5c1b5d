// The API: what every request to it passes through, then every feature's operations, guarded as guards.ts says, and the
// document that they make.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { meApi } from './accounts/api.ts'
import { authApi } from './accounts/auth-api.ts'
import { type ApiEnv, needs } from './accounts/bearer.ts'
import type { Callers } from './accounts/callers.ts'
import type { SignInLimits } from './accounts/limits.ts'
import { peopleApi } from './accounts/people-api.ts'
import { jobApi } from './admin/api.ts'
import { auditApi } from './admin/audit-api.ts'
import { AppError, notFound } from './errors.ts'
import { fileApi } from './files/api.ts'
import { isSameFile, isUpload } from './files/arriving.ts'
import { entry as findFile } from './files/listing.ts'
import { guards } from './guards.ts'
import { leavingApi } from './leaving/api.ts'
import { describe } from './platform/api/document.ts'
import { idempotent } from './platform/api/idempotency.ts'
import { answer, problem } from './platform/api/problems.ts'
import { inUtf8 } from './platform/api/utf8.ts'
import { withoutQuery } from './platform/api/validation.ts'
import { isDatabaseLost } from './platform/database/lost.ts'
import type { Deps } from './platform/deps.ts'
import { isId } from './platform/ids.ts'
import { drained, limitBody } from './platform/web/bodies.ts'
import { isKnown, notModified, sendBytes, tagOf } from './platform/web/html.ts'
import { activityApi } from './tablos/activity-api.ts'
import { tabloApi } from './tablos/api.ts'
import { findInvitation } from './tablos/invitation-listing.ts'
import { invitationApi } from './tablos/invitations-api.ts'
import { memberApi } from './tablos/members-api.ts'
import { find as findTablo } from './tablos/tablos.ts'
import { taskApi } from './tasks/api.ts'
import { entry as findTask } from './tasks/listing.ts'

const BASE = '/api/v1'

/** Raised when what callers send or get changes; its first number when that breaks what they have. */
const VERSION = '1.1.0'

const DESCRIPTION = `Everything the pages can do, for programs. Each request carries a token: \`Authorization: Bearer …\`. Lists
answer \`items\` and \`next\`; errors are problem documents (RFC 9457).`

const TAGS = [
  { name: 'Sign-in', description: 'Tokens for a person’s e-mail and password.' },
  { name: 'Me', description: 'The account that the token stands for.' },
  { name: 'Tablos', description: 'A Tablo is one project: its members and everything in it.' },
  { name: 'Members', description: 'Who is in a Tablo, and who is invited.' },
  { name: 'Tasks', description: 'Units of work in a Tablo, in four columns.' },
  { name: 'Files', description: 'Files of a Tablo. A file never changes.' },
  { name: 'Activity', description: 'The record of every change in a Tablo.' },
  { name: 'Users', description: 'The people of this Xtablo, for admins.' },
  { name: 'Audit', description: 'Who did what to accounts, roles, tokens and settings, for admins.' },
  { name: 'Jobs', description: 'Background work, for admins.' },
]

/** Every operation, and the document of them, which is the same whatever the dependencies. It opens nothing by itself. */
export function createApi(deps: Deps & { callers: Callers; limits: SignInLimits }) {
  const { config, db, callers } = deps
  const api = new OpenAPIHono<ApiEnv>()
  const parts = [
    authApi(deps),
    meApi(deps),
    tabloApi(deps),
    memberApi(deps),
    invitationApi(deps),
    taskApi(deps),
    fileApi(deps),
    activityApi(deps),
    leavingApi(deps),
    peopleApi(deps),
    auditApi(deps),
    jobApi(deps),
  ]
  const operations = parts.flatMap(part => operationsOf(part))

  api.onError(async (error, c) => {
    // What a caller may not see is answered as what does not exist, whatever they sent along.
    if (!isAboutWhatCame(error) || !c.get('caller')) return problem(error, c)
    return mustSee(c).then(
      () => problem(error, c),
      // Whether they may see it can't be asked when the database is away: then what came first is said.
      unseen => problem(isDatabaseLost(unseen) ? error : unseen, c),
    )
  })
  api.use(`${BASE}/*`, async (c, next) => {
    c.header('Vary', 'Authorization, Accept-Language, Accept-Encoding')
    c.header('Cache-Control', 'private, no-cache')
    await next()
  })
  api.use(
    `${BASE}/*`,
    cors({
      origin: [...config.corsOrigins],
      allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowHeaders: [
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'If-Match',
        'If-None-Match',
        'If-Range',
        'Range',
        'X-Request-Id',
      ],
      exposeHeaders: [
        'Accept-Ranges',
        'Allow',
        'Content-Disposition',
        'Content-Range',
        'ETag',
        'Idempotency-Replayed',
        'Link',
        'Location',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'WWW-Authenticate',
        'X-Request-Id',
      ],
      maxAge: 600,
    }),
  )
  api.use(
    methodNotAllowed({
      app: api,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return answer(c, 'method_not_allowed')
      },
    }),
  )
  for (const { id, method, path } of operations) {
    const guard = guards[id]
    if (guard === undefined) throw new Error(`guards.ts does not say who may call ${id}`)
    if (guard !== 'nobody') api.on(method, path, needs(guard, callers.find))
  }
  for (const { method, path, takesQuery } of operations) if (!takesQuery) api.on(method, path, withoutQuery)
  const refusedUpload = drained(2 * config.maxUploadBytes)
  // A body is read before it is looked at: the check of its kind leaves the rest of one that it refuses where nobody can
  // read it, in the way of the next request on the connection.
  const limited: MiddlewareHandler<ApiEnv> = (c, next) =>
    isUpload(c) ? refusedUpload(c, next) : limitBody(c, () => inUtf8(c, next) as Promise<void>)
  // On the path of each operation, so that a body which is too large still tells what it was meant for.
  for (const { method, path } of operations) if (method !== 'get') api.on(method, path, limited)
  const once = idempotent<ApiEnv>(deps, {
    callerOf: c => c.get('caller').actor.id,
    stillAllowed: mustSee,
    streamed: c =>
      isUpload(c) ? answered => isSameFile(c, config.maxUploadBytes, JSON.parse(answered)) : undefined,
  })
  for (const { id, method, path } of operations)
    if (method === 'post' && guards[id] !== 'nobody') api.on(method, path, once)
  for (const part of parts) api.route(BASE, part)

  const document = describe(api, {
    title: 'Xtablo',
    version: VERSION,
    description: DESCRIPTION,
    tags: TAGS,
    guards,
  })
  const bytes = Buffer.from(JSON.stringify(document))
  const tag = tagOf(document)
  api.get(`${BASE}/openapi.json`, c => {
    c.header('Cache-Control', 'public, no-cache')
    return isKnown(c, tag) ? notModified(c) : sendBytes(c, bytes, 'application/json')
  })
  api.all(`${BASE}/*`, c => answer(c, 'not_found'))
  return { api, document }

  /** What the path names, as far as the caller may see it. Throws not_found. */
  async function mustSee(c: Context<ApiEnv>): Promise<void> {
    const named = c.req.param() as Record<string, string | undefined>
    const { actor } = c.get('caller')
    if (!Object.values(named).every(id => id === undefined || isId(id))) throw notFound()
    const { tablo_id, task_id, file_id, invitation_id } = named
    if (tablo_id !== undefined) await findTablo(db, actor, tablo_id)
    if (task_id !== undefined) await findTask(db, actor, task_id)
    if (file_id !== undefined) await findFile(db, actor, file_id)
    if (invitation_id !== undefined) await findInvitation(db, actor, invitation_id)
  }
}

interface Operation {
  readonly id: string
  readonly method: string
  /** As Hono writes it */
  readonly path: string
  readonly takesQuery: boolean
}

/** What a part declares. */
const operationsOf = ({
  openAPIRegistry,
}: {
  openAPIRegistry: OpenAPIHono['openAPIRegistry']
}): Operation[] =>
  openAPIRegistry.definitions.flatMap(definition => {
    if (definition.type !== 'route') return []
    const { operationId: id = '', method, path, request } = definition.route
    const takesQuery = request?.query !== undefined
    return [{ id, method, path: BASE + path.replaceAll(/\{(\w+)\}/g, ':$1'), takesQuery }]
  })

/** Whether the fault is one of the body, the query or a header, and not of what the path names. */
const isAboutWhatCame = (error: Error): boolean =>
  error instanceof HTTPException ||
  (error instanceof AppError && ['invalid', 'conflict', 'too_large'].includes(error.code))
