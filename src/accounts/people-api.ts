// The people of this Xtablo, for the programs of admins.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { notFound } from '../errors.ts'
import { apiPart, id, idParameter, json, moment } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import type { Deps } from '../platform/deps.ts'
import { clientAddress } from '../platform/web/address.ts'
import { type ApiEnv, actorOf } from './bearer.ts'
import { disablePerson, enablePerson, listPeople, type PersonEntry, readPerson } from './people.ts'

const userShape = z
  .strictObject({
    id,
    name: z.string(),
    email: z.string(),
    role: z.enum(['user', 'admin']),
    created_at: moment,
    disabled_at: moment
      .nullable()
      .meta({ description: 'Since when they can’t come in; null when they can.' }),
  })
  .meta({
    id: 'User',
    description: 'A person of this Xtablo.',
    example: {
      id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
      name: 'Ada',
      email: 'ada@example.org',
      role: 'user',
      created_at: '2026-11-20T09:30:00.000Z',
      disabled_at: null,
    },
  })

const place = z.strictObject({ id })
const params = z.strictObject({ user_id: idParameter('The person') })
const tags = ['Users']

/** List, disable and enable people. */
export function peopleApi({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/users',
      operationId: 'listUsers',
      summary: 'List the people of this Xtablo, the newest first',
      tags,
      request: { query: z.strictObject(pageQuery) },
      responses: { 200: json(pageOf(userShape, 'Users'), 'A page of people') },
    }),
    async c => {
      const { limit, cursor } = c.req.valid('query')
      const rows = await listPeople(db, { limit: limit + 1, after: placeOf(cursor, place)?.id })
      return send(c, page(c, rows, limit, { at: ({ id }) => ({ id }), shape: shapeOf }), 200)
    },
  )

  for (const [verb, manage, summary] of [
    ['disable', disablePerson, 'Keep a person out: sessions and tokens end, what they made stays'],
    ['enable', enablePerson, 'Let a person in again'],
  ] as const) {
    api.openapi(
      createRoute({
        method: 'post',
        path: `/users/{user_id}/${verb}`,
        operationId: `${verb}User`,
        summary,
        tags,
        request: { params },
        responses: { 200: json(userShape, 'The person') },
      }),
      async c => {
        const { user_id } = c.req.valid('param')
        await manage(db, actorOf(c), user_id, clientAddress(c, config.trustedProxies))
        const person = await readPerson(db, user_id)
        if (!person) throw notFound()
        return send(c, shapeOf(person), 200)
      },
    )
  }

  return api
}

const shapeOf = (person: PersonEntry): z.output<typeof userShape> => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  created_at: person.created_at.toISOString(),
  disabled_at: person.disabled_at?.toISOString() ?? null,
})
