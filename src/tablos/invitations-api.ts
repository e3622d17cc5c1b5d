// Invitations for programs. A link is never answered: an answer can be kept and repeated, and a link lets somebody in. It
// goes by mail, or the page shows it to a person.

import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { AppError } from '../errors.ts'
import { apiPart, body, idParameter, json, problems } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import { strongTag } from '../platform/api/tags.ts'
import { madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { clientAddress } from '../platform/web/address.ts'
import { findInvitation, type Invitation, listInvitations } from './invitation-listing.ts'
import { acceptBody, invitationShape, newInvitationBody } from './invitation-schema.ts'
import { invite, resend, withdraw } from './invitations.ts'
import { accept } from './joining.ts'
import { entry } from './listing.ts'
import { authorize } from './roles.ts'
import { tabloShape } from './schema.ts'
import { shapeOf as shapeOfTablo } from './tablo-shape.ts'
import { find } from './tablos.ts'

const tabloParams = z.strictObject({ tablo_id: idParameter('The Tablo') })
const params = z.strictObject({ invitation_id: idParameter('The invitation') })
const tags = ['Members']

/** List, make, read, send again and withdraw invitations, and take one. */
export function invitationApi({ config, db, mailer }: Pick<Deps, 'config' | 'db' | 'mailer'>) {
  const api = apiPart<ApiEnv>()
  const addressOf = (c: Context<ApiEnv>) => clientAddress(c, config.trustedProxies)
  const mustMail = () => {
    if (mailer.way === 'none') throw new AppError('conflict', 'mail_away')
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tablos/{tablo_id}/invitations',
      operationId: 'listInvitations',
      summary: 'List the pending invitations of a Tablo, the newest first',
      tags,
      request: { params: tabloParams, query: z.strictObject(pageQuery) },
      responses: {
        200: json(pageOf(invitationShape, 'Invitations'), 'A page of invitations'),
        ...problems(403),
      },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      const { limit, cursor } = c.req.valid('query')
      const after = placeOf(cursor, madeAt)
      authorize((await find(db, actorOf(c), tablo_id)).role, 'members')
      const rows = await listInvitations(db, tablo_id, { after, limit: limit + 1 })
      return send(c, page(c, rows, limit, { at: ({ place: at, id }) => ({ at, id }), shape: shapeOf }), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tablos/{tablo_id}/invitations',
      operationId: 'createInvitation',
      summary: 'Invite somebody by mail',
      description:
        'An address that was asked before gets a new mail, and the role of this request. Where no mail goes out, 409.',
      tags,
      request: { params: tabloParams, body: body(newInvitationBody) },
      responses: { 201: json(invitationShape, 'The invitation'), ...problems(429) },
    }),
    async c => {
      const { tablo_id } = c.req.valid('param')
      authorize((await find(db, actorOf(c), tablo_id)).role, 'members')
      mustMail()
      const by = { address: addressOf(c), language: c.get('locale').language, way: 'mail' } as const
      const { id } = await invite(db, actorOf(c), tablo_id, c.req.valid('json'), by)
      const made = await findInvitation(db, actorOf(c), id)
      c.header('Location', `/api/v1/invitations/${id}`)
      return send(c, shapeOf(made), 201, tagOf(made))
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/invitations/{invitation_id}',
      operationId: 'getInvitation',
      summary: 'Read a pending invitation',
      tags,
      request: { params },
      responses: { 200: json(invitationShape, 'The invitation') },
    }),
    async c => {
      const found = await findInvitation(db, actorOf(c), c.req.valid('param').invitation_id)
      return send(c, shapeOf(found), 200, tagOf(found))
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/invitations/{invitation_id}/resend',
      operationId: 'resendInvitation',
      summary: 'Send an invitation again, good for seven days more',
      description: 'The link of the mail before stops working. Where no mail goes out, 409.',
      tags,
      request: { params },
      responses: { 200: json(invitationShape, 'The invitation'), ...problems(429) },
    }),
    async c => {
      const { id, tabloId } = await findInvitation(db, actorOf(c), c.req.valid('param').invitation_id)
      mustMail()
      await resend(db, actorOf(c), tabloId, id, { address: addressOf(c), way: 'mail' })
      return send(c, shapeOf(await findInvitation(db, actorOf(c), id)), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/invitations/{invitation_id}',
      operationId: 'withdrawInvitation',
      summary: 'Withdraw an invitation',
      tags,
      request: { params },
      responses: { 204: { description: 'Its link is worth nothing any more' } },
    }),
    async c => {
      const { id, tabloId } = await findInvitation(db, actorOf(c), c.req.valid('param').invitation_id)
      await withdraw(db, actorOf(c), tabloId, id, addressOf(c))
      return c.body(null, 204)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/invitations/accept',
      operationId: 'acceptInvitation',
      summary: 'Take the invitation of a link',
      description: '`token` is what its address ends with. Taking it twice leads to the same Tablo.',
      tags,
      request: { body: body(acceptBody) },
      responses: { 200: json(tabloShape, 'The Tablo that you are in'), ...problems(404) },
    }),
    async c => {
      const tablo = await accept(db, actorOf(c), c.req.valid('json').token, addressOf(c))
      return send(c, shapeOfTablo(await entry(db, actorOf(c), tablo)), 200)
    },
  )

  return api
}

const shapeOf = (invitation: Invitation): z.output<typeof invitationShape> => ({
  id: invitation.id,
  tablo_id: invitation.tabloId,
  email: invitation.email,
  role: invitation.role,
  open: invitation.open,
  sent_at: invitation.sentAt?.toISOString() ?? null,
  expires_at: invitation.expiresAt.toISOString(),
  created_at: new Date(invitation.place / 1_000).toISOString(),
})

const tagOf = ({ role, open, sentAt, expiresAt }: Invitation): string =>
  strongTag(role, open, sentAt, expiresAt)
