// Jobs for the programs of admins.

import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type ApiEnv, actorOf } from '../accounts/bearer.ts'
import { notFound } from '../errors.ts'
import { apiPart, id, idParameter, json, moment } from '../platform/api/operations.ts'
import { page, pageOf, pageQuery, placeOf } from '../platform/api/paging.ts'
import { send } from '../platform/api/send.ts'
import type { Deps } from '../platform/deps.ts'
import {
  failuresOf,
  type JobFailure,
  type JobSummary,
  jobPlace,
  jobStates,
  listJobs,
} from '../platform/jobs/reading.ts'
import { clientAddress } from '../platform/web/address.ts'
import { cancelJob, retryJob } from './jobs.ts'

const fields = {
  id,
  kind: z.string(),
  state: z.enum(jobStates),
  attempt: z.int().min(0).meta({ description: 'How often it was taken.' }),
  max_attempts: z.int().min(1),
  start_after: moment.meta({ description: 'When it may run, at the earliest.' }),
  created_at: moment,
  started_at: moment.nullable(),
  finalized_at: moment.nullable().meta({ description: 'When it ended, well or not.' }),
  request_id: z.string().nullable().meta({ description: 'The request that enqueued it.' }),
  error: z.string().nullable().meta({ description: 'What went wrong last.' }),
}

const example = {
  id: '019a9e0e-4d5e-7f60-8a7b-8c9d0e1f2a3b',
  kind: 'orphan_file_cleanup',
  state: 'discarded' as const,
  attempt: 25,
  max_attempts: 25,
  start_after: '2026-11-20T09:07:00.000Z',
  created_at: '2026-11-20T09:07:00.000Z',
  started_at: '2026-11-20T09:07:00.120Z',
  finalized_at: '2026-11-20T09:07:01.480Z',
  request_id: null,
  error: 'the storage is full',
}

const jobShape = z
  .strictObject(fields)
  .meta({ id: 'Job', description: 'Background work on the queue.', example })

const oneJobShape = z
  .strictObject({
    ...fields,
    failures: z
      .array(z.strictObject({ attempt: z.int(), failed_at: moment, error: z.string() }))
      .meta({ description: 'What went wrong in each attempt, the last first.' }),
  })
  .meta({
    id: 'JobWithFailures',
    description: 'A job with everything that went wrong in it.',
    example: {
      ...example,
      failures: [{ attempt: 25, failed_at: example.finalized_at, error: example.error }],
    },
  })

const params = z.strictObject({ job_id: idParameter('The job') })
const tags = ['Jobs']

/** List, read, retry and cancel jobs. */
export function jobApi({ config, db }: Pick<Deps, 'config' | 'db'>) {
  const api = apiPart<ApiEnv>()

  const query = z.strictObject({
    state: z.enum(jobStates).optional().meta({ description: 'Only jobs in this state.' }),
    kind: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Only jobs of this kind, such as `heartbeat`.' }),
    ...pageQuery,
  })
  api.openapi(
    createRoute({
      method: 'get',
      path: '/jobs',
      operationId: 'listJobs',
      summary: 'List jobs, those that ended last before those that began or were enqueued last',
      tags,
      request: { query },
      responses: { 200: json(pageOf(jobShape, 'Jobs'), 'A page of jobs') },
    }),
    async c => {
      const { state, kind, limit, cursor } = c.req.valid('query')
      const rows = await listJobs(db, { state, kind, after: placeOf(cursor, jobPlace) }, limit + 1)
      return send(c, page(c, rows, limit, { at: ({ place }) => place, shape: shapeOf }), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/jobs/{job_id}',
      operationId: 'getJob',
      summary: 'Read a job, with what went wrong in each attempt',
      tags,
      request: { params },
      responses: { 200: json(oneJobShape, 'The job') },
    }),
    async c => {
      const { job_id } = c.req.valid('param')
      const [job] = await listJobs(db, { id: job_id }, 1)
      if (!job) throw notFound()
      const failures = (await failuresOf(db, [job_id])).get(job_id) ?? []
      return send(c, { ...shapeOf(job), failures: failures.map(failureOf) }, 200)
    },
  )

  for (const [verb, manage, summary] of [
    ['retry', retryJob, 'Run a job again that was given up or cancelled, or at once one that waits'],
    ['cancel', cancelJob, 'Cancel a job that waits or runs'],
  ] as const) {
    api.openapi(
      createRoute({
        method: 'post',
        path: `/jobs/{job_id}/${verb}`,
        operationId: `${verb}Job`,
        summary,
        tags,
        request: { params },
        responses: { 200: json(jobShape, 'The job') },
      }),
      async c => {
        const address = clientAddress(c, config.trustedProxies)
        const job = await manage(db, { actor: actorOf(c), address }, c.req.valid('param').job_id)
        return send(c, shapeOf(job), 200)
      },
    )
  }

  return api
}

const shapeOf = (job: JobSummary): z.output<typeof jobShape> => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  attempt: job.attempt,
  max_attempts: job.maxAttempts,
  start_after: job.startAfter.toISOString(),
  created_at: job.createdAt.toISOString(),
  started_at: job.startedAt?.toISOString() ?? null,
  finalized_at: job.finalizedAt?.toISOString() ?? null,
  request_id: job.requestId,
  error: job.error,
})

const failureOf = ({ attempt, failedAt, error }: JobFailure) => ({
  attempt,
  failed_at: failedAt.toISOString(),
  error,
})
