// Tasks for programs.

import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { apiPart, body, id, idParameter, json, problems } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { refused } from '../platform/api/problems.ts'
import { keptLists, send, sendKept } from '../platform/api/send.ts'
import { ifMatch } from '../platform/api/tags.ts'
import { madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { find as findTablo } from '../tablos/tablos.ts'
import { entry, listEverywhere, listInTablo } from './listing.ts'
import { move } from './ordering.ts'
import { moveBody, newTaskBody, status, taskChangesBody, taskShape } from './schema.ts'
import * as tasks from './tasks.ts'

const tasksPage = pageOf(taskShape, 'Tasks')
const placeInTablo = z.strictObject({ status, position: z.string().regex(/^[A-Za-z0-9]{1,200}$/) })

const statuses = z
  .preprocess(
    given => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(status).optional(),
  )
  .meta({ description: 'Only tasks of this status; repeated, of any of these.' })

const ofTablo = z.strictObject({ tablo_id: idParameter('The Tablo') })
const params = z.strictObject({ task_id: idParameter('The task') })
const tags = ['Tasks']

/** List tasks, of one Tablo or of all, and make, read, change, move and delete one. */
export function taskApi({ db }: Pick<Deps, 'db'>) {
  const api = apiPart<ApiEnv>()
  const kept = keptLists()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/tasks',
      operationId: 'listTasksOfTablo',
      summary: 'List the tasks of a Tablo, by status, then in their order',
      tags,
      request: { params: ofTablo, query: z.strictObject({ status: statuses, ...pageQuery }) },
      responses: { 200: json(tasksPage, 'A page of tasks') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { status, limit, cursor } = c.req.valid('query')
      const after = placeOf(cursor, placeInTablo)
      const tablo = await findTablo(db, actorOf(c), tablo_id)
      return sendKept(c, kept, tablo, async () => {
        const rows = await listInTablo(db, tablo_id, { statuses: status, after, limit: limit + 1 })
        const at = ({ status, position }: (typeof rows)[number]) => ({ status, position })
        return page(c, rows, limit, { at, shape: shapeOf })
      })
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tablos/{tablo_id}/tasks',
      operationId: 'createTask',
      summary: 'Add a task at the foot of its column',
      tags,
      request: { params: ofTablo, body: body(newTaskBody) },
      responses: { 201: json(taskShape, 'The task') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const given = { ...c.req.valid('json'), id: c.get('madeId') }
      const task = await tasks.create(db, actorOf(c), tablo_id, given)
      c.header('Location', `/api/v1/tasks/${task.id}`)
      return send(c, shapeOf(task), 201, tagOf(task))
    },
  )

  const query = z.strictObject({
    status: statuses,
    tablo_id: id.optional().meta({ description: 'Only tasks of this Tablo.' }),
    created_by: id.optional().meta({ description: 'Only tasks that this person made.' }),
    updated_since: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Only tasks changed at this moment or later.' }),
    ...pageQuery,
  })
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tasks',
      operationId: 'listTasks',
      summary: 'List the tasks of all your Tablos but the archived ones, the newest first',
      tags,
      request: { query },
      responses: { 200: json(tasksPage, 'A page of tasks') },
    }),
    async c => {
      const { status, tablo_id, created_by, updated_since, limit, cursor } = c.req.valid('query')
      const filter = {
        statuses: status,
        tabloId: tablo_id,
        createdBy: created_by,
        updatedSince: updated_since === undefined ? undefined : new Date(updated_since),
      }
      const after = placeOf(cursor, madeAt)
      const rows = await listEverywhere(db, actorOf(c), filter, { after, limit: limit + 1 })
      return send(c, page(c, rows, limit, { at: ({ place: at, id }) => ({ at, id }), shape: shapeOf }), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tasks/{task_id}',
      operationId: 'getTask',
      summary: 'Read a task',
      tags,
      request: { params },
      responses: { 200: json(taskShape, 'The task') },
    }),
    async c => {
      const task = await entry(db, actorOf(c), c.req.valid('param').task_id)
      return send(c, shapeOf(task), 200, tagOf(task))
    },
  )

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tasks/{task_id}',
      operationId: 'changeTask',
      summary: 'Change the title, description or status of a task',
      description: 'Another status puts it at the foot of that column.',
      tags,
      request: { params, body: body(taskChangesBody) },
      responses: { 200: json(taskShape, 'The task'), ...problems(412) },
    }),
    async c => {
      const { tabloId, id } = await taskOf(c, c.req.valid('param').task_id)
      await tasks.edit(db, actorOf(c), tabloId, id, c.req.valid('json'), ifMatch(c, tagOf))
      return answer(c, await entry(db, actorOf(c), id))
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tasks/{task_id}',
      operationId: 'deleteTask',
      summary: 'Delete a task',
      tags,
      request: { params },
      responses: { 204: { description: 'It is gone' }, ...problems(412) },
    }),
    async c => {
      const { tabloId, id } = await taskOf(c, c.req.valid('param').task_id)
      await tasks.remove(db, actorOf(c), tabloId, id, ifMatch(c, tagOf))
      return c.body(null, 204)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tasks/{task_id}/move',
      operationId: 'moveTask',
      summary: 'Put a task into a column, right after another task or at its top',
      description:
        'A task in `after` that is not in that column (any more) is a conflict: read the list again.',
      tags,
      request: { params, body: body(moveBody) },
      responses: { 200: json(taskShape, 'The task'), ...problems(412) },
    }),
    async c => {
      const { tabloId, id } = await taskOf(c, c.req.valid('param').task_id)
      if (c.req.valid('json').after === id) throw refused({ after: 'after_itself' })
      await move(db, actorOf(c), tabloId, id, c.req.valid('json'), ifMatch(c, tagOf))
      return answer(c, await entry(db, actorOf(c), id))
    },
  )

  const taskOf = (c: Context<ApiEnv>, taskId: string) => entry(db, actorOf(c), taskId)
  const answer = (c: Context<ApiEnv>, task: tasks.TaskEntry) => send(c, shapeOf(task), 200, tagOf(task))

  return api
}

const shapeOf = (task: tasks.TaskEntry): z.output<typeof taskShape> => ({
  id: task.id,
  tablo_id: task.tabloId,
  title: task.title,
  description: task.description,
  status: task.status,
  version: task.version,
  created_by: task.createdBy,
  created_at: task.createdAt.toISOString(),
  updated_at: task.updatedAt.toISOString(),
})

const tagOf = ({ version }: { version: number }): string => `"${version}"`
