// Tablos for programs.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { apiPart, body, idParameter, json, problems } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import { ifMatch, strongTag } from '../platform/api/tags.ts'
import { madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { entry, listEntries } from './listing.ts'
import { progressOf } from './reading.ts'
import { newTabloBody, progressShape, tabloChangesBody, tabloShape } from './schema.ts'
import { shapeOf } from './tablo-shape.ts'
import * as tablos from './tablos.ts'

const params = z.strictObject({ tablo_id: idParameter('The Tablo') })
const tags = ['Tablos']

/** List, make, read, change, archive, restore and delete Tablos. */
export function tabloApi({ db }: Pick<Deps, 'db'>) {
  const api = apiPart<ApiEnv>()

  const query = z.strictObject({
    archived: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Those that are archived, and only those.' }),
    ...pageQuery,
  })
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos',
      operationId: 'listTablos',
      summary: 'List your Tablos, the newest first',
      tags,
      request: { query },
      responses: { 200: json(pageOf(tabloShape, 'Tablos'), 'A page of Tablos') },
    }),
    async c => {
      const { archived, limit, cursor } = c.req.valid('query')
      const after = placeOf(cursor, madeAt)
      const which = { archived: archived === 'true', after, limit: limit + 1 }
      const rows = await listEntries(db, actorOf(c), which)
      return send(c, page(c, rows, limit, { at: ({ place: at, id }) => ({ at, id }), shape: shapeOf }), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tablos',
      operationId: 'createTablo',
      summary: 'Make a Tablo that you own',
      tags,
      request: { body: body(newTabloBody) },
      responses: { 201: json(tabloShape, 'The Tablo') },
    }),
    async c => {
      const given = { ...c.req.valid('json'), id: c.get('madeId') }
      const made = await entry(db, actorOf(c), await tablos.create(db, actorOf(c), given))
      c.header('Location', `/api/v1/tablos/${made.id}`)
      return send(c, shapeOf(made), 201, tagOf(made))
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}',
      operationId: 'getTablo',
      summary: 'Read a Tablo',
      tags,
      request: { params },
      responses: { 200: json(tabloShape, 'The Tablo') },
    }),
    async c => {
      const tablo = await entry(db, actorOf(c), c.req.valid('param').tablo_id)
      return send(c, shapeOf(tablo), 200, tagOf(tablo))
    },
  )

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tablos/{tablo_id}',
      operationId: 'changeTablo',
      summary: 'Rename, recolour or describe a Tablo',
      tags,
      request: { params, body: body(tabloChangesBody) },
      responses: { 200: json(tabloShape, 'The Tablo'), ...problems(412) },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      await tablos.change(db, actorOf(c), tablo_id, c.req.valid('json'), ifMatch(c, tagOf))
      const tablo = await entry(db, actorOf(c), tablo_id)
      return send(c, shapeOf(tablo), 200, tagOf(tablo))
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tablos/{tablo_id}',
      operationId: 'deleteTablo',
      summary: 'Delete a Tablo with everything in it',
      tags,
      request: { params },
      responses: { 204: { description: 'It is gone' }, ...problems(412) },
    }),
    async c => {
      await tablos.remove(db, actorOf(c), c.req.valid('param').tablo_id, ifMatch(c, tagOf))
      return c.body(null, 204)
    },
  )

  for (const [verb, change, summary] of [
    ['archive', tablos.archive, 'Take a Tablo off the dashboard and keep everything in it'],
    ['restore', tablos.restore, 'Put an archived Tablo back on the dashboard'],
  ] as const) {
    api.openapi(
      createRoute({
        method: 'post',
        path: `/tablos/{tablo_id}/${verb}`,
        operationId: `${verb}Tablo`,
        summary,
        tags,
        request: { params },
        responses: { 200: json(tabloShape, 'The Tablo'), ...problems(412) },
      }),
      async c => {
        const { tablo_id } = c.req.valid('param')
        await change(db, actorOf(c), tablo_id, ifMatch(c, tagOf))
        const tablo = await entry(db, actorOf(c), tablo_id)
        return send(c, shapeOf(tablo), 200, tagOf(tablo))
      },
    )
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/progress',
      operationId: 'getProgress',
      summary: 'Read how far a Tablo is',
      tags,
      request: { params },
      responses: { 200: json(progressShape, 'How far it is') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      await tablos.find(db, actorOf(c), tablo_id)
      const { done, total } = await progressOf(db, tablo_id)
      return send(c, { done, total }, 200)
    },
  )

  return api
}

/** Of everything that is said of the Tablo alone, as far as it can change. */
const tagOf = ({ title, description, color, role, archivedAt }: tablos.TabloState): string =>
  strongTag(title, description, color, role, archivedAt)
