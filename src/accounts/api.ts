// The caller's own account, for programs.

import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { apiPart, body, id, json, problems } from '../platform/api/operations.ts'
import { send } from '../platform/api/send.ts'
import { ifMatch, strongTag } from '../platform/api/tags.ts'
import type { Deps } from '../platform/deps.ts'
import { clientAddress } from '../platform/web/address.ts'
import { languages } from '../texts/locale.ts'
import { changeProfile, findPerson } from './accounts.ts'
import type { Person } from './actor.ts'
import { type ApiEnv, actorOf } from './bearer.ts'
import { profileBody } from './schema.ts'

const personShape = z
  .strictObject({
    id,
    name: z.string(),
    email: z.string(),
    role: z.enum(['user', 'admin']),
    language: z.enum(languages).nullable().meta({ description: 'Null follows the browser.' }),
    time_zone: z.string().meta({ description: 'A name of the IANA time zone database.' }),
  })
  .meta({
    id: 'Me',
    description: 'Your account.',
    example: {
      id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
      name: 'Ada',
      email: 'ada@example.org',
      role: 'user',
      language: null,
      time_zone: 'Europe/Paris',
    },
  })

const tags = ['Me']

/** Read and change the caller's own profile. */
export function meApi({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/me',
      operationId: 'getMe',
      summary: 'Read your account',
      tags,
      responses: { 200: json(personShape, 'Your account') },
    }),
    async c => answer(c, await findPerson(db, actorOf(c))),
  )

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/me',
      operationId: 'changeMe',
      summary: 'Change your name, language or time zone',
      tags,
      request: { body: body(profileBody) },
      responses: { 200: json(personShape, 'Your account'), ...problems(412) },
    }),
    async c => {
      const { name, language, time_zone: timeZone } = c.req.valid('json')
      const to = { name, language, timeZone }
      await changeProfile(db, actorOf(c), to, addressOf(c, config), ifMatch(c, tagOf))
      return answer(c, await findPerson(db, actorOf(c)))
    },
  )

  const answer = (c: Context<ApiEnv>, person: Person) => send(c, shapeOf(person), 200, tagOf(person))

  return api
}

const addressOf = (c: Context, config: Config) => clientAddress(c, config.trustedProxies)

const shapeOf = (person: Person): z.output<typeof personShape> => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  language: person.language,
  time_zone: person.timeZone,
})

const tagOf = (person: Person): string => strongTag(shapeOf(person))
