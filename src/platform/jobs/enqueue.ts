// A job is a row that the caller's transaction writes: it is there when the rest is, or not at all. pg-boss's own `send`
// needs a started instance with a cache of its queues; this is the row that it would write, in the one statement that it
// would use, and a test compares the two.

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../database/database.ts'
import { newId } from '../ids.ts'
import type { JobKind } from './kinds.ts'

/** What stands in a job's row. */
export interface JobData {
  payload: unknown
  /** The request that enqueued it */
  request_id?: string
}

/** The channel on which the workers of one database listen: pg-boss makes it of its schema's name. */
export const CHANNEL = `pgboss_${createHash('sha224').update('pgboss').digest('hex').slice(0, 24)}`

/** Wakes the workers of a kind when the transaction commits. Give it the kind's name as a column or a value. */
export const notifyWorkers = (name: unknown) => sql`pg_notify(${CHANNEL}, ${name})`

/**
 * Puts a job on the queue when the transaction commits, and gives its id. Throws a ZodError for a payload that is not
 * the kind's.
 */
export async function enqueue<S extends z.ZodType>(
  tx: Tx,
  kind: JobKind<S>,
  payload: z.input<S>,
  { requestId }: { requestId?: string } = {},
): Promise<string> {
  kind.payload.parse(payload)
  const data: JobData = { payload, ...(requestId !== undefined && { request_id: requestId }) }
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into pgboss.job (id, name, data, priority, start_after, created_on, expire_seconds, deletion_seconds,
        keep_until, retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
      select ${newId()}::uuid, name, ${JSON.stringify(data)}::jsonb, 0, now(), now(), expire_seconds, deletion_seconds,
        now() + retention_seconds * interval '1 s', retry_limit, retry_delay, retry_backoff, retry_delay_max, policy,
        dead_letter, heartbeat_seconds
      from pgboss.queue where name = ${kind.name}
      returning id, name
    )
    select id, ${notifyWorkers(sql.ref('name'))} from made`.execute(tx)
  const [made] = rows
  if (!made) throw new Error(`The kind of job ${kind.name} has no queue: it is missing in src/worker.ts`)
  return made.id
}
