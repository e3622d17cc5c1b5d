// One's own account, for programs: to take all of it along, and to close it.

import { createRoute } from '@hono/zod-openapi'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import type { SignInLimits } from '../accounts/limits.ts'
import { originOf } from '../accounts/signed-in.ts'
import { apiPart, body, json, problems } from '../platform/api/operations.ts'
import type { Deps } from '../platform/deps.ts'
import { newId } from '../platform/ids.ts'
import { tagOf } from '../platform/web/html.ts'
import { streamed } from '../platform/web/streaming.ts'
import { exportOf } from './exporting.ts'
import { closeAccount } from './leaving.ts'
import { closingBody, exportShape, fatesIn } from './schema.ts'

const tags = ['Me']

/** Export and close the caller's account. */
export function leavingApi({
  config,
  db,
  log,
  limits,
}: Pick<Deps, 'config' | 'db' | 'log'> & { limits: SignInLimits }) {
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/me/export',
      operationId: 'exportMe',
      summary: 'Read all that there is of you',
      description:
        'Your account, and the Tablos that you are in with their tasks, files and what you did. It is sent as it is read, and may be long.',
      tags,
      responses: { 200: json(exportShape, 'The export') },
    }),
    async c => {
      const body = await streamed(c, log, exportOf(db, actorOf(c)))
      c.header('Content-Type', 'application/json')
      c.header('Cache-Control', 'no-store')
      // It is of its moment: no two are the same.
      c.header('ETag', tagOf(newId()))
      return c.body(body) as never
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/me',
      operationId: 'closeMe',
      summary: 'Close your account for good',
      description:
        'Every Tablo that only you own is named with what becomes of it; what is missing is named in `errors`, as `tablos.` and its id. Takes the password of the account, whatever the token.',
      tags,
      request: { body: body(closingBody) },
      responses: { 204: { description: 'The account is closed' }, ...problems(409, 429) },
    }),
    async c => {
      const { password, tablos = [] } = c.req.valid('json')
      const { address, userAgent } = originOf(c, config)
      const proof = { password, email: '', session: undefined }
      await closeAccount(db, limits, actorOf(c), { proof, fates: fatesIn(tablos) }, { address, userAgent })
      return c.body(null, 204)
    },
  )

  return api
}
