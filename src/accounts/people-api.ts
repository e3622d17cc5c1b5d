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
import { disablePerson, enablePerson, endSessionsOf, makeAdmin, unmakeAdmin } from './people.ts'
import { listPeople, type PersonEntry, readPerson } from './people-listing.ts'

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
    email_verified_at: moment.nullable(),
    second_factor: z.boolean().meta({ description: 'Whether they have an authenticator app or a passkey.' }),
    sessions: z.int().min(0).meta({ description: 'In how many browsers they are signed in.' }),
    last_seen_at: moment
      .nullable()
      .meta({ description: 'In a session or by a personal token that is still there, to five minutes.' }),
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
      email_verified_at: '2026-11-20T09:31:00.000Z',
      second_factor: true,
      sessions: 2,
      last_seen_at: '2026-11-20T14:05:00.000Z',
    },
  })

const place = z.strictObject({ id })
const params = z.strictObject({ user_id: idParameter('The person') })
const tags = ['Users']

/** List and read people, keep them out and let them in, and say who is an admin. */
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

  api.openapi(
    createRoute({
      method: 'get',
      path: '/users/{user_id}',
      operationId: 'getUser',
      summary: 'Read a person of this Xtablo',
      tags,
      request: { params },
      responses: { 200: json(userShape, 'The person') },
    }),
    async c => send(c, shapeOf(await found(c.req.valid('param').user_id)), 200),
  )

  for (const [verb, operationId, manage, summary] of [
    [
      'disable',
      'disableUser',
      disablePerson,
      'Keep a person out: sessions and tokens end, what they made stays',
    ],
    ['enable', 'enableUser', enablePerson, 'Let a person in again'],
    ['make-admin', 'makeAdmin', makeAdmin, 'Make a person an admin; they sign in anew'],
    ['remove-admin', 'removeAdmin', unmakeAdmin, 'Take the role of an admin away; they sign in anew'],
    [
      'end-sessions',
      'endSessionsOfUser',
      endSessionsOf,
      'Sign a person out everywhere, programs too; their personal tokens stay',
    ],
  ] as const) {
    api.openapi(
      createRoute({
        method: 'post',
        path: `/users/{user_id}/${verb}`,
        operationId,
        summary,
        tags,
        request: { params },
        responses: { 200: json(userShape, 'The person') },
      }),
      async c => {
        const { user_id } = c.req.valid('param')
        await manage(db, actorOf(c), user_id, clientAddress(c, config.trustedProxies))
        return send(c, shapeOf(await found(user_id)), 200)
      },
    )
  }

  async function found(id: string): Promise<PersonEntry> {
    const person = await readPerson(db, id)
    if (!person) throw notFound()
    return person
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
  email_verified_at: person.email_verified_at?.toISOString() ?? null,
  second_factor: person.second_factor,
  sessions: person.sessions,
  last_seen_at: person.last_seen_at?.toISOString() ?? null,
})
