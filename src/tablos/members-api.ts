// The people of a Tablo, for programs: who is in it, and how they change and go.

import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { apiPart, body, idParameter, json, problems } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import { madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { clientAddress } from '../platform/web/address.ts'
import { memberChangesBody, transferBody } from './invitation-schema.ts'
import { listMemberEntries } from './listing.ts'
import { changeRole, findMember, leave, removeMember, transfer } from './members.ts'
import { memberShape } from './schema.ts'
import { find } from './tablos.ts'

const params = z.strictObject({ tablo_id: idParameter('The Tablo') })
const memberParams = z.strictObject({
  tablo_id: idParameter('The Tablo'),
  member_id: idParameter('The person'),
})
const tags = ['Members']

/** List members, change their role, remove them; leave a Tablo, or hand it over. */
export function memberApi({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const api = apiPart<ApiEnv>()
  const addressOf = (c: Context<ApiEnv>) => clientAddress(c, config.trustedProxies)
  const memberOf = async (tabloId: string, id: string): Promise<z.output<typeof memberShape>> => {
    const { name, role, since } = await findMember(db, tabloId, id)
    return { id, name, role, joined_at: since.toISOString() }
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/members',
      operationId: 'listMembers',
      summary: 'List who is in a Tablo, in the order they came',
      tags,
      request: { params, query: z.strictObject(pageQuery) },
      responses: { 200: json(pageOf(memberShape, 'Members'), 'A page of members') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { limit, cursor } = c.req.valid('query')
      const after = placeOf(cursor, madeAt)
      await find(db, actorOf(c), tablo_id)
      const rows = await listMemberEntries(db, tablo_id, { after, limit: limit + 1 })
      const shape = ({ id, name, role, since }: (typeof rows)[number]) => ({
        id,
        name,
        role,
        joined_at: since.toISOString(),
      })
      return send(c, page(c, rows, limit, { at: ({ place: at, id }) => ({ at, id }), shape }), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tablos/{tablo_id}/members/{member_id}',
      operationId: 'changeMember',
      summary: 'Give a member another role',
      description: 'The last owner keeps theirs: 409.',
      tags,
      request: { params: memberParams, body: body(memberChangesBody) },
      responses: { 200: json(memberShape, 'The member'), ...problems(409) },
    }),
    async c => {
      const { tablo_id, member_id } = c.req.valid('param')
      await changeRole(db, actorOf(c), tablo_id, member_id, c.req.valid('json').role, addressOf(c))
      await find(db, actorOf(c), tablo_id)
      return send(c, await memberOf(tablo_id, member_id), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tablos/{tablo_id}/members/{member_id}',
      operationId: 'removeMember',
      summary: 'Take somebody out of a Tablo',
      description: 'What they made stays. The last owner stays, too: 409.',
      tags,
      request: { params: memberParams },
      responses: { 204: { description: 'They are out' }, ...problems(409) },
    }),
    async c => {
      const { tablo_id, member_id } = c.req.valid('param')
      await removeMember(db, actorOf(c), tablo_id, member_id, addressOf(c))
      return c.body(null, 204)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tablos/{tablo_id}/leave',
      operationId: 'leaveTablo',
      summary: 'Leave a Tablo',
      description: 'Not for its last owner: 409.',
      tags,
      request: { params },
      responses: { 204: { description: 'You are out' } },
    }),
    async c => {
      await leave(db, actorOf(c), c.req.valid('param').tablo_id, addressOf(c))
      return c.body(null, 204)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tablos/{tablo_id}/transfer',
      operationId: 'transferTablo',
      summary: 'Hand a Tablo over: a member owns it, and you edit',
      tags,
      request: { params, body: body(transferBody) },
      responses: { 200: json(memberShape, 'Its owner from now on') },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { member_id } = c.req.valid('json')
      await transfer(db, actorOf(c), tablo_id, member_id, addressOf(c))
      return send(c, await memberOf(tablo_id, member_id), 200)
    },
  )

  return api
}
