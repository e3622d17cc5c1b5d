// The audit, for the programs of admins.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { auditKinds } from '../accounts/audit.ts'
import type { ApiEnv } from '../accounts/bearer.ts'
import { apiPart, id, json, moment } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import { madeAt } from '../platform/database/moments.ts'
import type { Deps } from '../platform/deps.ts'
import { type AuditLine, listAudit } from './audit.ts'

const somebody = z.strictObject({
  id,
  name: z
    .string()
    .nullable()
    .meta({ description: 'Name and address as they were; null for what is no person.' }),
})

const lineShape = z
  .strictObject({
    id,
    at: moment,
    kind: z.string().meta({ description: `One of ${auditKinds.join(', ')}.` }),
    actor: somebody.nullable().meta({ description: 'Null for the command line.' }),
    subject: somebody.meta({ description: 'Whom it was done to, or which key or job.' }),
    address: z.string().nullable(),
    details: z.record(z.string(), z.string()).meta({ description: 'What exactly, by names as they were.' }),
  })
  .meta({
    id: 'AuditLine',
    description: 'What was done to an account, a role, a token, a setting, a key or a job.',
    example: {
      id: '019a9e0e-4d5e-7f60-8a7b-8c9d0e1f2a3b',
      at: '2026-11-20T09:30:00.000Z',
      kind: 'person_made_admin',
      actor: { id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f', name: 'Ada <ada@example.org>' },
      subject: { id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f', name: 'Ben <ben@example.org>' },
      address: '203.0.113.7',
      details: {},
    },
  })

/** A moment that a database takes, too: it has no year 0. */
const bound = moment.refine(at => at >= '0001' && at.length <= 30, 'field_malformed')

const query = z.strictObject({
  person: id.optional().meta({ description: 'Only what was done to or by this person.' }),
  kind: z.enum(auditKinds).optional().meta({ description: 'Only lines of this kind.' }),
  since: bound.optional().meta({ description: 'From this moment on.' }),
  until: bound.optional().meta({ description: 'Before this moment.' }),
  ...pageQuery,
})

/** Read the audit. */
export function auditApi({ db }: Pick<Deps, 'db'>) {
  const api = apiPart<ApiEnv>()

  api.openapi(
    createRoute({
      method: 'get',
      path: '/audit',
      operationId: 'listAudit',
      summary: 'List who did what to accounts, roles, tokens and settings, the newest first',
      tags: ['Audit'],
      request: { query },
      responses: { 200: json(pageOf(lineShape, 'Audit'), 'A page of the audit') },
    }),
    async c => {
      const { limit, cursor, ...filter } = c.req.valid('query')
      const after = placeOf(cursor, madeAt)
      const rows = await listAudit(db, filter, { limit: limit + 1, after })
      const at = (line: AuditLine) => ({ at: line.place, id: line.id })
      return send(c, page(c, rows, limit, { at, shape: shapeOf }), 200)
    },
  )

  return api
}

const shapeOf = (line: AuditLine): z.output<typeof lineShape> => ({
  id: line.id,
  at: line.at.toISOString(),
  kind: line.written,
  actor: line.actorId === null ? null : { id: line.actorId, name: line.actor },
  subject: { id: line.subjectId, name: line.subject },
  address: line.address,
  details: line.details,
})
