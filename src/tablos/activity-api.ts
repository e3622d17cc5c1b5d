// What happened in a Tablo, for programs that want to know what they missed.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { type ActivityEntry, listActivity, versionOf } from '../activity/activity.ts'
import { activityKinds } from '../activity/kinds.ts'
import { apiPart, id, idParameter, json, moment } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { refused } from '../platform/api/problems.ts'
import { send } from '../platform/api/send.ts'
import type { Deps } from '../platform/deps.ts'
import { find } from './tablos.ts'

const activityShape = z
  .strictObject({
    id,
    kind: z.enum(activityKinds),
    actor: z.strictObject({
      id,
      name: z.string().nullable().meta({ description: 'Null once the person is gone.' }),
    }),
    subject_id: id.nullable().meta({ description: 'The task, file or member; null for the Tablo itself.' }),
    payload: z.record(z.string(), z.string()).meta({
      description: 'What it was about, by the words of its kind: titles and names are kept as they were.',
    }),
    at: moment,
  })
  .meta({
    id: 'Activity',
    description: 'The record of one change in a Tablo: who, what, when.',
    example: {
      id: '019a9e0d-0f1e-7d2c-8b3a-4c5d6e7f8091',
      kind: 'task_moved',
      actor: { id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f', name: 'Ada' },
      subject_id: '019a9e0c-7d2e-7a53-8f10-6c5b4a392817',
      payload: { title: 'Order flour', from: 'todo', to: 'done' },
      at: '2026-11-20T09:30:00.000Z',
    },
  })

const place = z.strictObject({ version: z.int().min(0) })

/** The Activity of a Tablo. */
export function activityApi({ db }: Pick<Deps, 'db'>) {
  const api = apiPart<ApiEnv>()
  const query = z.strictObject({
    after: id.optional().meta({ description: 'Only what happened after this Activity.' }),
    order: z
      .enum(['asc', 'desc'])
      .default('asc')
      .meta({ description: '`asc`: as it happened. `desc`: the newest first.' }),
    ...pageQuery,
  })
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/activity',
      operationId: 'listActivity',
      summary: 'List what happened in a Tablo, all of it or after an Activity',
      description:
        'Whoever knows the last Activity they saw asks for what came after it, and misses nothing.',
      tags: ['Activity'],
      request: { params: z.strictObject({ tablo_id: idParameter('The Tablo') }), query },
      responses: { 200: json(pageOf(activityShape, 'Activities'), 'A page of Activity') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { after, order, limit, cursor } = c.req.valid('query')
      const from = placeOf(cursor, place)
      await find(db, actorOf(c), tablo_id)
      const since = after === undefined ? undefined : await versionOf(db, tablo_id, after)
      if (after !== undefined && since === undefined) throw refused({ after: 'activity_unknown' })
      const rows = await listActivity(db, tablo_id, { since, order, from: from?.version, limit: limit + 1 })
      return send(c, page(c, rows, limit, { at: ({ version }) => ({ version }), shape: shapeOf }), 200)
    },
  )
  return api
}

const shapeOf = ({
  id,
  change,
  actorId,
  actorName,
  subjectId,
  at,
}: ActivityEntry): z.output<typeof activityShape> => ({
  id,
  kind: change.kind,
  actor: { id: actorId, name: actorName },
  subject_id: subjectId,
  payload: change.payload,
  at: at.toISOString(),
})
